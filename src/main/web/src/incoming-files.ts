import { type FileChunk, type FileOffer, MAX_FILE_BYTES, type Receipt } from './file-frames';

/** All files of others that this page keeps, what is promised included. */
export const MAX_KEPT_BYTES = 256 * 1024 * 1024;
/** One person sends so many at once. */
export const MAX_UNFINISHED_PER_PEER = 4;
/** Files that this page keeps or has shown, whatever their size. */
export const MAX_FILES = 200;
/** A sender learns at least so often how far we are. */
const RECEIPT_BYTES = 128 * 1024;
/** While something misses, and nothing new comes, it is said so often at most. */
const MISSING_INTERVAL_MS = 300;
/** The sender may come back within this time; then what is here is given up. */
export const SILENCE_MS = 60_000;
/** Pieces are gathered to this before they are handed to the browser, which may put them on disk. */
const BLOCK_BYTES = 1024 * 1024;

export type IncomingState = 'receiving' | 'complete' | 'cancelled' | 'failed';
export type IncomingRefusal = 'too-large' | 'no-room' | 'too-many';

/** One file from somebody else. */
export interface IncomingFile {
  readonly peerId: string;
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly state: IncomingState;
  /** Bytes that are here, without a hole. */
  readonly has: number;
  /** The whole file, once it is complete. It says of itself that it is bytes, so that nothing of it can run as a page of ours. */
  readonly blob: Blob | null;
}

export interface IncomingListener {
  onFile(file: IncomingFile): void;
  onFileChanged(file: IncomingFile): void;
  onFileRefused(offer: FileOffer, peerId: string, reason: IncomingRefusal): void;
  sendReceipt(receipt: Receipt): void;
}

class Arriving implements IncomingFile {
  state: IncomingState = 'receiving';
  has = 0;
  blob: Blob | null = null;
  heardMs: number;
  receiptAt = 0;
  missingMs = -Infinity;
  private blocks: Blob[] = [];
  private block: Uint8Array<ArrayBuffer> | null = null;
  private filled = 0;

  constructor(
    readonly peerId: string,
    readonly id: number,
    readonly name: string,
    readonly type: string,
    readonly size: number,
    nowMs: number,
  ) {
    this.heardMs = nowMs;
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    for (let taken = 0; taken < bytes.length; ) {
      this.block ??= new Uint8Array(Math.min(BLOCK_BYTES, this.size - this.has));
      const part = bytes.subarray(taken, taken + this.block.length - this.filled);
      this.block.set(part, this.filled);
      this.filled += part.length;
      this.has += part.length;
      taken += part.length;
      if (this.filled === this.block.length) {
        this.blocks.push(new Blob([this.block]));
        this.block = null;
        this.filled = 0;
      }
    }
  }

  complete(): void {
    this.blob = new Blob(this.blocks, { type: 'application/octet-stream' });
    this.blocks = [];
    this.state = 'complete';
  }

  drop(state: IncomingState): void {
    this.state = state;
    this.blocks = [];
    this.block = null;
    this.blob = null;
  }
}

/** The files that others send, as far as they have come. Whatever a sender does, no more is kept than the limits above. */
export class IncomingFiles {
  private readonly files = new Map<string, Arriving>();
  /** Offers that were turned down are repeated; they are said to the person once. */
  private readonly refused = new Set<string>();

  constructor(private readonly listener: IncomingListener) {}

  get(peerId: string, id: number): IncomingFile | null {
    return this.files.get(key(peerId, id)) ?? null;
  }

  /** Bytes of memory that the files here have, or will have. */
  get keptBytes(): number {
    return [...this.files.values()]
      .filter(({ state }) => state === 'receiving' || state === 'complete')
      .reduce((sum, { size }) => sum + size, 0);
  }

  onOffer(peerId: string, offer: FileOffer, nowMs: number): void {
    const known = this.files.get(key(peerId, offer.id));
    if (known) {
      this.onOfferedAgain(known, offer, nowMs);
      return;
    }
    const reason = this.refusal(peerId, offer);
    if (reason) {
      this.refuse(peerId, offer, reason);
      return;
    }
    const file = new Arriving(peerId, offer.id, offer.name, offer.type, offer.size, nowMs);
    this.files.set(key(peerId, offer.id), file);
    this.listener.onFile(file);
    this.afterProgress(file, offer.sent > 0, true, nowMs);
  }

  onChunk(peerId: string, { id, offset, bytes }: FileChunk, nowMs: number): void {
    const file = this.files.get(key(peerId, id));
    if (!file || file.state !== 'receiving' || bytes.length > file.size - file.has) {
      return;
    }
    if (offset === file.has) {
      file.append(bytes);
      this.afterProgress(file, false, false, nowMs);
    } else if (offset > file.has) {
      file.heardMs = nowMs;
      if (nowMs - file.missingMs >= MISSING_INTERVAL_MS) {
        this.receipt(file, true, nowMs);
      }
    } // What lies before is sent again for somebody else.
  }

  onCancel(peerId: string, id: number): void {
    const file = this.files.get(key(peerId, id));
    if (file?.state === 'receiving') {
      this.drop(file, 'cancelled');
    }
  }

  /** This person does not want it, or no longer. */
  remove(peerId: string, id: number, nowMs: number): void {
    const file = this.files.get(key(peerId, id));
    if (file?.state === 'receiving') {
      this.drop(file, 'cancelled');
      this.receipt(file, false, nowMs);
    } else if (file?.state === 'complete') {
      this.drop(file, 'cancelled');
    }
  }

  /** It is not even shown any more. */
  forget(peerId: string, id: number, nowMs: number): void {
    this.remove(peerId, id, nowMs);
    this.files.delete(key(peerId, id));
  }

  tick(nowMs: number): void {
    for (const file of this.files.values()) {
      if (file.state === 'receiving' && nowMs - file.heardMs > SILENCE_MS) {
        this.drop(file, 'failed');
      }
    }
  }

  private refusal(peerId: string, { size }: FileOffer): IncomingRefusal | null {
    const unfinished = [...this.files.values()].filter((file) => file.peerId === peerId && file.state === 'receiving');
    if (size > MAX_FILE_BYTES) {
      return 'too-large';
    }
    if (unfinished.length >= MAX_UNFINISHED_PER_PEER || !this.makePlace()) {
      return 'too-many';
    }
    return this.keptBytes + size > MAX_KEPT_BYTES ? 'no-room' : null;
  }

  /** What was given up is remembered only as long as there is place. */
  private makePlace(): boolean {
    if (this.files.size >= MAX_FILES) {
      const [given] = [...this.files].find(([, { state }]) => state === 'cancelled' || state === 'failed') ?? [];
      return given !== undefined && this.files.delete(given);
    }
    return true;
  }

  private refuse(peerId: string, offer: FileOffer, reason: IncomingRefusal): void {
    this.listener.sendReceipt({ kind: 'receipt', of: peerId, id: offer.id, has: 0, missing: false, refused: true });
    if (!this.refused.has(key(peerId, offer.id))) {
      this.refused.add(key(peerId, offer.id));
      if (this.refused.size > MAX_FILES) {
        this.refused.delete(this.refused.values().next().value!);
      }
      this.listener.onFileRefused(offer, peerId, reason);
    }
  }

  private onOfferedAgain(file: Arriving, offer: FileOffer, nowMs: number): void {
    if (file.size === offer.size) {
      file.heardMs = nowMs;
      this.receipt(file, file.state === 'receiving' && offer.sent > file.has, nowMs);
    }
  }

  private afterProgress(file: Arriving, missing: boolean, answer: boolean, nowMs: number): void {
    file.heardMs = nowMs;
    if (file.has === file.size) {
      file.complete();
    }
    if (answer || file.state === 'complete' || file.has - file.receiptAt >= RECEIPT_BYTES) {
      this.receipt(file, missing, nowMs);
    }
    this.listener.onFileChanged(file);
  }

  private receipt(file: Arriving, missing: boolean, nowMs: number): void {
    file.receiptAt = file.has;
    if (missing) {
      file.missingMs = nowMs;
    }
    const refused = file.state === 'failed' || (file.state === 'cancelled' && file.has < file.size);
    this.listener.sendReceipt({ kind: 'receipt', of: file.peerId, id: file.id, has: file.has, missing, refused });
  }

  private drop(file: Arriving, state: IncomingState): void {
    file.drop(state);
    this.listener.onFileChanged(file);
  }
}

function key(peerId: string, id: number): string {
  return `${id}/${peerId}`;
}
