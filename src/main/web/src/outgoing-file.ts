import { CHUNK_BYTES, encodeChunk, MAX_FILE_BYTES, type Receipt } from './file-frames';

/** What is sent; in the browser a File. */
export interface FileSource {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  read(offset: number, length: number): Promise<ArrayBuffer>;
}

/** The channel `files`, whichever connection carries it now. */
export interface OutgoingPort {
  /** False while there is no open channel; then nothing was sent. */
  send(frame: string | ArrayBuffer): boolean;
  readonly open: boolean;
  /** What the browser has taken and not sent yet. */
  readonly bufferedAmount: number;
}

export type OutgoingState = 'offered' | 'sending' | 'done' | 'cancelled' | 'failed';
export type OutgoingFailure = 'nobody' | 'gone' | 'too-large' | 'unreadable';

/** The browser holds at most this much of ours. */
export const HIGH_WATER_BYTES = 256 * 1024;
/** At this it asks for more. */
export const LOW_WATER_BYTES = 64 * 1024;
/**
 * Bytes on the way to the slowest: a node keeps up to 2 MB for a receiver whose line is slower than ours, and drops what is above.
 */
export const WINDOW_BYTES = 1024 * 1024;
/** After this we begin without those who have not answered. */
const OFFER_PATIENCE_MS = 4_000;
/** Who has said nothing for this long is asked. */
const PROBE_MS = 1_500;
/** Who has said nothing for this long is given up. */
export const SILENCE_MS = 20_000;
/** Who has left may be back on another node within this time. */
const GONE_PATIENCE_MS = 10_000;
/** What was on the way when we went back has arrived by then. */
const REWIND_INTERVAL_MS = 1_000;
/** One receiver makes us go back so often; real losses need one or two. */
export const MAX_REWINDS = 16;

interface Receiver {
  /** Null until it has answered. */
  has: number | null;
  heardMs: number;
  goneMs: number | null;
  rewinds: number;
  rewoundMs: number;
}

/**
 * One file on its way to everybody who can take it. The server sends each piece to all, so the slowest sets the pace; what
 * somebody misses is sent to all again, and they ignore what they have. Driven by receipts and by {@link tick}.
 */
export class OutgoingFile {
  private readonly receivers = new Map<string, Receiver>();
  /** Those who do not want it, do not answer, or miss something again and again. */
  private readonly excluded = new Set<string>();
  private current: OutgoingState = 'offered';
  private reason: OutgoingFailure | null = null;
  private next = 0;
  private offeredMs = 0;
  private startMs = 0;
  private pumping = false;

  constructor(
    readonly id: number,
    readonly source: FileSource,
    private readonly port: OutgoingPort,
    private readonly onChange: () => void,
  ) {}

  get state(): OutgoingState {
    return this.current;
  }

  get failure(): OutgoingFailure | null {
    return this.reason;
  }

  get over(): boolean {
    return this.current !== 'offered' && this.current !== 'sending';
  }

  /** How many have the whole file. */
  get received(): number {
    return [...this.receivers.values()].filter(({ has }) => has === this.source.size).length;
  }

  /** What all have who still take part, of 1. */
  get progress(): number {
    if (this.current === 'done' || this.source.size === 0) {
      return this.current === 'done' ? 1 : 0;
    }
    return this.unfinished.length === 0 ? 0 : this.base / this.source.size;
  }

  /** @param peerIds those who can take files now */
  start(peerIds: string[], nowMs: number): void {
    this.startMs = nowMs;
    if (this.source.size > MAX_FILE_BYTES) {
      this.fail('too-large');
    } else {
      peerIds.forEach((peerId) => this.receivers.set(peerId, newReceiver(nowMs)));
      this.offer(nowMs);
    }
  }

  onReceipt(peerId: string, { has, missing, refused }: Receipt, nowMs: number): void {
    if (this.over || has > this.source.size || this.excluded.has(peerId)) {
      return;
    }
    const receiver = this.receivers.get(peerId) ?? newReceiver(nowMs);
    this.receivers.set(peerId, receiver);
    receiver.heardMs = nowMs;
    receiver.goneMs = null;
    if (refused) {
      this.exclude(peerId);
    } else {
      receiver.has = has;
      if (missing && has < this.next) {
        this.rewind(peerId, receiver, has, nowMs);
      }
    }
    this.advance(nowMs);
    this.onChange();
  }

  onPeerLeft(peerId: string, nowMs: number): void {
    const receiver = this.receivers.get(peerId);
    if (receiver && !this.over) {
      receiver.goneMs = nowMs;
      this.advance(nowMs);
    }
  }

  /**
   * Time has passed, or the channel has room again.
   *
   * @param peerIds those who can take files now: who has come meanwhile gets it, too
   */
  tick(peerIds: string[], nowMs: number): void {
    if (this.over) {
      return;
    }
    if (!this.port.open) {
      // Nobody can be heard: the clocks of all stand still.
      this.receivers.forEach((receiver) => (receiver.heardMs = nowMs));
      this.startMs = Math.max(this.startMs, nowMs - OFFER_PATIENCE_MS + PROBE_MS);
      return;
    }
    for (const [peerId, { has, heardMs, goneMs }] of [...this.receivers]) {
      const lost = nowMs - heardMs > SILENCE_MS || (goneMs !== null && nowMs - goneMs > GONE_PATIENCE_MS);
      if (lost && has !== this.source.size) {
        this.exclude(peerId);
      }
    }
    const late = peerIds.filter((peerId) => !this.receivers.has(peerId) && !this.excluded.has(peerId));
    late.forEach((peerId) => this.receivers.set(peerId, newReceiver(nowMs)));
    const silent = this.receivers.size === 0 || this.unfinished.some(({ heardMs }) => nowMs - heardMs > PROBE_MS);
    if (late.length > 0 || (silent && nowMs - this.offeredMs > PROBE_MS)) {
      this.offer(nowMs);
    }
    this.advance(nowMs);
  }

  cancel(): void {
    if (!this.over) {
      this.port.send(JSON.stringify({ kind: 'cancel', id: this.id }));
      this.become('cancelled');
    }
  }

  private get unfinished(): Receiver[] {
    return [...this.receivers.values()].filter(({ has }) => has !== this.source.size);
  }

  /** What the slowest of those who are here has. */
  private get base(): number {
    const here = this.unfinished.filter(({ has, goneMs }) => has !== null && goneMs === null).map(({ has }) => has!);
    return here.length === 0 ? this.next : Math.min(...here);
  }

  private offer(nowMs: number): void {
    this.offeredMs = nowMs;
    const { name, type, size } = this.source;
    this.port.send(JSON.stringify({ kind: 'offer', id: this.id, name, type, size, sent: this.next }));
  }

  private rewind(peerId: string, receiver: Receiver, to: number, nowMs: number): void {
    if (nowMs - receiver.rewoundMs < REWIND_INTERVAL_MS) {
      return;
    }
    receiver.rewoundMs = nowMs;
    if (++receiver.rewinds > MAX_REWINDS) {
      this.exclude(peerId);
    } else {
      this.next = to;
    }
  }

  private exclude(peerId: string): void {
    this.receivers.delete(peerId);
    this.excluded.add(peerId);
  }

  private advance(nowMs: number): void {
    if (this.over) {
      return;
    }
    const { unfinished } = this;
    const patient = nowMs - this.startMs < OFFER_PATIENCE_MS;
    if (unfinished.length === 0) {
      if (this.received > 0) {
        this.become('done');
      } else if (this.current === 'sending' || this.excluded.size > 0) {
        this.fail('gone');
      } else if (!patient) {
        this.fail('nobody');
      }
      return;
    }
    const answered = unfinished.every(({ has }) => has !== null) || !patient;
    if (this.current === 'offered' && answered && unfinished.some(({ has }) => has !== null)) {
      this.become('sending');
    }
    if (this.current === 'sending') {
      void this.pump();
    }
  }

  private get maySend(): boolean {
    const { port, next } = this;
    return (
      this.current === 'sending' &&
      next < this.source.size &&
      port.open &&
      port.bufferedAmount < HIGH_WATER_BYTES &&
      next - this.base < WINDOW_BYTES &&
      this.unfinished.some(({ has, goneMs }) => has !== null && goneMs === null)
    );
  }

  private async pump(): Promise<void> {
    if (this.pumping) {
      return;
    }
    this.pumping = true;
    try {
      while (this.maySend) {
        const offset = this.next;
        const length = Math.min(CHUNK_BYTES, this.source.size - offset);
        const bytes = await this.source.read(offset, length);
        if (bytes.byteLength !== length) {
          this.failAloud();
        } else if (this.next === offset && this.maySend) { // It may have been sent back, or be over, meanwhile.
          if (!this.port.send(encodeChunk(this.id, offset, bytes))) {
            return;
          }
          this.next = offset + length;
        }
      }
    } catch {
      this.failAloud(); // Removed or changed on disk meanwhile.
    } finally {
      this.pumping = false;
    }
  }

  private failAloud(): void {
    if (!this.over) {
      this.port.send(JSON.stringify({ kind: 'cancel', id: this.id }));
      this.fail('unreadable');
    }
  }

  private fail(reason: OutgoingFailure): void {
    this.reason = reason;
    this.become('failed');
  }

  private become(state: OutgoingState): void {
    this.current = state;
    this.onChange();
  }
}

function newReceiver(nowMs: number): Receiver {
  return { has: null, heardMs: nowMs, goneMs: null, rewinds: 0, rewoundMs: -Infinity };
}
