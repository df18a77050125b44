import type { Channel } from './data-channels';
import { DataRoute } from './data-route';
import { type FileOffer, fileName, parseChunk, parseFileControl, parseSignal, type Receipt, type Signal } from './file-frames';
import { type IncomingFile, IncomingFiles, type IncomingRefusal } from './incoming-files';
import { type FileSource, OutgoingFile } from './outgoing-file';
import { TextOrder } from './text-order';
import { Typing } from './typing';

/** Longer messages are cut, ours and those of others. */
export const MAX_MESSAGE_CHARS = 4_000;
/** Older ones go, and files with them. */
export const MAX_ENTRIES = 500;
/** What is said while there is no connection waits for one. */
const MAX_PENDING = 50;
const TICK_MS = 250;

/** A line of the conversation. `atMs` is the time of day, in milliseconds since 1970. */
export type Entry = { key: number; peerId: string; name: string; own: boolean; atMs: number } & (
  | { kind: 'text'; text: string; pending: boolean }
  | { kind: 'sent-file'; file: OutgoingFile; content: Blob }
  | { kind: 'file'; file: IncomingFile }
  | { kind: 'refused-file'; offer: FileOffer; reason: IncomingRefusal }
);

export interface ConversationListener {
  onEntry(entry: Entry): void;
  onEntryChanged(entry: Entry): void;
  /** It was the oldest of too many. */
  onEntryGone(entry: Entry): void;
  onTyping(peerIds: string[]): void;
}

/** What people write and send to each other in one call, over as many connections as that takes. */
export class Conversation {
  readonly entries: Entry[] = [];
  readonly route = new DataRoute({
    onMessage: (peerId, channel, data, source) => this.onMessage(peerId, channel, data, source),
    onRoom: () => this.tick(),
  });
  private readonly typing = new Typing();
  private readonly order = new TextOrder();
  private readonly incoming = new IncomingFiles({
    onFile: (file) => this.add(file.peerId, { kind: 'file', file }),
    onFileChanged: (file) => this.changed((entry) => entry.kind === 'file' && entry.file === file),
    onFileRefused: (offer, peerId, reason) => this.add(peerId, { kind: 'refused-file', offer, reason }),
    sendReceipt: (receipt) => this.signal(receipt),
  });
  private lastKey = 0;

  /** @param nameOf a peer as the person knows them */
  constructor(
    private readonly ownPeerId: string,
    private readonly nameOf: (peerId: string) => string,
    private readonly listener: ConversationListener,
  ) {
    setInterval(() => this.tick(), TICK_MS);
  }

  say(given: string): void {
    const text = given.trim().slice(0, MAX_MESSAGE_CHARS);
    const waiting = this.entries.filter((entry) => entry.kind === 'text' && entry.pending).length;
    if (text && waiting < MAX_PENDING) {
      this.add(this.ownPeerId, { kind: 'text', text, pending: true });
      this.setTyping(false);
      this.sendPending();
    }
  }

  setTyping(on: boolean): void {
    if (this.typing.shouldTell(on, performance.now())) {
      this.signal({ kind: 'typing', on });
    }
  }

  sendFile(file: File): OutgoingFile {
    const source: FileSource = {
      name: fileName(file.name),
      type: file.type,
      size: file.size,
      read: (offset, length) => file.slice(offset, offset + length).arrayBuffer(),
    };
    const id = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const { route } = this;
    const port = {
      send: (frame: string | ArrayBuffer) => route.send('files', frame),
      get open() {
        return route.open('files');
      },
      get bufferedAmount() {
        return route.bufferedAmount('files');
      },
    };
    const sending: OutgoingFile = new OutgoingFile(id, source, port, () =>
      this.changed((entry) => entry.kind === 'sent-file' && entry.file === sending),
    );
    this.add(this.ownPeerId, { kind: 'sent-file', file: sending, content: file });
    sending.start(route.peersOn('files'), performance.now());
    return sending;
  }

  /** Stops sending, receiving or keeping the file of this entry. */
  dropFile(entry: Entry): void {
    if (entry.kind === 'sent-file') {
      entry.file.cancel();
    } else if (entry.kind === 'file') {
      this.incoming.remove(entry.file.peerId, entry.file.id, performance.now());
    }
  }

  onPeerLeft(peerId: string): void {
    this.outgoing.forEach((file) => file.onPeerLeft(peerId, performance.now()));
    this.heardTyping(peerId, false);
    this.order.forget(peerId);
  }

  private get outgoing(): OutgoingFile[] {
    return this.entries.flatMap((entry) => (entry.kind === 'sent-file' ? [entry.file] : []));
  }

  private onMessage(peerId: string, channel: Channel, data: string | ArrayBuffer, source: string): void {
    if (channel === 'chat') {
      if (typeof data === 'string') {
        this.onText(peerId, data, source);
      }
    } else if (channel === 'signals') {
      this.onSignal(peerId, typeof data === 'string' ? parseSignal(data) : null);
    } else if (typeof data === 'string') {
      this.onFileControl(peerId, data);
    } else {
      const chunk = parseChunk(data);
      if (chunk) {
        this.incoming.onChunk(peerId, chunk, performance.now());
      }
    }
  }

  private onText(peerId: string, text: string, source: string): void {
    if (text.trim() && this.order.arrive(peerId, source, text.slice(0, MAX_MESSAGE_CHARS), performance.now())) {
      this.showText(peerId, text.slice(0, MAX_MESSAGE_CHARS));
    }
  }

  private showText(peerId: string, text: string): void {
    this.heardTyping(peerId, false);
    this.add(peerId, { kind: 'text', text, pending: false });
  }

  private onSignal(peerId: string, signal: Signal | null): void {
    if (signal?.kind === 'typing') {
      this.heardTyping(peerId, signal.on);
    } else if (signal?.kind === 'receipt' && signal.of === this.ownPeerId) {
      this.outgoing.find(({ id }) => id === signal.id)?.onReceipt(peerId, signal, performance.now());
    }
  }

  private onFileControl(peerId: string, text: string): void {
    const control = parseFileControl(text);
    if (control?.kind === 'offer') {
      this.incoming.onOffer(peerId, control, performance.now());
    } else if (control?.kind === 'cancel') {
      this.incoming.onCancel(peerId, control.id);
    }
  }

  private heardTyping(peerId: string, on: boolean): void {
    if (this.typing.heard(peerId, on, performance.now())) {
      this.listener.onTyping(this.typing.peerIds);
    }
  }

  private signal(signal: Signal | Receipt): void {
    this.route.send('signals', JSON.stringify(signal));
  }

  private tick(): void {
    const nowMs = performance.now();
    this.sendPending();
    this.order.due(nowMs).forEach(({ peerId, text }) => this.showText(peerId, text));
    const peerIds = this.route.peersOn('files');
    this.outgoing.forEach((file) => file.tick(peerIds, nowMs));
    this.incoming.tick(nowMs);
    if (this.typing.expire(nowMs)) {
      this.listener.onTyping(this.typing.peerIds);
    }
  }

  private sendPending(): void {
    if (!this.route.settled('chat')) {
      return;
    }
    for (const entry of this.entries) {
      if (entry.kind === 'text' && entry.pending) {
        if (!this.route.send('chat', entry.text)) {
          return;
        }
        entry.pending = false;
        this.listener.onEntryChanged(entry);
      }
    }
  }

  private add(peerId: string, what: EntryContent): void {
    const own = peerId === this.ownPeerId;
    const entry: Entry = { key: ++this.lastKey, peerId, name: this.nameOf(peerId), own, atMs: Date.now(), ...what };
    this.entries.push(entry);
    this.listener.onEntry(entry);
    if (this.entries.length > MAX_ENTRIES) {
      this.forget(this.entries.shift()!);
    }
  }

  private forget(entry: Entry): void {
    if (entry.kind === 'sent-file') {
      entry.file.cancel();
    } else if (entry.kind === 'file') {
      this.incoming.forget(entry.file.peerId, entry.file.id, performance.now());
    }
    this.listener.onEntryGone(entry);
  }

  private changed(is: (entry: Entry) => boolean): void {
    const entry = this.entries.findLast(is);
    if (entry) {
      this.listener.onEntryChanged(entry);
    }
  }
}

type Common = 'key' | 'peerId' | 'name' | 'own' | 'atMs';
type EntryContent = Entry extends infer Each ? (Each extends Entry ? Omit<Each, Common> : never) : never;
