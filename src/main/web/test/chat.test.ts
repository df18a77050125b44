import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkParts, sizeWords, typingWords } from '../src/chat-words';
import type { Channel } from '../src/data-channels';
import { DataRoute, SETTLE_MS } from '../src/data-route';
import { ECHO_MS, EchoFilter } from '../src/echo-filter';
import { HOLD_MS, TextOrder } from '../src/text-order';
import { Typing, TYPING_MS } from '../src/typing';

class Line {
  openSinceMs: number | null = null;
  readonly sent: string[] = [];

  constructor(private readonly clock: { ms: number }) {}

  openForMs(): number | null {
    return this.openSinceMs === null ? null : this.clock.ms - this.openSinceMs;
  }

  sendOn(_: Channel, data: string | ArrayBuffer): boolean {
    return this.sent.push(data as string) > 0;
  }

  bufferedAmount(): number {
    return 0;
  }

  peersOn(): string[] {
    return ['ada'];
  }
}

function setUp() {
  const clock = { ms: 0 };
  const route = new DataRoute({ onMessage: () => {}, onRoom: () => {} });
  const line = () => {
    const made = new Line(clock);
    route.onAttached(made as never);
    return made;
  };
  return { clock, route, line };
}

test('while the call moves, what is said goes over both connections and files over the former', () => {
  const { clock, line, route } = setUp();
  const former = line();
  assert.equal(route.send('chat', 'too early'), false);
  former.openSinceMs = 0;
  assert.equal(route.settled('chat'), false);
  clock.ms = SETTLE_MS;
  assert.equal(route.settled('chat'), true);
  const next = line();
  route.send('chat', 'one');
  next.openSinceMs = clock.ms;
  route.send('chat', 'two');
  route.send('files', 'a piece');
  route.onClosed(former as never);
  assert.equal(route.settled('chat'), false);
  clock.ms += SETTLE_MS;
  assert.equal(route.settled('chat'), true);
  route.send('files', 'the next');
  assert.deepEqual([former.sent, next.sent], [['one', 'two', 'a piece'], ['two', 'the next']]);
  assert.deepEqual(route.peersOn('files'), ['ada']);
});

test('while the server is away nothing is sent, for a channel may seem open that leads nowhere', () => {
  const { clock, line, route } = setUp();
  const only = line();
  only.openSinceMs = 0;
  clock.ms = SETTLE_MS;
  route.setAway(true);
  assert.deepEqual([route.send('chat', 'lost'), route.open('files'), route.settled('chat')], [false, false, false]);
  route.setAway(false);
  assert.equal(route.send('chat', 'heard'), true);
  assert.deepEqual(only.sent, ['heard']);
});

/** What is shown of texts that come as `who over which channel: text`, a second for each `-`. */
function shown(...arriving: string[]): string[] {
  const filter = new EchoFilter();
  let nowMs = 0;
  return arriving.filter((each) => {
    nowMs += 1_000 * (/^-*/.exec(each)![0].length);
    const [, who, channel, text] = /^-*(\w+) over (\w+): (.*)$/.exec(each)!;
    return !filter.isEcho(who!, channel!, text!, nowMs);
  });
}

test('what comes over one channel is all shown, the same text as often as it is said', () => {
  const said = ['ada over 1: yes', 'ada over 1: yes', 'bob over 2: yes', 'ada over 1: no'];
  assert.deepEqual(shown(...said), said);
});

test('what comes over two channels of a person counts once, in whatever order, and once for each time', () => {
  assert.deepEqual(
    shown('ada over 1: a', 'ada over 2: a', 'ada over 2: b', 'ada over 1: b', 'ada over 1: b', 'ada over 2: b', 'bob over 3: b', 'ada over 1: c', 'ada over 2: d'),
    ['ada over 1: a', 'ada over 2: b', 'ada over 1: b', 'bob over 3: b', 'ada over 1: c', 'ada over 2: d'],
  );
});

test('what is said again after a while is no echo', () => {
  const said = ['ada over 1: yes', `${'-'.repeat(ECHO_MS / 1_000)}ada over 2: yes`];
  assert.deepEqual(shown(...said), said);
});

test('a flood is remembered only to a limit', () => {
  const filter = new EchoFilter();
  let echoes = 0;
  for (const channel of ['1', '2']) {
    for (let i = 0; i < 5_000; i++) {
      echoes += Number(filter.isEcho('ada', channel, `${i}`, 0));
    }
  }
  assert.ok(echoes <= 200, `${echoes} were remembered`);
});

/** What is shown of texts of one person that come as `channel text` or, after so many milliseconds, `+ms`. */
function ordered(...arriving: string[]): string[] {
  const order = new TextOrder();
  const shownTexts: string[] = [];
  let nowMs = 0;
  for (const each of arriving) {
    if (each.startsWith('+')) {
      nowMs += Number(each.slice(1));
      shownTexts.push(...order.due(nowMs).map(({ text }) => text));
    } else {
      const [channel, text] = each.split(' ') as [string, string];
      if (order.arrive('ada', channel, text, nowMs)) {
        shownTexts.push(text);
      }
    }
  }
  return shownTexts;
}

test('what the new channel brings first waits for what the former one still has', () => {
  assert.deepEqual(ordered('1 a', '2 c', '1 b', '1 c', '2 d', '1 d', `+${HOLD_MS}`), ['a', 'b', 'c', 'd']);
});

test('what the former channel does not bring any more is shown after a moment, and then the new one at once', () => {
  assert.deepEqual(ordered('1 a', '2 a', '2 b', '2 c', `+${HOLD_MS - 1}`), ['a']);
  assert.deepEqual(ordered('1 a', '2 a', '2 b', '2 c', `+${HOLD_MS}`, '2 d', '1 b'), ['a', 'b', 'c', 'd']);
});

test('who comes back after a while is heard at once over the new channel', () => {
  assert.deepEqual(ordered('1 a', `+${ECHO_MS}`, '2 b', '2 b'), ['a', 'b', 'b']);
});

test('what waits for the former channel is limited', () => {
  const many = Array.from({ length: 300 }, (_, i) => `2 ${i}`);
  assert.equal(ordered('1 a', ...many).length, 1 + 200);
});

test('typing is told at once, repeated now and then, and its end told once', () => {
  const typing = new Typing();
  assert.deepEqual(
    [[true, 0], [true, 100], [true, 1_900], [true, 2_000], [false, 2_100], [false, 2_200], [true, 2_300]].map(([on, atMs]) =>
      typing.shouldTell(on as boolean, atMs as number),
    ),
    [true, false, false, true, true, false, true],
  );
});

test('who typed is typing until a message comes or nothing is heard for a while', () => {
  const typing = new Typing();
  assert.equal(typing.heard('ada', true, 0), true);
  assert.equal(typing.heard('ada', true, 2_000), false);
  assert.equal(typing.heard('bob', true, 2_000), true);
  assert.equal(typing.expire(TYPING_MS), false);
  assert.equal(typing.heard('bob', false, 6_000), true);
  assert.deepEqual(typing.peerIds, ['ada']);
  assert.equal(typing.expire(2_000 + TYPING_MS), true);
  assert.deepEqual(typing.peerIds, []);
});

test('a crowd of invented typists is remembered only to a limit', () => {
  const typing = new Typing();
  for (let i = 0; i < 10_000; i++) {
    typing.heard(`p${i}`, true, 0);
  }
  assert.equal(typing.peerIds.length, 100);
});

test('one, two or several type', () => {
  assert.deepEqual([[], ['Ada'], ['Ada', 'Bob'], ['Ada', 'Bob', 'Eve']].map(typingWords), [
    '',
    'Ada is typing…',
    'Ada and Bob are typing…',
    'Several people are typing…',
  ]);
});

for (const [text, addresses, why] of [
  ['see https://example.org/a?b=c.', ['https://example.org/a?b=c'], 'the full stop ends the sentence'],
  ['(http://example.org)', ['http://example.org'], 'a bracket around it'],
  ['http://a.example and https://b.example', ['http://a.example', 'https://b.example'], 'two'],
  ['javascript:alert(1) data:text/html,x file:///etc', [], 'other schemes are text'],
  ['https:// http://', [], 'no host'],
  ['<a href="https://x.example">', ['https://x.example'], 'markup is text, and ends an address'],
] as const) {
  test(`addresses in ${JSON.stringify(text)}: ${why}`, () => {
    const parts = linkParts(text);
    assert.deepEqual(parts.filter(({ href }) => href).map(({ href }) => href), addresses);
    assert.equal(parts.map((part) => part.text).join(''), text);
  });
}

test('sizes are in the units that people know', () => {
  assert.deepEqual([0, 1, 999, 1_000, 999_499, 999_500, 20_000_000, 2e9].map(sizeWords), [
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '999 kB',
    '1.0 MB',
    '20.0 MB',
    '2.0 GB',
  ]);
});
