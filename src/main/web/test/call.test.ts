import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Call, type CallListener } from '../src/call';
import { MediaSession } from '../src/media-session';
import { parseOptions } from '../src/options';
import { startTime, stopTime } from './stopped-time';

/** What the browser was asked for, and how the test lets the person answer. */
let questions: { wanted: string; allow: () => void }[];
let sockets: number;
let call: Call;

/** A socket to a server that opens at once and answers every request with an empty room, until it is gone. */
class FakeSocket {
  onopen = () => {};
  onmessage = (_event: { data: string }) => {};
  onclose = (_event: { code: number; reason: string }) => {};

  constructor() {
    sockets += 1;
    latest = this;
  }
  send(data: string): void {
    const { request, id } = JSON.parse(data);
    if (request) {
      // Not at once: protoo-client notes its request only after it has sent it.
      setImmediate(() => this.onmessage({ data: JSON.stringify({ response: true, id, ok: true, data: { peers: [] } }) }));
    }
  }
  close(): void {}
}

let latest: FakeSocket;

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
  for (const [name, value] of Object.entries({ navigator: { mediaDevices: { getUserMedia }, userAgent: '' }, WebSocket: FakeSocket })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const deaf = new Proxy({}, { get: () => () => {} }) as CallListener;
  call = new Call('room', 'me', 'Me', parseOptions(''), deaf, { read: () => [], write: () => {} }, 'http://node:4443');
});

/** Joins a room whose media is made up. @returns tells the call that its media is beyond repair */
async function joinWithMedia(): Promise<() => void> {
  let onMediaLost = () => {};
  MediaSession.open = async (_connection, _options, listener) => {
    ({ onMediaLost } = listener as { onMediaLost: () => void });
    const session = { device: {}, streams: new Map(), data: { open: async () => {} }, health: 'well', close: () => {} };
    return session as unknown as MediaSession;
  };
  void call.start(false, false);
  await settle();
  latest.onopen();
  await settle();
  await settle();
  assert.equal(call.state.name, 'joined');
  return () => onMediaLost();
}

test('media that ends after its connection was lost is no news: trying to come back is under way, and says why', async () => {
  const loseMedia = await joinWithMedia();
  latest.onclose({ code: 1006, reason: '' });
  await settle();
  const waiting = call.state;
  assert.equal(waiting.name, 'waiting');
  loseMedia();
  assert.equal(call.state, waiting, 'the wait goes on, with its own words');
  call.leave();
});

test('media that ends in the room is a reason to start over', async () => {
  const loseMedia = await joinWithMedia();
  loseMedia();
  assert.equal(call.state.name === 'waiting' && call.state.mediaLost, true);
  call.leave();
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
