import type { Call } from './call';
import { receivedLevel } from './levels';
import type { Source } from './local-media';
import type { RemoteStream } from './media-session';
import { inboundSample, outboundSample, rates, type StreamRates, type StreamSample } from './stats';
import type { TileSource } from './tile';
import { audioWords, videoWords } from './strings';

/** Sound that belongs to a tile. */
export interface AudioStats {
  codec: string | null;
  bitrate: number | null;
  packetsReceived: number;
  packetsLost: number | null;
  audioLevel: number | null;
  totalAudioEnergy: number | null;
  paused: boolean;
}

/** One tile in numbers; plain JSON. For our own tiles the numbers are of what is sent. */
export interface TileStats {
  peerId: string;
  displayName: string;
  source: TileSource;
  local: boolean;
  /** Whether a picture is shown. */
  video: boolean;
  paused: boolean;
  codec: string | null;
  width: number;
  height: number;
  framesDecoded: number;
  framesPerSecond: number | null;
  /** Bits per second. */
  bitrate: number | null;
  packetsReceived: number;
  packetsSent: number;
  packetsLost: number | null;
  lossPercent: number | null;
  retransmittedPacketsReceived: number | null;
  retransmittedPacketsSent: number | null;
  /** 0..1 */
  audioLevel: number;
  audio: AudioStats | null;
  /** What is drawn over the tile. */
  lines: string[];
}

export interface TileIdentity {
  peerId: string;
  name: string;
  source: TileSource;
  local: boolean;
}

/** Two samples closer than this would make a jumpy rate. */
const MIN_RATE_INTERVAL_MS = 800;

interface Track {
  sample: StreamSample;
  base: StreamSample;
  rates: StreamRates | null;
}

/** Asks the browser what it counted and sorts the answers by tile. */
export class TileStatsCollector {
  private readonly tracks = new Map<string, Track>();

  constructor(private readonly call: Call) {}

  async collect(tiles: TileIdentity[]): Promise<TileStats[]> {
    const { session } = this.call;
    const seen = new Set<string>();
    if (session) {
      await Promise.all([
        ...[...session.streams.values()].map(async ({ consumer }) => {
          const report = await consumer.getStats().catch(() => null);
          const sample = report && inboundSample(report, consumer.rtpParameters.encodings?.[0]?.ssrc);
          this.note(consumer.id, sample, seen);
        }),
        ...session.sending.map(async ([source, producer]) => {
          const report = await producer.getStats().catch(() => null);
          this.note(source, report && outboundSample(report), seen);
        }),
      ]);
    }
    for (const id of [...this.tracks.keys()].filter((id) => !seen.has(id))) {
      this.tracks.delete(id);
    }
    return tiles.map((tile) => (tile.local ? this.ofLocal(tile) : this.ofRemote(tile)));
  }

  private note(id: string, sample: StreamSample | null, seen: Set<string>): void {
    if (!sample) {
      return;
    }
    seen.add(id);
    const before = this.tracks.get(id);
    if (!before) {
      this.tracks.set(id, { sample, base: sample, rates: null });
    } else if (sample.atMs - before.base.atMs >= MIN_RATE_INTERVAL_MS) {
      this.tracks.set(id, { sample, base: sample, rates: rates(before.base, sample) });
    } else {
      before.sample = sample;
    }
  }

  private ofRemote(tile: TileIdentity): TileStats {
    const streams = [...(this.call.session?.streams.values() ?? [])].filter(({ peerId }) => peerId === tile.peerId);
    const video = streams.find(({ source }) => source === tile.source);
    const audio = tile.source === 'video' ? streams.find(({ source }) => source === 'audio') : undefined;
    return describe(tile, this.received(video), this.received(audio), {
      video: video !== undefined && !video.paused,
      paused: video?.paused ?? false,
      audioPaused: audio?.paused ?? false,
      level: receivedLevel(audio?.consumer.rtpReceiver),
    });
  }

  private ofLocal(tile: TileIdentity): TileStats {
    const producer = this.call.session?.producer(tile.source) ?? null;
    const ofSource = (source: Source) => this.tracks.get(source) ?? null;
    return describe(tile, ofSource(tile.source), tile.source === 'video' ? ofSource('audio') : null, {
      video: this.call.media.get(tile.source) !== null,
      paused: producer?.paused ?? false,
      audioPaused: this.call.micMuted,
      level: null,
    });
  }

  private received(stream: RemoteStream | undefined): Track | null {
    return (stream && this.tracks.get(stream.consumer.id)) ?? null;
  }
}

function describe(
  tile: TileIdentity,
  video: Track | null,
  audio: Track | null,
  state: { video: boolean; paused: boolean; audioPaused: boolean; level: number | null },
): TileStats {
  const lines: string[] = [];
  if (video && state.video) {
    lines.push(videoWords(video.sample, video.rates));
  }
  if (audio && !state.audioPaused) {
    lines.push(audioWords(audio.sample, audio.rates));
  }
  const { local } = tile;
  const packets = video?.sample.packets ?? 0;
  const retransmitted = video?.sample.retransmittedPackets ?? null;
  const audioLevel = audio?.sample.audioLevel ?? state.level;
  return {
    peerId: tile.peerId,
    displayName: tile.name,
    source: tile.source,
    local,
    video: state.video,
    paused: state.paused,
    codec: video?.sample.codec ?? null,
    width: video?.sample.width ?? 0,
    height: video?.sample.height ?? 0,
    framesDecoded: video?.sample.frames ?? 0,
    framesPerSecond: video?.rates?.framesPerSecond ?? null,
    bitrate: video?.rates?.bitrate ?? null,
    packetsReceived: local ? 0 : packets,
    packetsSent: local ? packets : 0,
    packetsLost: video?.sample.packetsLost ?? null,
    lossPercent: video?.rates?.lossPercent ?? null,
    retransmittedPacketsReceived: local ? null : retransmitted,
    retransmittedPacketsSent: local ? retransmitted : null,
    audioLevel: audioLevel ?? 0,
    audio: audio && {
      codec: audio.sample.codec,
      bitrate: audio.rates?.bitrate ?? null,
      packetsReceived: local ? 0 : audio.sample.packets,
      packetsLost: audio.sample.packetsLost,
      audioLevel,
      totalAudioEnergy: audio.sample.totalAudioEnergy,
      paused: state.audioPaused,
    },
    lines,
  };
}
