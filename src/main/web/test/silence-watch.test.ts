import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { ANSWER_MS, QUIET_MS, SilenceWatch } from '../src/silence-watch';
import { startTime, stopTime, tick } from './stopped-time';

let events: string[];
let watch: SilenceWatch;

beforeEach(() => {
  startTime();
  stopTime();
  events = [];
  watch = new SilenceWatch(() => events.push('ask'), () => events.push('silent'));
});

test('nothing is asked before the first word, however long that takes', () => {
  tick(600_000);
  assert.deepEqual(events, []);
});

test('after a silence it asks once, and after another says so, once', () => {
  watch.onHeard();
  tick(QUIET_MS);
  assert.deepEqual(events, ['ask']);
  tick(ANSWER_MS);
  tick(600_000);
  assert.deepEqual(events, ['ask', 'silent']);
});

test('a page that was asleep still waits for the answer before it judges', () => {
  watch.onHeard();
  tick(600_000);
  assert.deepEqual(events, ['ask']);
  watch.onHeard();
  tick(QUIET_MS - 1);
  assert.deepEqual(events, ['ask']);
});

test('a closed one does nothing more, whatever comes', () => {
  watch.onHeard();
  watch.close();
  watch.onHeard();
  tick(600_000);
  assert.deepEqual(events, []);
});
