import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { type Connection, Refusal, Signaling } from '../src/signaling';
import type { Socket } from '../src/socket-transport';

/** A socket whose other end is the test. */
class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly sent: Record<string, unknown>[] = [];

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {}
  open(): void {
    this.onopen?.({} as never);
  }
  receive(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) } as never);
  }
  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason } as never);
  }
}

let sockets: FakeSocket[];
let events: string[];
let connections: Connection[];
const latest = () => sockets.at(-1)!;

function signaling(transport: 'auto' | 'sockjs' = 'auto'): Signaling {
  const make = (url: string) => {
    sockets.push(new FakeSocket(url));
    return latest();
  };
  return new Signaling(
    { page: { protocol: 'http:', host: 'node:4443' }, roomId: 'r 1', peerId: 'p', transport },
    {
      onOpen: (connection) => {
        events.push('open');
        connections.push(connection);
      },
      onConnecting: () => events.push('connecting'),
      onWaiting: (failures, delayMs) => events.push(`waiting ${failures} ${delayMs}`),
      onRefused: (code, sentence) => events.push(`refused ${code}: ${sentence}`),
      onRequest: async (method) => {
        if (method === 'bad') {
          throw new Error('cannot');
        }
        return { did: method };
      },
      onNotification: (method) => events.push(`notified ${method}`),
    },
    { webSocket: make, sockJs: make },
    () => 1,
  );
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  [sockets, events, connections] = [[], [], []];
});

test('a WebSocket is tried first, with room and peer in its address', () => {
  signaling().start();
  assert.equal(latest().url, 'ws://node:4443/ws?roomId=r+1&peerId=p');
  latest().open();
  assert.deepEqual(events, ['connecting', 'open']);
});

test('where no WebSocket can be opened SockJS takes over, and its first frame says who we are', () => {
  const s = signaling();
  s.start();
  latest().end(1006);
  assert.equal(latest().url, 'http://node:4443/sockjs');
  latest().open();
  assert.deepEqual(latest().sent[0], { notification: true, method: 'hello', data: { roomId: 'r 1', peerId: 'p' } });
  assert.equal(s.route, 'sockjs');
});

test('a WebSocket that neither opens nor fails is given up', () => {
  signaling().start();
  mock.timers.tick(6_000);
  assert.equal(latest().url, 'http://node:4443/sockjs');
});

test('after a loss it waits, longer each time, until the call says that all is well', () => {
  const s = signaling();
  s.start();
  latest().open();
  s.settled();
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 1 600');
  mock.timers.tick(600);
  latest().open();
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 2 1200');
  mock.timers.tick(1200);
  latest().open();
  s.settled();
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 1 600');
});

test('the close code 4000 ends it for good, with a code and a sentence', () => {
  const s = signaling();
  s.start();
  latest().open();
  latest().end(4000, 'room-full: This room is full');
  assert.equal(events.at(-1), 'refused room-full: This room is full');
  mock.timers.tick(60_000);
  s.retryNow();
  assert.equal(sockets.length, 1);
});

test('a request that outlives its connection fails at once, and the next connection knows nothing of it', async () => {
  const s = signaling();
  s.start();
  latest().open();
  const answer = connections[0]!.request('join');
  await Promise.resolve();
  latest().end(1006);
  await assert.rejects(answer, (error: Refusal) => error.code === 'connection-lost');
  mock.timers.tick(600);
  latest().open();
  await assert.rejects(connections[0]!.request('join'), (error: Refusal) => error.code === 'connection-lost');
  assert.deepEqual(latest().sent, []);
});

test('an error answer becomes its code and its sentence', async () => {
  signaling().start();
  latest().open();
  const answer = connections[0]!.request('join');
  await Promise.resolve();
  const { id } = latest().sent[0]!;
  latest().receive({ response: true, id, errorCode: 403, errorReason: 'room-full: No place left' });
  await assert.rejects(answer, { code: 'room-full', sentence: 'No place left', status: 403 });
});

test('requests of the server are answered, also those that fail', async () => {
  signaling().start();
  latest().open();
  latest().receive({ request: true, id: 7, method: 'newConsumer', data: {} });
  latest().receive({ request: true, id: 8, method: 'bad', data: {} });
  await new Promise(setImmediate);
  assert.deepEqual(latest().sent, [
    { response: true, id: 7, ok: true, data: { did: 'newConsumer' } },
    { response: true, id: 8, ok: false, errorCode: 500, errorReason: 'cannot' },
  ]);
});

test('nonsense from the server is ignored', () => {
  signaling().start();
  latest().open();
  for (const nonsense of ['', 'null', '[]', '{', '{}', '{"request":true}', '{"response":true,"id":99,"ok":true}']) {
    latest().receive(nonsense);
  }
  latest().receive({ notification: true, method: 'newPeer' });
  assert.deepEqual(events, ['connecting', 'open', 'notified newPeer']);
});

test('a text without a code is an error with that sentence', () => {
  assert.deepEqual({ ...Refusal.parse('Something broke') }, { code: 'error', sentence: 'Something broke', status: 0 });
  assert.deepEqual({ ...Refusal.parse('replaced') }, { code: 'replaced', sentence: '', status: 0 });
});
