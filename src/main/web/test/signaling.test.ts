import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type Connection, Refusal, Signaling } from '../src/signaling';
import { Servers } from '../src/servers';
import { ANSWER_MS, QUIET_MS } from '../src/silence-watch';
import type { Socket } from '../src/socket-transport';
import { startTime, stopTime, tick } from './stopped-time';

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

let remembered: string[];

function signaling(transport: 'auto' | 'sockjs' = 'auto', home = 'http://node:4443'): Signaling {
  const make = (url: string) => {
    sockets.push(new FakeSocket(url));
    return latest();
  };
  return new Signaling(
    { servers: new Servers(home, { read: () => remembered, write: (urls) => (remembered = urls) }), roomId: 'r 1', peerId: 'p', transport },
    {
      onOpen: (connection) => {
        events.push('open');
        connections.push(connection);
      },
      onMoving: (connection) => {
        events.push('moving');
        connections.push(connection);
      },
      onConnecting: (elsewhere) => events.push(elsewhere ? 'connecting elsewhere' : 'connecting'),
      onWaiting: (failures, delayMs, elsewhere, full) =>
        events.push(`waiting ${failures} ${delayMs}${elsewhere ? ' elsewhere' : ''}${full ? ' full' : ''}`),
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
  startTime();
  stopTime();
  [sockets, events, connections, remembered] = [[], [], [], []];
});

test('a server that has no room for another room is tried again, and one knows why', () => {
  signaling().start();
  latest().open();
  latest().end(4001, 'too-many-rooms: this node has 10000 rooms already (limits.roomsPerNode)');
  assert.match(events.at(-1)!, /^waiting 1 \d+ full$/);
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
  tick(6_000);
  assert.equal(latest().url, 'http://node:4443/sockjs');
});

test('after a loss it waits, longer each time, until the call says that all is well', () => {
  const s = signaling();
  s.start();
  latest().open();
  s.settled();
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 1 600');
  tick(600);
  latest().open();
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 2 1200');
  tick(1200);
  latest().open();
  s.settled();
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 1 600');
});

/** Opens, joins and is told of these servers. */
function settle(s: Signaling, urls: string[]): void {
  latest().open();
  s.settled();
  s.onServers(urls);
}

/** The hosts of all sockets since the first `from`. */
const hosts = (from: number) => sockets.slice(from).map(({ url }) => new URL(url).host);

/** Lets the next tries fail at once, each after its wait. */
function fail(tries: number): void {
  for (let i = 0; i < tries; i++) {
    tick(15_000);
    latest().end(1006);
  }
}

test('after a loss the same server is tried first, then each of the others, then the page\'s own, then all again', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1', 'http://c:2']);
  latest().end(1006);
  fail(2);
  tick(600);
  settle(s, ['http://c:2']);
  assert.deepEqual(hosts(1), ['node:4443', 'b:1', 'c:2']);
  assert.deepEqual(s.knownServers, ['http://c:2']);
  latest().end(1006);
  fail(3);
  // From the second round on SockJS is tried, too.
  assert.deepEqual(hosts(4), ['c:2', 'node:4443', 'c:2', 'c:2']);
  assert.equal(latest().url, 'http://c:2/sockjs');
});

test('the servers of a round are tried after the same short wait, and the rounds become rarer', () => {
  const s = signaling('sockjs');
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  events = [];
  latest().end(1006);
  fail(4);
  assert.deepEqual(events.filter((event) => event.startsWith('waiting')), [
    'waiting 1 600',
    'waiting 2 600 elsewhere',
    'waiting 3 1200',
    'waiting 4 1200 elsewhere',
    'waiting 5 2400',
  ]);
  assert.equal(events.includes('connecting elsewhere'), true);
});

test('a server that took the connection but not the call is left for the next', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  latest().end(1006);
  tick(600);
  latest().open();
  s.reconnect();
  tick(600);
  assert.deepEqual(hosts(1), ['node:4443', 'b:1']);
});

test('a server that says nothing is given up soon where there are others', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  latest().end(1006);
  tick(600);
  tick(3_000);
  tick(600);
  assert.equal(latest().url, 'ws://b:1/ws?roomId=r+1&peerId=p');
});

test('away from a server that is about to stop, another is connected to while the first still stands', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  const old = latest();
  s.move(['http://b:1', 'http://c:1']);
  assert.equal(latest().url, 'ws://b:1/ws?roomId=r+1&peerId=p');
  latest().open();
  assert.equal(events.at(-1), 'moving');
  old.receive({ notification: true, method: 'of the old', data: {} });
  assert.equal(events.at(-1), 'notified of the old');
  const endFormer = s.takeOver();
  assert.equal(s.server, 'http://b:1');
  endFormer();
  const before = events.length;
  old.end(4000, 'replaced: by ourselves');
  assert.equal(events.length, before, 'nobody hears of the old one any more');
  latest().end(1006);
  assert.equal(events.at(-1), 'waiting 1 600', 'and the new one is as good as any');
});

test('where that server cannot be reached, or is about to stop too, the next is tried, and at last all stays as it is', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443']);
  s.move(['http://b:1', 'http://c:1', 'http://d:1']);
  latest().end(1006);
  assert.equal(latest().url, 'ws://c:1/ws?roomId=r+1&peerId=p');
  tick(3_000);
  assert.equal(latest().url, 'ws://d:1/ws?roomId=r+1&peerId=p');
  latest().open();
  s.moveFailed(connections.at(-1)!);
  assert.equal(sockets.length, 4);
  assert.equal(s.server, 'http://node:4443');
  assert.equal(s.route, 'websocket');
});

test('when the old server is gone before the move is done, it is looked for in the usual way', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  const old = latest();
  s.move(['http://b:1']);
  latest().open();
  old.end(4001, 'node-draining: go');
  assert.equal(events.at(-1), 'waiting 1 600');
  s.stop();
});

test('a server that takes nobody sends on to another at once, and the next that does so after a wait', () => {
  const s = signaling();
  s.start();
  latest().open();
  s.redirect(['http://b:1']);
  assert.equal(latest().url, 'ws://b:1/ws?roomId=r+1&peerId=p');
  latest().open();
  s.redirect(['http://node:4443']);
  assert.match(events.at(-1)!, /^waiting/);
  s.stop();
});

test('where SockJS was needed it is what the next server is asked for', () => {
  const s = signaling();
  s.start();
  latest().end(1006);
  settle(s, ['http://node:4443', 'http://b:1']);
  latest().end(1006);
  fail(1);
  tick(600);
  assert.equal(latest().url, 'http://b:1/sockjs');
});

test('a page that is loaded again knows the servers from before', () => {
  remembered = ['http://node:4443', 'http://b:1'];
  signaling('sockjs').start();
  latest().end(1006);
  tick(1_200);
  assert.deepEqual(hosts(0), ['node:4443', 'b:1']);
});

test('what the server says of others is believed only as far as it is of use', () => {
  const s = signaling('auto', 'https://node:4443');
  s.start();
  latest().open();
  s.settled();
  for (const nonsense of [undefined, null, 'http://x', {}, []]) {
    s.onServers(nonsense);
    assert.deepEqual(s.knownServers, ['https://node:4443']);
  }
  // Its own address, which may be spelled otherwise; no address; not over TLS; the same twice.
  s.onServers(['https://self', 'b', null, 'ftp://b', 'http://b', 'https://b/', 'https://b:443', 'https://node:4443']);
  assert.deepEqual(s.knownServers, ['https://node:4443', 'https://b']);
  assert.deepEqual(remembered, ['https://node:4443', 'https://b']);
});

test('leaving in the middle of a search ends it, and coming back starts where one was', () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  latest().end(1006);
  fail(1);
  s.stop();
  tick(60_000);
  assert.deepEqual(hosts(1), ['node:4443']);
  s.start();
  assert.deepEqual(hosts(2), ['node:4443']);
});

test('the close code 4000 ends it for good, with a code and a sentence', () => {
  const s = signaling();
  s.start();
  latest().open();
  latest().end(4000, 'room-full: This room is full');
  assert.equal(events.at(-1), 'refused room-full: This room is full');
  tick(60_000);
  s.retryNow();
  assert.equal(sockets.length, 1);
});

for (const [code, refused] of [
  [1002, 'not-understood: this is no WebSocket frame'],
  [1008, 'rule-broken: the first frame must be the notification hello'],
  [1009, 'message-too-large: a message may have 262144 bytes'],
] as const) {
  test(`the close code ${code} ends it, in the server's words: what was wrong is wrong again the next time`, () => {
    const s = signaling('sockjs');
    s.start();
    latest().open();
    latest().end(code, refused.slice(refused.indexOf(':') + 2));
    assert.equal(events.at(-1), `refused ${refused}`);
    tick(60_000);
    s.retryNow();
    assert.equal(sockets.length, 1);
  });
}

test('sockjs-client that reaches nobody says 1002 as well, and is asked again', () => {
  signaling('sockjs').start();
  latest().end(1002, 'Cannot connect to server');
  assert.match(events.at(-1)!, /^waiting/);
  tick(600);
  assert.equal(sockets.length, 2);
});

/** What the server says when somebody has entered. */
const WELCOME = { notification: true, method: 'mediasoupVersion', data: { version: '1' } };

const questions = (socket: FakeSocket) => socket.sent.filter(({ method }) => method === 'getRtcStatsUrl');

/** Lets protoo do what it has put off. */
const settleDown = () => new Promise(setImmediate);

test('a server that answers nothing any more is left for another within ten seconds', async () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  const old = latest();
  old.receive(WELCOME);
  tick(QUIET_MS - 1);
  await settleDown();
  assert.equal(questions(old).length, 0);
  tick(1);
  await settleDown();
  assert.equal(questions(old).length, 1);
  tick(ANSWER_MS);
  assert.equal(events.at(-1), 'waiting 1 600 elsewhere');
  tick(600);
  assert.deepEqual(hosts(1), ['b:1']);
  assert.ok(QUIET_MS + ANSWER_MS + 600 < 10_000);
  fail(1);
  tick(1_200);
  assert.deepEqual(hosts(1), ['b:1', 'node:4443'], 'it comes last, for it may live');
});

test('a server that answers is kept, with whatever it answers, and asked only while it says nothing by itself', async () => {
  const s = signaling();
  s.start();
  settle(s, ['http://node:4443', 'http://b:1']);
  latest().receive(WELCOME);
  for (let i = 1; i <= 20; i++) {
    tick(QUIET_MS);
    await settleDown();
    assert.equal(questions(latest()).length, i);
    tick(ANSWER_MS - 1);
    const { id } = questions(latest()).at(-1)!;
    latest().receive(i % 2 ? { response: true, id, ok: true, data: {} } : { response: true, id, errorCode: 400, errorReason: 'unknown-method: x' });
  }
  for (let i = 0; i < 20; i++) {
    tick(QUIET_MS - 1);
    latest().receive({ notification: true, method: 'speakingPeers', data: { peerVolumes: [] } });
  }
  await settleDown();
  assert.equal(questions(latest()).length, 20);
  assert.equal(sockets.length, 1);
});

test('a server without others that falls silent is connected to again', () => {
  const s = signaling();
  s.start();
  latest().open();
  s.settled();
  latest().receive(WELCOME);
  tick(QUIET_MS);
  tick(ANSWER_MS);
  assert.equal(events.at(-1), 'waiting 1 600');
  tick(600);
  assert.deepEqual(hosts(0), ['node:4443', 'node:4443']);
});

test('a node that lets its clients wait until it is warm is waited for', async () => {
  signaling().start();
  latest().open();
  tick(60_000);
  await settleDown();
  assert.deepEqual([latest().sent, sockets.length], [[], 1]);
});

test('who has left asks nothing any more', async () => {
  const s = signaling();
  s.start();
  latest().open();
  latest().receive(WELCOME);
  s.stop();
  tick(60_000);
  await settleDown();
  assert.deepEqual([questions(latest()).length, sockets.length], [0, 1]);
});

test('a request that outlives its connection fails at once, and the next connection knows nothing of it', async () => {
  const s = signaling();
  s.start();
  latest().open();
  const answer = connections[0]!.request('join');
  await Promise.resolve();
  latest().end(1006);
  await assert.rejects(answer, (error: Refusal) => error.code === 'connection-lost');
  tick(600);
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
