import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Call, type CallListener } from '../src/call';
import { parseOptions } from '../src/options';
import { startTime, stopTime } from './stopped-time';

/** What the browser was asked for, and how the test lets the person answer. */
let questions: { wanted: string; allow: () => void }[];
let sockets: number;
let call: Call;

class FakeSocket {
  constructor() {
    sockets += 1;
  }
  send(): void {}
  close(): void {}
}

function fakeTrack(kind: string) {
  return { kind, enabled: true, readyState: 'live', stop: () => {}, addEventListener: () => {} };
}

function getUserMedia(constraints: MediaStreamConstraints): Promise<unknown> {
  const wanted = ['audio', 'video'].filter((kind) => kind in constraints);
  return new Promise((resolve) => {
    questions.push({ wanted: wanted.join(' '), allow: () => resolve({ getTracks: () => wanted.map(fakeTrack) }) });
  });
}

/** Everything that waited has run. */
const settle = () => new Promise<void>((done) => setImmediate(done));

async function allow(question: number): Promise<void> {
  questions[question]!.allow();
  await settle();
}

beforeEach(() => {
  startTime();
  stopTime();
  [questions, sockets] = [[], 0];
  for (const [name, value] of Object.entries({ navigator: { mediaDevices: { getUserMedia } }, WebSocket: FakeSocket })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const deaf = new Proxy({}, { get: () => () => {} }) as CallListener;
  call = new Call('room', 'me', 'Me', parseOptions(''), deaf, { read: () => [], write: () => {} }, 'http://node:4443');
});

test('who leaves with the camera off comes back with the camera off, and who switched it on with the camera on', async () => {
  void call.start(true, true);
  await allow(0);
  await call.setCamera(false);
  call.leave();
  void call.rejoin();
  await allow(1);
  void call.setCamera(true);
  await allow(2);
  call.leave();
  void call.rejoin();
  await allow(3);
  assert.deepEqual(questions.map(({ wanted }) => wanted), ['audio video', 'audio', 'video', 'audio video']);
  call.leave();
});

test('who joins without a microphone and then speaks comes back with it', async () => {
  void call.start(false, false);
  await settle();
  void call.setMicMuted(false);
  await allow(0);
  call.leave();
  void call.rejoin();
  await allow(1);
  assert.deepEqual(questions.map(({ wanted }) => wanted), ['audio', 'audio']);
  call.leave();
});

test('who leaves and comes back while the browser still asks for the camera opens one connection, not two', async () => {
  void call.start(true, true);
  call.leave();
  void call.rejoin();
  await allow(0);
  assert.equal(sockets, 0);
  await allow(1);
  assert.equal(sockets, 1);
  call.leave();
});

test('who leaves while the browser still asks is not brought in by the answer, and no device stays on', async () => {
  void call.start(true, true);
  call.leave();
  await allow(0);
  assert.deepEqual([sockets, call.media.get('audio'), call.media.get('video')], [0, null, null]);
});

test('a camera that is allowed only after its person has left is switched off again', async () => {
  void call.start(true, false);
  await allow(0);
  void call.setCamera(true);
  call.leave();
  await allow(1);
  assert.equal(call.media.get('video'), null);
});
