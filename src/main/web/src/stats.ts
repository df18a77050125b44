/** What getStats counted for one stream, added up over its layers. A number the browser does not tell is null. */
export interface StreamSample {
  /** When, in milliseconds. */
  atMs: number;
  bytes: number;
  packets: number;
  packetsLost: number | null;
  retransmittedPackets: number | null;
  /** Frames decoded, or encoded when sending. */
  frames: number | null;
  width: number | null;
  height: number | null;
  /** 0..1, of sound only. */
  audioLevel: number | null;
  totalAudioEnergy: number | null;
  /** Without the kind: `VP8`, `opus`. */
  codec: string | null;
}

/** What happens now, from two samples. */
export interface StreamRates {
  /** Bits per second. */
  bitrate: number;
  framesPerSecond: number | null;
  /** Of what should have arrived, 0..100. */
  lossPercent: number | null;
}

interface Entry {
  type: string;
  id: string;
  timestamp: number;
  [key: string]: unknown;
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** Reads what arrives on one SSRC from a report of a receiver or of a whole transport. */
export function inboundSample(report: Iterable<[string, unknown]>, ssrc: number | undefined): StreamSample | null {
  const entries = new Map(report as Iterable<[string, Entry]>);
  for (const entry of entries.values()) {
    if (entry.type === 'inbound-rtp' && (ssrc === undefined || entry.ssrc === ssrc)) {
      return {
        atMs: entry.timestamp,
        bytes: number(entry.bytesReceived) ?? 0,
        packets: number(entry.packetsReceived) ?? 0,
        packetsLost: number(entry.packetsLost),
        retransmittedPackets: number(entry.retransmittedPacketsReceived),
        frames: number(entry.framesDecoded),
        width: number(entry.frameWidth),
        height: number(entry.frameHeight),
        audioLevel: number(entry.audioLevel),
        totalAudioEnergy: number(entry.totalAudioEnergy),
        codec: codecName(entries, entry),
      };
    }
  }
  return null;
}

/** Reads what leaves through one sender: all its layers together; width and height are those of the largest one. */
export function outboundSample(report: Iterable<[string, unknown]>): StreamSample | null {
  const entries = new Map(report as Iterable<[string, Entry]>);
  const layers = [...entries.values()].filter(({ type }) => type === 'outbound-rtp');
  const first = layers[0];
  if (!first) {
    return null;
  }
  const all = [...entries.values()];
  const sum = (from: Entry[], key: string) => from.reduce((total, entry) => total + (number(entry[key]) ?? 0), 0);
  const largest = layers.reduce((a, b) => ((number(b.frameWidth) ?? 0) > (number(a.frameWidth) ?? 0) ? b : a));
  const source = all.find(({ type }) => type === 'media-source');
  const reports = all.filter(({ type }) => type === 'remote-inbound-rtp');
  return {
    atMs: first.timestamp,
    bytes: sum(layers, 'bytesSent'),
    packets: sum(layers, 'packetsSent'),
    packetsLost: reports.length > 0 ? sum(reports, 'packetsLost') : null,
    retransmittedPackets: sum(layers, 'retransmittedPacketsSent'),
    frames: number(largest.framesEncoded),
    width: number(largest.frameWidth),
    height: number(largest.frameHeight),
    audioLevel: number(source?.audioLevel),
    totalAudioEnergy: number(source?.totalAudioEnergy),
    codec: codecName(entries, largest),
  };
}

/** The rates between two samples of one stream; null without an earlier one, or when the counters started over. */
export function rates(before: StreamSample | null, now: StreamSample | null): StreamRates | null {
  if (!before || !now || now.atMs <= before.atMs || now.bytes < before.bytes || now.packets < before.packets) {
    return null;
  }
  const seconds = (now.atMs - before.atMs) / 1000;
  const perSecond = (from: number | null, to: number | null) =>
    from === null || to === null ? null : Math.max(0, (to - from) / seconds);
  let lossPercent: number | null = null;
  if (before.packetsLost !== null && now.packetsLost !== null) {
    // Can be negative: a packet that was given up and then came after all (RFC 3550 §6.4.1).
    const lost = Math.max(0, now.packetsLost - before.packetsLost);
    const expected = now.packets - before.packets + lost;
    lossPercent = expected > 0 ? (100 * lost) / expected : 0;
  }
  return {
    bitrate: (8 * (now.bytes - before.bytes)) / seconds,
    framesPerSecond: perSecond(before.frames, now.frames),
    lossPercent,
  };
}

/** Plain objects of a report, for whoever reads them as JSON. */
export function reportEntries(report: RTCStatsReport): object[] {
  const entries: object[] = [];
  report.forEach((entry) => entries.push({ ...(entry as object) }));
  return entries;
}

function codecName(entries: Map<string, Entry>, stream: Entry): string | null {
  const mimeType = entries.get(stream.codecId as string)?.mimeType;
  return typeof mimeType === 'string' ? mimeType.split('/')[1]! : null;
}
