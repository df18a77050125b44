import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { CaptureProblem, Source } from '../src/local-media';
import { DEVICE_PATIENCE_MS, WantedDevices } from '../src/wanted-devices';
import { startTime, stopTime, tick } from './stopped-time';

/** What the browser was asked for, with the answer that the test gives. */
let questions: { asked: string; answer: (problem?: CaptureProblem) => Promise<void> }[];
let open: Set<Source>;
let told: string[];
let devices: WantedDevices;

const settle = () => new Promise<void>((done) => setImmediate(done));

beforeEach(() => {
  startTime();
  stopTime();
  [questions, open, told] = [[], new Set(), []];
  devices = new WantedDevices(
    {
      openDevices: (audio, video) => {
        const asked = (['audio', 'video'] as const).filter((device) => (device === 'audio' ? audio : video));
        return new Promise((resolve) => {
          const answer = (problem?: CaptureProblem) => {
            asked.filter(() => !problem).forEach((device) => open.add(device));
            resolve(new Map(problem ? asked.map((device) => [device, problem]) : []));
            return settle();
          };
          questions.push({ asked: asked.join(' '), answer });
        });
      },
      close: (device) => void open.delete(device),
    },
    (problems) => told.push([...open, ...[...problems].map(([device, problem]) => `${device} ${problem}`)].join(' ')),
  );
});

/** Enters, and keeps what becomes of it. */
function enter(): { result: boolean | null } {
  const entrance: { result: boolean | null } = { result: null };
  void devices.enter().then((result) => (entrance.result = result));
  return entrance;
}

function wantBoth(): void {
  devices.want('audio', true);
  devices.want('video', true);
}

test('who wants no device is not asked and does not wait', async () => {
  const entrance = enter();
  await settle();
  assert.deepEqual([entrance.result, questions.length], [true, 0]);
});

test('one waits for the answer, whatever it is', async () => {
  wantBoth();
  const entrance = enter();
  await settle();
  assert.equal(entrance.result, null);
  await questions[0]!.answer('refused');
  assert.deepEqual([entrance.result, told], [true, ['audio refused video refused']]);
});

test('one does not wait for ever, and an answer after that still counts', async () => {
  wantBoth();
  const entrance = enter();
  tick(DEVICE_PATIENCE_MS);
  await settle();
  assert.deepEqual([entrance.result, told], [true, []]);
  await questions[0]!.answer();
  assert.deepEqual(told, ['audio video']);
});

test('a camera that was switched off stays off when one comes back, and one that was switched on comes back on', async () => {
  wantBoth();
  enter();
  await questions[0]!.answer();
  devices.want('video', false);
  devices.leave();
  enter();
  devices.leave();
  devices.want('audio', false);
  devices.want('video', true);
  enter();
  assert.deepEqual(questions.map(({ asked }) => asked), ['audio video', 'audio', 'video']);
});

test('a device that was switched off while the question stood open does not stay open', async () => {
  wantBoth();
  enter();
  devices.want('video', false);
  await questions[0]!.answer();
  assert.deepEqual(told, ['audio']);
});

test('who leaves while the question stands open has no device open afterwards, and does not enter', async () => {
  wantBoth();
  const entrance = enter();
  devices.leave();
  await questions[0]!.answer();
  assert.deepEqual([entrance.result, [...open], told], [false, [], []]);
});

for (const order of ['first', 'last'] as const) {
  test(`who leaves and comes back while the question stands open enters once, also when the first question is answered ${order}`, async () => {
    wantBoth();
    const before = enter();
    devices.leave();
    const after = enter();
    const [one, two] = order === 'first' ? [0, 1] : [1, 0];
    await questions[one]!.answer();
    await questions[two]!.answer();
    assert.deepEqual([before.result, after.result], [false, true]);
    assert.deepEqual([...open], ['audio', 'video']);
  });
}

test('the patience of an entrance that is over lets nobody in', async () => {
  wantBoth();
  const before = enter();
  devices.leave();
  tick(DEVICE_PATIENCE_MS - 1);
  const after = enter();
  tick(1);
  await settle();
  assert.deepEqual([before.result, after.result], [false, null]);
});
