import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import type { types } from 'mediasoup-client';
import { IceDoctor } from '../src/ice-doctor';

let events: string[];
let state: types.ConnectionState;
let tell: (state: types.ConnectionState) => void;
let doctor: IceDoctor;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  events = [];
  state = 'new';
  const transport = {
    get connectionState() {
      return state;
    },
    on(_: string, listener: (state: types.ConnectionState) => void) {
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
  mock.timers.tick(1_900);
  tell('connected');
  mock.timers.tick(60_000);
  assert.deepEqual(events, ['interrupted', 'well']);
});

test('a longer one is treated with an ICE restart, a failure at once', () => {
  tell('connected');
  tell('disconnected');
  mock.timers.tick(2_000);
  assert.deepEqual(events, ['interrupted', 'restart']);
  tell('connected');
  tell('failed');
  mock.timers.tick(0);
  assert.deepEqual(events, ['interrupted', 'restart', 'well', 'interrupted', 'restart']);
});

test('after three restarts without success it gives up, once', () => {
  tell('failed');
  mock.timers.tick(0);
  mock.timers.tick(6_000);
  mock.timers.tick(6_000);
  mock.timers.tick(6_000);
  mock.timers.tick(600_000);
  assert.deepEqual(events, ['blocked', 'restart', 'restart', 'restart', 'hopeless']);
});

test('a closed one does nothing more', () => {
  tell('disconnected');
  doctor.close();
  tell('failed');
  mock.timers.tick(600_000);
  assert.deepEqual(events, ['blocked']);
});
