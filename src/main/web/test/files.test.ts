import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  CHUNK_BYTES,
  encodeChunk,
  type FileOffer,
  fileName,
  MAX_CHUNK_BYTES,
  MAX_FILE_BYTES,
  MAX_FILE_NAME_CHARS,
  parseChunk,
  parseFileControl,
  parseSignal,
  type Receipt,
} from '../src/file-frames';
import {
  type IncomingFile,
  IncomingFiles,
  type IncomingRefusal,
  MAX_FILES,
  MAX_KEPT_BYTES,
  MAX_UNFINISHED_PER_PEER,
  SILENCE_MS as INCOMING_SILENCE_MS,
} from '../src/incoming-files';
import { HIGH_WATER_BYTES, MAX_REWINDS, OutgoingFile, SILENCE_MS, WINDOW_BYTES } from '../src/outgoing-file';

const MB = 1_000_000;

function bytesOf(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0, state = 1; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Promises that were waiting have run. */
const settle = async () => {
  for (let i = 0; i < 5; i++) {
    await new Promise((done) => setImmediate(done));
  }
};

test('a piece says which file and where, and comes back as it was', () => {
  const piece = parseChunk(encodeChunk(0xfffffffe, 0x80000001, new Uint8Array([1, 2, 3]).buffer))!;
  assert.deepEqual([piece.id, piece.offset, [...piece.bytes]], [0xfffffffe, 0x80000001, [1, 2, 3]]);
});

test('a piece without content, or longer than any, is none', () => {
  for (const length of [0, 7, 8, MAX_CHUNK_BYTES + 9]) {
    assert.equal(parseChunk(new ArrayBuffer(length)), null, `${length} bytes`);
  }
});

for (const [given, why] of [
  ['', 'no JSON'],
  ['[1]', 'no object with a number'],
  ['null', 'nothing'],
  ['{"kind":"offer","id":-1,"name":"a","size":1,"sent":0}', 'a negative number'],
  ['{"kind":"offer","id":1.5,"name":"a","size":1,"sent":0}', 'half a number'],
  ['{"kind":"offer","id":1,"name":7,"size":1,"sent":0}', 'a name that is no text'],
  ['{"kind":"offer","id":1,"name":"a","size":"big","sent":0}', 'a size that is no number'],
  ['{"kind":"offer","id":1,"name":"a","size":1e400,"sent":0}', 'an endless size'],
  ['{"kind":"offer","id":1,"name":"a","size":1,"sent":2}', 'more sent than there is'],
  ['{"kind":"moon","id":1}', 'something else'],
  [JSON.stringify({ kind: 'cancel', id: 1, padding: 'x'.repeat(5_000) }), 'too long'],
] as const) {
  test(`what is said of a file is ignored when it is ${why}`, () => assert.equal(parseFileControl(given), null));
}

test('offers, cancellations, receipts and typing are understood, and more in them is ignored', () => {
  const offer: FileOffer = { kind: 'offer', id: 1, name: 'a.txt', type: 'text/plain', size: 5, sent: 5 };
  assert.deepEqual(parseFileControl(JSON.stringify({ ...offer, colour: 'red' })), offer);
  assert.deepEqual(parseFileControl('{"kind":"cancel","id":4294967295}'), { kind: 'cancel', id: 4294967295 });
  const receipt: Receipt = { kind: 'receipt', of: 'ada', id: 1, has: 3, missing: true, refused: false };
  assert.deepEqual(parseSignal(JSON.stringify({ ...receipt, colour: 'red' })), receipt);
  assert.deepEqual(parseSignal('{"kind":"typing","on":true}'), { kind: 'typing', on: true });
  assert.equal(parseSignal('{"kind":"receipt","of":"ada","id":1,"has":-3}'), null);
  assert.equal(parseSignal('typing'), null);
});

for (const [given, expected, why] of [
  ['notes.txt', 'notes.txt', 'nothing is wrong with it'],
  ['../../etc/passwd', 'passwd', 'a name is not a path'],
  ['C:\\Windows\\win.ini', 'win.ini', 'nor one of Windows'],
  ['photo\u202egpj.exe', 'photogpj.exe', 'it does not run from right to left'],
  ['a\u0000b\n.txt', 'ab.txt', 'control characters are none of a name'],
  ['<img src=x onerror=alert(1)>.png', 'img src=x onerror=alert(1).png', 'some systems refuse such characters'],
  ['...', 'file', 'something must be left'],
  ['.bashrc', 'bashrc', 'a hidden file would surprise'],
  ['x'.repeat(300) + '.jpeg', 'x'.repeat(MAX_FILE_NAME_CHARS - 5) + '.jpeg', 'the ending survives the cut'],
] as const) {
  test(`the name ${JSON.stringify(given.slice(0, 40))} becomes ${expected.slice(0, 40)}: ${why}`, () =>
    assert.equal(fileName(given), expected));
}

/** What a receiver's page would be told. */
class Shelf {
  readonly shown: IncomingFile[] = [];
  readonly refused: IncomingRefusal[] = [];
  readonly receipts: Receipt[] = [];
  readonly files = new IncomingFiles({
    onFile: (file) => this.shown.push(file),
    onFileChanged: () => {},
    onFileRefused: (_, __, reason) => this.refused.push(reason),
    sendReceipt: (receipt) => this.receipts.push(receipt),
  });

  offer(peerId: string, id: number, size: number, sent = 0, nowMs = 0): void {
    this.files.onOffer(peerId, { kind: 'offer', id, name: `${id}`, type: '', size, sent }, nowMs);
  }

  piece(peerId: string, id: number, offset: number, length: number, nowMs = 0): void {
    this.files.onChunk(peerId, { id, offset, bytes: new Uint8Array(length) }, nowMs);
  }
}

test('a file larger than the limit is refused, and the person told once however often it is offered', () => {
  const shelf = new Shelf();
  for (let i = 0; i < 3; i++) {
    shelf.offer('ada', 1, MAX_FILE_BYTES + 1);
  }
  assert.deepEqual(shelf.refused, ['too-large']);
  assert.ok(shelf.receipts.every(({ refused }) => refused));
  assert.equal(shelf.files.keptBytes, 0);
});

test('whoever offers more than may be kept does not get it kept', () => {
  const shelf = new Shelf();
  for (let peer = 0; peer < 10; peer++) {
    for (let id = 0; id < 10; id++) {
      shelf.offer(`p${peer}`, id, MAX_FILE_BYTES);
    }
  }
  assert.ok(shelf.files.keptBytes <= MAX_KEPT_BYTES, `${shelf.files.keptBytes} bytes`);
  assert.equal(shelf.shown.length, MAX_KEPT_BYTES / MAX_FILE_BYTES);
  assert.ok(shelf.refused.includes('no-room'));
});

test('one person sends only so many files at once, and the next when one has arrived', () => {
  const shelf = new Shelf();
  for (let id = 0; id < 10; id++) {
    shelf.offer('ada', id, 10);
  }
  assert.equal(shelf.shown.length, MAX_UNFINISHED_PER_PEER);
  shelf.piece('ada', 0, 0, 10);
  shelf.offer('ada', 20, 10);
  assert.equal(shelf.shown.length, MAX_UNFINISHED_PER_PEER + 1);
});

test('thousands of tiny files are too many; those given up make place', () => {
  const shelf = new Shelf();
  for (let id = 0; id < 3 * MAX_FILES; id++) {
    shelf.offer('ada', id, 0);
  }
  assert.equal(shelf.shown.length, MAX_FILES);
  shelf.files.remove('ada', 5, 0);
  shelf.offer('ada', 10_000, 0);
  assert.equal(shelf.shown.length, MAX_FILES + 1);
});

test('more than was announced is not taken', () => {
  const shelf = new Shelf();
  shelf.offer('ada', 1, 10);
  shelf.piece('ada', 1, 0, 11);
  assert.equal(shelf.files.get('ada', 1)!.has, 0);
  shelf.piece('ada', 1, 0, 10);
  shelf.piece('ada', 1, 10, 1);
  const file = shelf.files.get('ada', 1)!;
  assert.deepEqual([file.has, file.state, file.blob!.size], [10, 'complete', 10]);
});

test('pieces of a file that was never offered, or by somebody else, are nothing', () => {
  const shelf = new Shelf();
  shelf.piece('ada', 1, 0, 10);
  shelf.offer('ada', 1, 10);
  shelf.piece('eve', 1, 0, 10);
  assert.equal(shelf.files.get('ada', 1)!.has, 0);
});

test('a received file never says that it is a page, whatever its sender says', () => {
  const shelf = new Shelf();
  shelf.files.onOffer('eve', { kind: 'offer', id: 1, name: 'a.html', type: 'text/html', size: 3, sent: 0 }, 0);
  shelf.piece('eve', 1, 0, 3);
  assert.equal(shelf.files.get('eve', 1)!.blob!.type, 'application/octet-stream');
});

test('a hole is reported, but not for each piece behind it', () => {
  const shelf = new Shelf();
  shelf.offer('ada', 1, 100);
  shelf.piece('ada', 1, 0, 10);
  shelf.receipts.length = 0;
  for (let offset = 20; offset < 100; offset += 10) {
    shelf.piece('ada', 1, offset, 10, 5);
  }
  assert.deepEqual(shelf.receipts.map(({ has, missing }) => [has, missing]), [[10, true]]);
});

test('who is told that more has gone than is here says so', () => {
  const shelf = new Shelf();
  shelf.offer('ada', 1, 100);
  shelf.piece('ada', 1, 0, 10);
  shelf.offer('ada', 1, 100, 50);
  assert.deepEqual([shelf.receipts.at(-1)!.has, shelf.receipts.at(-1)!.missing], [10, true]);
});

test('a file whose sender is silent is given up, and its room with it', () => {
  const shelf = new Shelf();
  shelf.offer('ada', 1, MAX_FILE_BYTES);
  shelf.piece('ada', 1, 0, 10);
  shelf.files.tick(INCOMING_SILENCE_MS);
  assert.equal(shelf.files.get('ada', 1)!.state, 'receiving');
  shelf.files.tick(INCOMING_SILENCE_MS + 1);
  assert.equal(shelf.files.get('ada', 1)!.state, 'failed');
  assert.equal(shelf.files.keptBytes, 0);
});

test('a removed file frees its room, and an unfinished one tells its sender', () => {
  const shelf = new Shelf();
  shelf.offer('ada', 1, 10);
  shelf.files.remove('ada', 1, 0);
  assert.equal(shelf.receipts.at(-1)!.refused, true);
  shelf.offer('ada', 1, 10, 0);
  assert.equal(shelf.files.get('ada', 1)!.state, 'cancelled');
  assert.equal(shelf.files.keptBytes, 0);
});

/**
 * One sender, some receivers, and a server between them that hands everything on in order; what a test tells it to drop is gone.
 * What the browser and the server hold is given on only by {@link run}.
 */
class Room {
  nowMs = 0;
  readonly shelves = new Map<string, Shelf>();
  readonly sender: OutgoingFile;
  readonly port = {
    open: true,
    queue: [] as (string | ArrayBuffer)[],
    get bufferedAmount(): number {
      return this.queue.reduce((sum, frame) => sum + (typeof frame === 'string' ? frame.length : frame.byteLength), 0);
    },
    send(frame: string | ArrayBuffer): boolean {
      return this.open && this.queue.push(frame) > 0;
    },
  };
  mostBuffered = 0;
  sentBytes = 0;
  /** Whether the frame reaches that receiver. */
  reaches: (peerId: string, frame: string | ArrayBuffer) => boolean = () => true;
  /** Whether the receipt reaches the sender. */
  receiptArrives: (peerId: string, receipt: Receipt) => boolean = () => true;
  changes = 0;

  constructor(
    readonly content: Uint8Array<ArrayBuffer>,
    peerIds: string[],
  ) {
    const read = async (offset: number, length: number) => content.slice(offset, offset + length).buffer;
    this.sender = new OutgoingFile(7, { name: 'a.bin', type: '', size: content.length, read }, this.port, () => this.changes++);
    peerIds.forEach((peerId) => this.shelves.set(peerId, new Shelf()));
  }

  start(): void {
    this.sender.start([...this.shelves.keys()], this.nowMs);
  }

  /** Carries what waits, then lets 100 ms pass, until the file is over or the time is up. */
  async run(forMs: number): Promise<void> {
    for (const untilMs = this.nowMs + forMs; this.nowMs < untilMs && !this.sender.over; this.nowMs += 100) {
      await settle();
      this.mostBuffered = Math.max(this.mostBuffered, this.port.bufferedAmount);
      this.port.queue.splice(0).forEach((frame) => this.carry(frame));
      this.shelves.forEach((shelf, peerId) =>
        shelf.receipts.splice(0).forEach((receipt) => {
          if (this.receiptArrives(peerId, receipt)) {
            this.sender.onReceipt(peerId, receipt, this.nowMs);
          }
        }),
      );
      this.sender.tick([...this.shelves.keys()], this.nowMs);
    }
  }

  async assertArrived(peerId: string): Promise<void> {
    const { blob } = this.shelves.get(peerId)!.files.get('me', 7)!;
    assert.equal(hash(new Uint8Array(await blob!.arrayBuffer())), hash(this.content), peerId);
  }

  private carry(frame: string | ArrayBuffer): void {
    this.sentBytes += typeof frame === 'string' ? 0 : frame.byteLength - 8;
    for (const [peerId, { files }] of this.shelves) {
      if (this.reaches(peerId, frame)) {
        if (typeof frame !== 'string') {
          files.onChunk('me', parseChunk(frame)!, this.nowMs);
          continue;
        }
        const control = parseFileControl(frame)!;
        if (control.kind === 'offer') {
          files.onOffer('me', control, this.nowMs);
        } else {
          files.onCancel('me', control.id);
        }
      }
    }
  }
}

for (const size of [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * MB]) {
  test(`a file of ${size} bytes arrives whole at everybody, and is sent once`, async () => {
    const room = new Room(bytesOf(size), ['ada', 'bob']);
    room.start();
    await room.run(60_000);
    assert.deepEqual([room.sender.state, room.sender.received, room.sender.progress], ['done', 2, 1]);
    await room.assertArrived('ada');
    await room.assertArrived('bob');
    assert.equal(room.sentBytes, size);
  });
}

test('the browser is never given more than it should hold', async () => {
  const room = new Room(bytesOf(4 * MB), ['ada']);
  room.start();
  await room.run(60_000);
  assert.equal(room.sender.state, 'done');
  assert.ok(room.mostBuffered <= HIGH_WATER_BYTES + CHUNK_BYTES + 8 + 200, `${room.mostBuffered} bytes`);
});

test('no more is on the way than the window while the slowest says nothing', async () => {
  const room = new Room(bytesOf(4 * MB), ['ada', 'slow']);
  room.receiptArrives = (peerId, { has }) => peerId !== 'slow' || has === 0;
  room.start();
  await room.run(10_000);
  assert.equal(room.sender.state, 'sending');
  assert.ok(room.sentBytes <= WINDOW_BYTES + CHUNK_BYTES, `${room.sentBytes} bytes`);
  assert.equal(room.sender.progress, 0);
});

test('what a server drops is sent again, and arrives whole', async () => {
  const room = new Room(bytesOf(3 * MB), ['ada', 'bob']);
  let frames = 0;
  room.reaches = (peerId, frame) => typeof frame === 'string' || peerId !== 'bob' || ++frames % 40 !== 0;
  room.start();
  await room.run(120_000);
  assert.deepEqual([room.sender.state, room.sender.received], ['done', 2]);
  await room.assertArrived('bob');
});

test('the last piece and all receipts of the end may get lost', async () => {
  const room = new Room(bytesOf(CHUNK_BYTES * 3), ['ada']);
  let dropped = 0;
  room.reaches = (_, frame) => typeof frame === 'string' || new DataView(frame).getUint32(4) < CHUNK_BYTES * 2 || dropped++ > 1;
  let receipts = 0;
  room.receiptArrives = (_, { has }) => has < CHUNK_BYTES * 3 || receipts++ > 1;
  room.start();
  await room.run(60_000);
  assert.equal(room.sender.state, 'done');
  await room.assertArrived('ada');
});

test('a transfer goes on where it was after the connection was away', async () => {
  const room = new Room(bytesOf(3 * MB), ['ada']);
  room.start();
  await room.run(500);
  const before = room.sender.progress;
  assert.ok(before > 0 && before < 1);
  room.port.open = false;
  room.port.queue.length = 0; // What the old connection had not delivered is gone.
  await room.run(SILENCE_MS * 2);
  assert.equal(room.sender.state, 'sending');
  room.port.open = true;
  await room.run(60_000);
  assert.equal(room.sender.state, 'done');
  await room.assertArrived('ada');
  assert.ok(room.sentBytes < 3 * MB + WINDOW_BYTES, 'only what got lost was sent again');
});

test('who joins while a file is on its way gets all of it, too', async () => {
  const room = new Room(bytesOf(3 * MB), ['ada']);
  room.receiptArrives = (_, { has }) => has < 2 * MB || room.shelves.size > 1;
  room.start();
  await room.run(3_000);
  room.shelves.set('late', new Shelf());
  await room.run(60_000);
  assert.deepEqual([room.sender.state, room.sender.received], ['done', 2]);
  await room.assertArrived('late');
});

test('who never answers, and who has left, do not keep the others waiting for ever', async () => {
  const room = new Room(bytesOf(MB), ['ada', 'deaf', 'gone']);
  room.reaches = (peerId) => peerId !== 'deaf';
  room.receiptArrives = (peerId, { has }) => peerId !== 'gone' || has === 0;
  room.start();
  await room.run(5_000);
  await room.assertArrived('ada');
  room.sender.onPeerLeft('gone', room.nowMs);
  await room.run(SILENCE_MS + 1_000);
  assert.deepEqual([room.sender.state, room.sender.received], ['done', 1]);
});

test('with nobody there, or nobody left, it fails and says so', async () => {
  const alone = new Room(bytesOf(10), []);
  alone.start();
  await alone.run(30_000);
  assert.deepEqual([alone.sender.state, alone.sender.failure], ['failed', 'nobody']);

  const left = new Room(bytesOf(4 * MB), ['ada']);
  left.start();
  await left.run(500);
  left.shelves.clear();
  left.sender.onPeerLeft('ada', left.nowMs);
  await left.run(30_000);
  assert.deepEqual([left.sender.state, left.sender.failure], ['failed', 'gone']);
});

test('a receiver that always misses something cannot make us send for ever', async () => {
  const room = new Room(bytesOf(MB), ['ada']);
  room.start();
  for (let i = 0; i < 3 * MAX_REWINDS; i++) {
    await room.run(2_000);
    room.sender.onReceipt('eve', { kind: 'receipt', of: 'me', id: 7, has: 0, missing: true, refused: false }, room.nowMs);
  }
  await room.run(60_000);
  assert.equal(room.sender.state, 'done');
  assert.ok(room.sentBytes <= (MAX_REWINDS + 2) * MB, `${room.sentBytes} bytes`);
});

test('cancelling reaches the others, and a refusal ends it for the one who refused', async () => {
  const room = new Room(bytesOf(4 * MB), ['ada', 'bob']);
  room.start();
  await room.run(500);
  room.shelves.get('bob')!.files.remove('me', 7, room.nowMs);
  await room.run(300);
  assert.equal(room.sender.state, 'sending');
  room.sender.cancel();
  room.port.queue.forEach((frame) => typeof frame === 'string' && room.shelves.get('ada')!.files.onCancel('me', 7));
  assert.equal(room.sender.state, 'cancelled');
  assert.equal(room.shelves.get('ada')!.files.get('me', 7)!.state, 'cancelled');
});

test('a file above the limit is not even offered, and one that cannot be read is called off', async () => {
  const sent: unknown[] = [];
  const port = { open: true, bufferedAmount: 0, send: (frame: unknown) => sent.push(frame) > 0 };
  const large = new OutgoingFile(1, { name: 'a', type: '', size: MAX_FILE_BYTES + 1, read: () => assert.fail() }, port, () => {});
  large.start(['ada'], 0);
  assert.deepEqual([large.failure, sent.length], ['too-large', 0]);

  const gone = { name: 'a', type: '', size: 10, read: () => Promise.reject(new Error('NotFoundError')) };
  const removed = new OutgoingFile(2, gone, port, () => {});
  removed.start(['ada'], 0);
  removed.onReceipt('ada', { kind: 'receipt', of: 'me', id: 2, has: 0, missing: false, refused: false }, 1);
  await settle();
  assert.equal(removed.failure, 'unreadable');
  assert.deepEqual(parseFileControl(sent.at(-1) as string), { kind: 'cancel', id: 2 });
});
