/**
 * What goes over the channels `files` and `signals`. In `files`, in order and without loss: a text is JSON about a file, a binary
 * message is a piece of one. In `signals`, any of which may be lost: JSON about what is true now.
 *
 * A piece is 4 bytes with the file's number, 4 bytes with the offset of its first byte, both big endian, and up to
 * {@link MAX_CHUNK_BYTES} bytes. Numbers are the sender's own: sender and number name a file.
 */

/** Larger files are neither sent nor taken: until it is saved, a file lives in the browser. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Small enough that a chat message does not wait long behind one, large enough that its header costs nothing. */
export const CHUNK_BYTES = 32 * 1024;
/** What another version may cut. */
export const MAX_CHUNK_BYTES = 256 * 1024 - 8;
export const MAX_FILE_NAME_CHARS = 120;

const HEADER_BYTES = 8;
const MAX_NUMBER = 0xffff_ffff;
const MAX_TYPE_CHARS = 100;
/** Control characters, invisible ones, those that turn the writing round, and those that some systems refuse. */
const NOT_IN_NAMES = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff<>:"|?*]/g;
/** A longer text is not ours. */
const MAX_CONTROL_CHARS = 4_096;

/** Before the first piece, and again whenever the sender wants to know where the others are. */
export interface FileOffer {
  kind: 'offer';
  id: number;
  name: string;
  type: string;
  size: number;
  /** So many bytes have gone before this message: who has fewer misses some. */
  sent: number;
}

export type FileControl = FileOffer | { kind: 'cancel'; id: number };

export interface FileChunk {
  id: number;
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** How far a file has come: everybody hears it, one of them is meant. */
export interface Receipt {
  kind: 'receipt';
  /** The peer who sends the file. */
  of: string;
  id: number;
  /** All bytes before this are here. */
  has: number;
  /** What follows `has` was sent and did not come. */
  missing: boolean;
  /** It is not wanted, or too large: nothing more is awaited. */
  refused: boolean;
}

export type Signal = { kind: 'typing'; on: boolean } | Receipt;

export function encodeChunk(id: number, offset: number, bytes: ArrayBuffer): ArrayBuffer {
  const frame = new ArrayBuffer(HEADER_BYTES + bytes.byteLength);
  const header = new DataView(frame);
  header.setUint32(0, id);
  header.setUint32(4, offset);
  new Uint8Array(frame, HEADER_BYTES).set(new Uint8Array(bytes));
  return frame;
}

/** @returns a view of the frame, or null if it is none */
export function parseChunk(frame: ArrayBuffer): FileChunk | null {
  const length = frame.byteLength - HEADER_BYTES;
  if (length < 1 || length > MAX_CHUNK_BYTES) {
    return null;
  }
  const header = new DataView(frame);
  return { id: header.getUint32(0), offset: header.getUint32(4), bytes: new Uint8Array(frame, HEADER_BYTES) };
}

/** @returns null for anything that is not one of ours */
export function parseFileControl(text: string): FileControl | null {
  const data = parseObject(text);
  if (!data || !isCount(data.id, MAX_NUMBER)) {
    return null;
  }
  if (data.kind === 'cancel') {
    return { kind: 'cancel', id: data.id };
  }
  const { kind, id, name, type, size, sent } = data;
  if (kind !== 'offer' || typeof name !== 'string' || !isCount(size, Number.MAX_SAFE_INTEGER) || !isCount(sent, size)) {
    return null;
  }
  return { kind, id, name: fileName(name), type: typeof type === 'string' ? type.slice(0, MAX_TYPE_CHARS) : '', size, sent };
}

/** @returns null for anything that is not one of ours */
export function parseSignal(text: string): Signal | null {
  const data = parseObject(text);
  if (data?.kind === 'typing') {
    return { kind: 'typing', on: data.on === true };
  }
  const { kind, of, id, has, missing, refused } = data ?? {};
  if (kind !== 'receipt' || typeof of !== 'string' || !isCount(id, MAX_NUMBER) || !isCount(has, MAX_NUMBER)) {
    return null;
  }
  return { kind, of, id, has, missing: missing === true, refused: refused === true };
}

/** A name that may be shown and saved: no path, no control characters, nothing that turns the writing round to hide its ending. */
export function fileName(given: string): string {
  const last = given.split(/[/\\]/).pop()!;
  const clean = last.replace(NOT_IN_NAMES, '').replace(/^[\s.]+|[\s.]+$/g, '');
  if (clean.length <= MAX_FILE_NAME_CHARS) {
    return clean || 'file';
  }
  const ending = /\.[^.]{1,10}$/.exec(clean)?.[0] ?? '';
  return clean.slice(0, MAX_FILE_NAME_CHARS - ending.length) + ending;
}

function parseObject(text: string): Record<string, unknown> | null {
  if (text.length > MAX_CONTROL_CHARS) {
    return null;
  }
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
