import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { ANSWER_MS, QUIET_MS, SilenceWatch } from '../src/silence-watch';

let events: string[];
let watch: SilenceWatch;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  events = [];
  watch = new SilenceWatch(() => events.push('ask'), () => events.push('silent'));
});

test('nothing is asked before the first word, however long that takes', () => {
  mock.timers.tick(600_000);
  assert.deepEqual(events, []);
});

test('after a silence it asks once, and after another says so, once', () => {
  watch.onHeard();
  mock.timers.tick(QUIET_MS);
  assert.deepEqual(events, ['ask']);
  mock.timers.tick(ANSWER_MS);
  mock.timers.tick(600_000);
  assert.deepEqual(events, ['ask', 'silent']);
});

test('a page that was asleep still waits for the answer before it judges', () => {
  watch.onHeard();
  mock.timers.tick(600_000);
  assert.deepEqual(events, ['ask']);
  watch.onHeard();
  mock.timers.tick(QUIET_MS - 1);
  assert.deepEqual(events, ['ask']);
});

test('a closed one does nothing more, whatever comes', () => {
  watch.onHeard();
  watch.close();
  watch.onHeard();
  mock.timers.tick(600_000);
  assert.deepEqual(events, []);
});
