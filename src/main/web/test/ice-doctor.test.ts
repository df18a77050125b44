import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { types } from 'mediasoup-client';
import { IceDoctor, worst } from '../src/ice-doctor';
import { startTime, stopTime, tick } from './stopped-time';

let events: string[];
let state: types.ConnectionState;
let tell: (state: types.ConnectionState) => void;
/** mediasoup-client says so once, before the first producer or consumer. */
let connect: () => void;
let doctor: IceDoctor;

beforeEach(() => {
  startTime();
  stopTime();
  events = [];
  state = 'new';
  const transport = {
    get connectionState() {
      return state;
    },
    on(event: string, listener: (state?: types.ConnectionState) => void) {
      if (event === 'connect') {
        connect = listener;
        return;
      }
      tell = (next) => {
        state = next;
        listener(next);
      };
    },
  };
  doctor = new IceDoctor(
    transport as never,
    async () => void events.push('restart'),
    { onHealth: () => events.push(doctor.health), onHopeless: () => events.push('hopeless') },
  );
});

test('a short disconnection heals by itself', () => {
  tell('connected');
  tell('disconnected');
  tick(1_900);
  tell('connected');
  tick(60_000);
  assert.deepEqual(events, ['interrupted', 'well']);
});

test('a longer one is treated with an ICE restart, a failure at once', () => {
  tell('connected');
  tell('disconnected');
  tick(2_000);
  assert.deepEqual(events, ['interrupted', 'restart']);
  tell('connected');
  tell('failed');
  tick(0);
  assert.deepEqual(events, ['interrupted', 'restart', 'well', 'interrupted', 'restart']);
});

test('after three restarts without success it gives up what has worked before, once', () => {
  tell('connected');
  tell('failed');
  tick(0);
  tick(6_000);
  tick(6_000);
  tick(6_000);
  tick(600_000);
  assert.deepEqual(events, ['interrupted', 'restart', 'restart', 'restart', 'hopeless']);
});

test('media that connects for the first time is said to connect, and then to be well', () => {
  assert.equal(doctor.health, 'well');
  connect();
  tell('connecting');
  tell('connected');
  tell('connecting');
  tick(60_000);
  assert.deepEqual(events, ['connecting', 'well']);
});

test('a network that has never let media through is said to block it, and is tried again ever more rarely, for ever', () => {
  connect();
  tell('failed');
  const restartsMs: number[] = [];
  for (let atMs = 0, seen = 0; atMs <= 180_000; atMs += 1_000, tick(1_000)) {
    // What ICE says in between, of the restarts' own failures, makes it neither faster nor slower.
    tell(atMs % 5_000 === 0 ? 'connecting' : atMs % 2_000 === 0 ? 'disconnected' : 'failed');
    tick(0);
    const restarts = events.filter((event) => event === 'restart').length;
    if (restarts > seen) {
      seen = restarts;
      restartsMs.push(atMs);
    }
  }
  assert.deepEqual(restartsMs, [0, 6_000, 18_000, 42_000, 72_000, 102_000, 132_000, 162_000]);
  assert.deepEqual(events.filter((event) => event !== 'restart'), ['connecting', 'blocked']);
  tell('connected');
  assert.equal(events.at(-1), 'well');
});

test('media that neither connects nor fails, as where there is no address to try, counts as blocked after a while', () => {
  connect();
  tick(9_999);
  assert.deepEqual(events, ['connecting']);
  tick(1);
  assert.deepEqual(events, ['connecting', 'blocked', 'restart']);
});

test('a call fares as the worse of its transports', () => {
  assert.equal(worst([]), 'well');
  assert.equal(worst(['well', 'connecting']), 'connecting');
  assert.equal(worst(['interrupted', 'connecting']), 'interrupted');
  assert.equal(worst(['interrupted', 'blocked']), 'blocked');
});

test('a closed one does nothing more', () => {
  tell('disconnected');
  doctor.close();
  tell('failed');
  tick(600_000);
  assert.deepEqual(events, ['blocked']);
});
