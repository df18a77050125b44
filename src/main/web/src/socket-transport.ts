import EnhancedEventEmitter from 'protoo-client/lib/EnhancedEventEmitter';
import Message from 'protoo-client/lib/Message';
import type { ProtooTransport } from 'protoo-client/lib/Peer';

/** What a WebSocket and a SockJS connection have in common. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** How a connection ended. `opened` is false if it never stood, `silent` says that it was given up because nothing came any more. */
export interface SocketEnd {
  opened: boolean;
  silent: boolean;
  code: number;
  reason: string;
}

/** The close code of a browser that gave up by itself (RFC 6455 §7.4.1: no close frame seen). */
const ABNORMAL_CLOSURE = 1006;

/**
 * A protoo transport over one socket, be it WebSocket or SockJS. Unlike protoo's own it never reconnects: when the socket ends,
 * so does the transport, and `end` says how. Trying again, and over what, is decided in one place: {@link Signaling}.
 */
export class SocketTransport extends EnhancedEventEmitter implements ProtooTransport {
  private ended: SocketEnd | null = null;
  private opened = false;

  constructor(
    private readonly socket: Socket,
    private readonly firstFrame: object | null = null,
  ) {
    super();
    socket.onopen = () => this.onOpen();
    socket.onmessage = (event: { data: unknown }) => this.onMessage(event.data);
    socket.onclose = (event: { code: number; reason: string }) => this.onEnd(event.code, event.reason);
    socket.onerror = () => {
      // A close event always follows, and only that one says why.
    };
  }

  get closed(): boolean {
    return this.ended !== null;
  }

  /** How the socket ended, or null while it has not. */
  get end(): SocketEnd | null {
    return this.ended;
  }

  close(): void {
    this.abandon(false);
  }

  /** As {@link close}, for a connection on which nothing comes any more. */
  giveUp(): void {
    this.abandon(true);
  }

  private abandon(silent: boolean): void {
    if (this.ended) {
      return;
    }
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    try {
      this.socket.close(1000, 'bye');
    } catch {
      // A SockJS connection that has not opened refuses to close; it is forgotten either way.
    }
    this.onEnd(1000, 'bye', silent);
  }

  async send(message: object): Promise<void> {
    if (this.ended) {
      throw new Error('transport closed');
    }
    this.socket.send(JSON.stringify(message));
  }

  private onOpen(): void {
    this.opened = true;
    if (this.firstFrame) {
      this.socket.send(JSON.stringify(this.firstFrame));
    }
    this.safeEmit('open');
  }

  private onMessage(data: unknown): void {
    const message = typeof data === 'string' && data.startsWith('{') ? Message.parse(data) : undefined;
    if (message && !this.ended) {
      this.safeEmit('message', message);
    }
  }

  private onEnd(code: number | undefined, reason: string | undefined, silent = false): void {
    if (!this.ended) {
      this.ended = { opened: this.opened, silent, code: code ?? ABNORMAL_CLOSURE, reason: reason ?? '' };
      this.safeEmit('close');
    }
  }
}
