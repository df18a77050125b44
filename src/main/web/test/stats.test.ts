import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundSample, outboundSample, rates } from '../src/stats';
import { audioWords, bitrateWords, videoWords } from '../src/strings';

const inbound = (at: number, more: object) =>
  new Map<string, unknown>([
    ['a', { type: 'inbound-rtp', id: 'a', timestamp: at, ssrc: 1, bytesReceived: 9 }],
    ['b', { type: 'inbound-rtp', id: 'b', timestamp: at, ssrc: 2, codecId: 'c', ...more }],
    ['c', { type: 'codec', id: 'c', timestamp: at, mimeType: 'video/VP8' }],
  ]);

test('what a person reads comes from two reports a second apart', () => {
  const common = { frameWidth: 640, frameHeight: 360 };
  const first = inboundSample(
    inbound(1_000, { ...common, bytesReceived: 0, packetsReceived: 0, packetsLost: 0, framesDecoded: 0 }),
    2,
  );
  const second = inboundSample(
    inbound(3_000, { ...common, bytesReceived: 250_000, packetsReceived: 190, packetsLost: 10, framesDecoded: 60 }),
    2,
  );
  const now = rates(first, second);
  assert.deepEqual(now, { bitrate: 1_000_000, framesPerSecond: 30, lossPercent: 5 });
  assert.equal(videoWords(second!, now), '640×360 · 30 fps · 1.0 Mbit/s · 5.0 % lost · VP8');
  assert.equal(audioWords(second!, now), '1.0 Mbit/s · 5.0 % lost · VP8');
});

test('a browser that tells less is quoted with less', () => {
  const sample = inboundSample(inbound(0, { codecId: undefined }), 2)!;
  assert.equal(sample.packetsLost, null);
  assert.equal(sample.retransmittedPackets, null);
  assert.equal(videoWords(sample, null), '');
});

test('there is nothing to say about an SSRC that has not come', () => {
  assert.equal(inboundSample(inbound(0, {}), 3), null);
});

test('all simulcast layers count, and the largest gives the size', () => {
  const layer = (id: string, width: number, bytes: number) => [
    id,
    { type: 'outbound-rtp', id, timestamp: 5, frameWidth: width, frameHeight: width / 2, bytesSent: bytes, packetsSent: 1, framesEncoded: width },
  ] as [string, unknown];
  const sample = outboundSample(new Map([layer('q', 320, 10), layer('f', 1280, 100), layer('h', 640, 50)]))!;
  assert.deepEqual([sample.bytes, sample.packets, sample.width, sample.height, sample.frames], [160, 3, 1280, 640, 1280]);
});

test('counters that started over give no rate instead of a wild one', () => {
  const before = inboundSample(inbound(0, { bytesReceived: 5_000 }), 2);
  const after = inboundSample(inbound(1_000, { bytesReceived: 10 }), 2);
  assert.equal(rates(before, after), null);
  assert.equal(rates(null, after), null);
  assert.equal(rates(after, after), null);
});

test('packets that were given up and came after all are not negative loss', () => {
  const before = inboundSample(inbound(0, { packetsReceived: 100, packetsLost: 4 }), 2);
  const after = inboundSample(inbound(1_000, { packetsReceived: 200, packetsLost: 2 }), 2);
  assert.equal(rates(before, after)!.lossPercent, 0);
});

test('bitrates have the unit that fits', () => {
  assert.deepEqual([0, 31_400, 999_499, 999_500, 2_460_000].map(bitrateWords), [
    '0 kbit/s',
    '31 kbit/s',
    '999 kbit/s',
    '1.0 Mbit/s',
    '2.5 Mbit/s',
  ]);
});
