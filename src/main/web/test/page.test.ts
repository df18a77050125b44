import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { backoffMs } from '../src/backoff';
import { chooseVideoCodec, videoEncodings } from '../src/encodings';
import { layoutGrid, layoutStage, type Rect } from '../src/grid';
import { SpeechDetector } from '../src/levels';
import { captureProblem } from '../src/local-media';
import { inviteLink, onlyForThisComputer, parseOptions } from '../src/options';
import { captureProblems, initials, refusalWords, stateWords } from '../src/strings';

const overlaps = (a: Rect, b: Rect) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;

for (const [width, height] of [
  [1248, 644],
  [359, 660],
  [812, 250],
  [2400, 1200],
] as const) {
  test(`1 to 16 tiles fill ${width}×${height} without overlapping or leaving it`, () => {
    for (let count = 1; count <= 16; count++) {
      for (const rects of [layoutGrid(count, width, height, 8), layoutStage(count, count - 1, width, height, 8)]) {
        assert.equal(rects.length, count);
        for (const [i, rect] of rects.entries()) {
          assert.ok(rect.left >= 0 && rect.left + rect.width <= width + 1, `${count}: ${JSON.stringify(rect)}`);
          assert.ok(rect.top >= 0 && rect.width >= 60 && rect.height >= 40, `${count}: ${JSON.stringify(rect)}`);
          assert.ok(rects.slice(i + 1).every((other) => !overlaps(rect, other)), `${count} tiles overlap`);
        }
      }
      const used = layoutGrid(count, width, height, 8).reduce((sum, rect) => sum + rect.width * rect.height, 0);
      assert.ok(used / (width * height) > 0.3, `${count} tiles use only ${used / (width * height)}`);
    }
  });
}

test('two people share a wide screen side by side and a phone one above the other', () => {
  const wide = layoutGrid(2, 1248, 644, 8);
  assert.equal(wide[0]!.top, wide[1]!.top);
  const upright = layoutGrid(2, 359, 660, 8);
  assert.equal(upright[0]!.left, upright[1]!.left);
});

test('more tiles than fit keep a size worth seeing and scroll', () => {
  const rects = layoutGrid(60, 359, 300, 6);
  assert.ok(rects.every(({ width }) => width >= 110));
  assert.ok(rects.at(-1)!.top > 300);
});

test('waits double up to a limit, and never fall in the same instant', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 50].map((failures) => backoffMs(failures, 1)), [600, 1200, 2400, 4800, 9600, 15_000, 15_000]);
  assert.equal(backoffMs(3, 0), 1200);
});

test('the address says what to do, and nonsense in it is ignored', () => {
  assert.deepEqual(parseOptions('?room=a%20b&codec=vp9&simulcast=0&audio=false&transport=sockjs&forceTcp=1&peer=x&name=Ada&size=320x180'), {
    room: 'a b',
    name: 'Ada',
    peerId: 'x',
    codec: 'VP9',
    forceTcp: true,
    transport: 'sockjs',
    simulcast: false,
    size: { width: 320, height: 180 },
    audio: false,
    video: true,
    data: true,
    autojoin: true,
  });
  const nonsense = parseOptions('?codec=H266&transport=carrier-pigeon');
  assert.equal(nonsense.codec, null);
  assert.equal(nonsense.transport, 'auto');
  assert.equal(nonsense.room, '');
  for (const size of ['', 'big', '320', '0x0', '-320x180', '99999x10', '5000x5000', '320x180x2']) {
    assert.equal(parseOptions(`?size=${size}`).size, null, size);
  }
});

test('an invitation carries the room and nothing of our own', () => {
  assert.equal(inviteLink({ origin: 'https://x', pathname: '/' }, 'a b'), 'https://x/?room=a%20b');
});

test('a link to this very computer is known as such, whatever it is called', () => {
  for (const own of ['http://localhost:4443/?room=a', 'https://a.localhost/', 'http://127.0.0.1/', 'http://127.1.2.3:80/', 'http://[::1]:4443/']) {
    assert.equal(onlyForThisComputer(own), true, own);
  }
  for (const other of ['https://call.example.org/', 'http://192.0.2.1:4443/', 'https://localhost.example.org/', 'http://[2001:db8::1]/']) {
    assert.equal(onlyForThisComputer(other), false, other);
  }
});

test('VP8 and H264 go out as simulcast, VP9 as SVC, AV1 in temporal layers only, and each as one stream when asked', () => {
  const modes = (mimeType: string, layered = true, svc = true) =>
    videoEncodings('video', mimeType, layered, svc).map(({ scalabilityMode }) => scalabilityMode);
  assert.deepEqual(modes('video/VP8'), ['L1T3', 'L1T3', 'L1T3']);
  assert.deepEqual(modes('video/H264'), ['L1T1', 'L1T1', 'L1T1']);
  assert.deepEqual(modes('video/VP9'), ['L3T3_KEY']);
  assert.deepEqual(modes('video/AV1'), ['L1T3']);
  assert.deepEqual(modes('video/VP9', true, false), ['L1T1']);
  for (const codec of ['VP8', 'H264', 'VP9', 'AV1']) {
    assert.deepEqual(modes(`video/${codec}`, false), ['L1T1']);
  }
  assert.deepEqual(
    videoEncodings('video', 'video/VP8', true, true).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy),
    [4, 2, 1],
  );
});

test('a screen is never sent in smaller sizes', () => {
  for (const codec of ['VP8', 'H264', 'VP9', 'AV1']) {
    const [only, ...more] = videoEncodings('screensharing', `video/${codec}`, true, true);
    assert.deepEqual(more, []);
    assert.match(only!.scalabilityMode!, /^L1T[13]$/);
  }
});

test('the wanted codec is sent, else the first; RTX is not one', () => {
  const codec = (mimeType: string) => ({ kind: 'video' as const, mimeType, clockRate: 90_000, preferredPayloadType: 1 });
  const capabilities = { codecs: [codec('video/rtx'), codec('video/VP8'), codec('video/AV1')] };
  assert.equal(chooseVideoCodec(capabilities, null)!.mimeType, 'video/VP8');
  assert.equal(chooseVideoCodec(capabilities, 'AV1')!.mimeType, 'video/AV1');
  assert.equal(chooseVideoCodec(capabilities, 'H264'), undefined);
});

test('speech lights up at once and holds between words', () => {
  const detector = new SpeechDetector();
  assert.deepEqual(
    [[0, 0], [0.1, 100], [0, 200], [0, 700], [0, 900]].map(([level, atMs]) => detector.onLevel(level!, atMs!)),
    [false, true, true, true, false],
  );
});

test('each way in which a device can fail has a sentence, and pressing Cancel has none', () => {
  const names = ['NotAllowedError', 'NotFoundError', 'OverconstrainedError', 'NotReadableError', 'SecurityError', 'TypeError'];
  for (const name of names) {
    const problem = captureProblem(Object.assign(new Error(), { name }));
    for (const source of ['audio', 'video', 'screensharing'] as const) {
      assert.match(captureProblems(new Map([[source, problem]])).get(source)!, /\.$/);
    }
  }
  assert.equal(captureProblems(new Map([['screensharing', 'cancelled']])).size, 0);
});

test('camera and microphone refused together are one sentence', () => {
  assert.equal(captureProblems(new Map([['audio', 'refused'], ['video', 'refused']])).size, 1);
  assert.equal(captureProblems(new Map([['audio', 'missing'], ['video', 'busy']])).size, 2);
});

test('waiting counts the seconds down', () => {
  const state = { name: 'waiting', failures: 1, retryAtMs: 5_000, before: true, elsewhere: false, mediaLost: false, full: false } as const;
  assert.match(stateWords(state, 1_500).countdown!, /in 4 s/);
  assert.match(stateWords(state, 9_000).countdown!, /in 1 s/);
  assert.equal(stateWords(state, 9_000).text, stateWords(state, 1_500).text, 'read aloud once');
});

test('while another server is looked for, a person is told so, and not to wait', () => {
  const waiting = { name: 'waiting', failures: 2, retryAtMs: 5_000, before: true, elsewhere: true, mediaLost: false, full: false } as const;
  assert.equal(stateWords(waiting, 4_500).text, 'Server gone. Trying another…');
  assert.equal(stateWords({ name: 'connecting', elsewhere: true }, 0).text, 'Server gone. Trying another…');
  assert.match(stateWords({ name: 'connecting', elsewhere: false }, 0).text, /Connecting/);
});

test('who waits because the server is full reads so', () => {
  const waiting = { name: 'waiting', failures: 2, retryAtMs: 5_000, before: false, elsewhere: false, mediaLost: false, full: true } as const;
  assert.equal(stateWords(waiting, 1_500).text, 'The server is full: it cannot take more rooms now.');
  assert.match(stateWords(waiting, 1_500).countdown!, /Trying again in 4 s/);
});

test('each way in which media fares has words, and only when all is well are they good', () => {
  for (const [media, tone] of [['well', 'good'], ['connecting', 'busy'], ['interrupted', 'busy'], ['blocked', 'bad']] as const) {
    assert.equal(stateWords({ name: 'joined', media }, 0).tone, tone);
  }
  assert.match(stateWords({ name: 'joined', media: 'blocked' }, 0).text, /You are in the room, but/);
});

test('who joins again because media did not come back is not told that the server is gone', () => {
  const waiting = { name: 'waiting', failures: 1, retryAtMs: 500, before: true, elsewhere: false, mediaLost: true, full: false } as const;
  assert.doesNotMatch(stateWords(waiting, 0).text, /server/i);
});

test('the page has no policy of its own: with the header\'s it would have two, and only what both allow is allowed', () => {
  const page = readFileSync(join(__dirname, '../../src/main/web/src/index.html'), 'utf8');
  assert.doesNotMatch(page, /http-equiv/i);
});

test('what counts down is no part of what is read aloud', () => {
  const page = readFileSync(join(__dirname, '../../src/main/web/src/index.html'), 'utf8');
  const [, spoken] = /<[^>]*id="announcement"[^>]*role="status"[^>]*>([^]*?)<\/p>/.exec(page)!;
  assert.equal(spoken, '');
  assert.doesNotMatch(/<div id="banner"[^]*?<\/div>/.exec(page)![0], /role=|aria-live/);
});

test('a room with too many peers is full', () => {
  assert.equal(refusalWords('too-many-peers', '').title, 'This room is full');
});

test('an unknown refusal is quoted, not hidden', () => {
  assert.equal(refusalWords('moon-phase', 'The moon is wrong').text, 'The moon is wrong');
  assert.match(refusalWords('moon-phase', '').text, /moon-phase/);
  assert.equal(refusalWords('room-full', '').title, 'This room is full');
});

test('what the server does not take is said in its own words, as such', () => {
  assert.equal(refusalWords('rule-broken', 'roomId is missing').text, 'The server says: “roomId is missing”.');
  assert.match(refusalWords('not-understood', '').text, /not-understood/);
});

test('initials survive every name', () => {
  assert.deepEqual(['Ada Lovelace', 'bob', '  ', 'Łukasz M. Żak', '😀 x'].map(initials), ['AL', 'B', '?', 'ŁŻ', '😀X']);
});
