import Peer, { type ProtooMessage } from 'protoo-client/lib/Peer';
import { backoffMs } from './backoff';
import type { Servers } from './servers';
import { type Socket, type SocketEnd, SocketTransport } from './socket-transport';

/** Makes sockets, in the browser {@link browserSockets}. */
export interface Sockets {
  webSocket(url: string, protocol: string): Socket;
  sockJs(url: string): Socket;
}

/** Where and as whom to connect. */
export interface Endpoint {
  /** Says which server: at first the one that served the page. */
  servers: Servers;
  roomId: string;
  peerId: string;
  transport: 'auto' | 'sockjs';
}

export type SignalingRoute = 'websocket' | 'sockjs';

/** Errors that protoo-client makes itself, by their message, and our codes for them. */
const PROTOO_ERRORS: Record<string, string> = {
  'peer closed': 'connection-lost',
  'transport closed': 'connection-lost',
  'request timeout': 'timeout',
};

/** An answer that is an error: `code` is the stable part, for example `room-full`. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly sentence: string,
    readonly status: number,
  ) {
    super(sentence ? `${code}: ${sentence}` : code);
  }

  /** `room-full: This room is full` → code and sentence; a text without a code becomes `error`. */
  static parse(text: string, status = 0): Refusal {
    const match = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?::\s*(.*))?$/s.exec(text);
    return match ? new Refusal(match[1]!, match[2] ?? '', status) : new Refusal('error', text, status);
  }
}

/** One connection that stands, or stood. After its end every request on it fails, so that nothing of it can spill into the next. */
export class Connection {
  constructor(private readonly peer: Peer) {}

  /** @throws Refusal when the server says no, or when the connection is lost before it answered */
  async request<T>(method: string, data: object = {}): Promise<T> {
    try {
      return (await this.peer.request(method, data)) as T;
    } catch (error) {
      const { message, code } = error as Error & { code?: number };
      const ours = PROTOO_ERRORS[message];
      throw ours ? new Refusal(ours, message, 0) : Refusal.parse(message, code);
    }
  }

  /** Never fails: if the connection is lost, the next join tells the server everything anyway. */
  notify(method: string, data: object = {}): void {
    this.peer.notify(method, data).catch(() => {});
  }
}

export interface SignalingListener {
  /** A fresh connection stands: nothing of an earlier one is known to the server any more. */
  onOpen(connection: Connection): void;
  /** It was lost, or could not be made; the next try comes in `delayMs`. */
  onWaiting(failures: number, delayMs: number, elsewhere: boolean): void;
  /** @param elsewhere to another server than the one that was lost */
  onConnecting(elsewhere: boolean): void;
  /** The server ended it for good, and says why: a code such as `replaced` or `room-full`. Nothing more is tried. */
  onRefused(code: string, sentence: string): void;
  onRequest(method: string, data: Record<string, unknown>): Promise<object | void>;
  onNotification(method: string, data: Record<string, unknown>): void;
}

/** protoo's close code for "the server does not want you back" (protoo-server Peer.close). */
const CLOSED_BY_SERVER = 4000;
/** A WebSocket that says nothing for this long is being swallowed by something on the way. */
const WEBSOCKET_PATIENCE_MS = 6_000;
/** Where there are other servers to try: a machine that has lost its power says nothing at all. */
const FAILOVER_PATIENCE_MS = 3_000;
/** SockJS asks for /info first, then tries one transport after the other. */
const SOCKJS_PATIENCE_MS = 12_000;

/**
 * The connection to the server: protoo over a WebSocket, or over SockJS where no WebSocket can be opened.
 * It comes back by itself, to the same server or to another, with a jittered back-off, until told to stop or refused by a server.
 */
export class Signaling {
  private peer: Peer | null = null;
  private failures = 0;
  /** Whether this connection has been of use: then its loss is news, and not one more failure. */
  private useful = false;
  /** How the last useful connection went: there is no need to ask the network again while a server is missing. */
  private provenRoute: SignalingRoute | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;
  private currentRoute: SignalingRoute | null = null;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly listener: SignalingListener,
    private readonly sockets: Sockets,
    private readonly random: () => number = Math.random,
  ) {}

  /** Over what the connection stands, or null while it does not. */
  get route(): SignalingRoute | null {
    return this.peer?.connected ? this.currentRoute : null;
  }

  start(): void {
    this.stopped = false;
    this.failures = 0;
    this.useful = false;
    this.endpoint.servers.startRound();
    this.connect();
  }

  /** Leaves for good. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.dropPeer();
  }

  /** Ends a wait, for a person who does not want to, or because the browser says it is online again. */
  retryNow(): void {
    if (!this.stopped && !this.peer) {
      this.connect();
    }
  }

  /** Starts over with a fresh connection: the way out when media is beyond repair. */
  reconnect(): void {
    if (!this.stopped) {
      this.dropPeer();
      this.waitAndRetry();
    }
  }

  /** The connection has proved useful: the next loss starts with a short wait again. */
  settled(): void {
    this.failures = 0;
    this.useful = true;
    this.provenRoute = this.currentRoute;
    this.endpoint.servers.settled();
  }

  /** The server has said where else this call can go on. */
  onServers(urls: unknown): void {
    this.endpoint.servers.onList(urls);
  }

  /** Origin of the server that is spoken to, or tried. */
  get server(): string {
    return this.endpoint.servers.address;
  }

  get knownServers(): string[] {
    return this.endpoint.servers.known;
  }

  private connect(): void {
    clearTimeout(this.timer);
    const { servers, transport } = this.endpoint;
    this.listener.onConnecting(servers.elsewhere);
    if (transport === 'sockjs' || (this.provenRoute === 'sockjs' && this.inFailover)) {
      this.openSockJs();
    } else {
      this.openWebSocket();
    }
  }

  /** In the first round after a loss: what matters is to find a server that lives, and the way there is known. */
  private get inFailover(): boolean {
    const { servers } = this.endpoint;
    return this.provenRoute !== null && !servers.alone && servers.rounds === 0;
  }

  private openWebSocket(): void {
    const { servers, roomId, peerId } = this.endpoint;
    const query = new URLSearchParams({ roomId, peerId });
    let socket: Socket;
    try {
      socket = this.sockets.webSocket(`${servers.address.replace(/^http/, 'ws')}/ws?${query}`, 'protoo');
    } catch {
      this.openSockJs();
      return;
    }
    const [patienceMs, onUnopened] = this.inFailover
      ? [FAILOVER_PATIENCE_MS, () => this.waitAndRetry()]
      : [WEBSOCKET_PATIENCE_MS, () => this.openSockJs()];
    this.run('websocket', new SocketTransport(socket), patienceMs, onUnopened);
  }

  private openSockJs(): void {
    const { servers, roomId, peerId } = this.endpoint;
    const socket = this.sockets.sockJs(`${servers.address}/sockjs`);
    // A SockJS address has no room for a query, so the first frame says who we are.
    const hello = { notification: true, method: 'hello', data: { roomId, peerId } };
    const patienceMs = this.inFailover ? FAILOVER_PATIENCE_MS : SOCKJS_PATIENCE_MS;
    this.run('sockjs', new SocketTransport(socket, hello), patienceMs, () => this.waitAndRetry());
  }

  /** Drives one connection from its first moment to its end. */
  private run(route: SignalingRoute, transport: SocketTransport, patienceMs: number, onUnopened: () => void): void {
    // Before the Peer's own listener: protoo ends pending requests only in Peer.close(), not when the transport ends by itself.
    transport.on('close', () => peer.close());
    const peer = new Peer(transport);
    this.peer = peer;
    this.currentRoute = route;
    const patience = setTimeout(() => transport.close(), patienceMs);
    peer.on('open', () => {
      clearTimeout(patience);
      this.listener.onOpen(new Connection(peer));
    });
    peer.on('request', (request, accept, reject) => this.answer(request, accept, reject));
    peer.on('notification', ({ method, data }) => this.listener.onNotification(method, data));
    peer.on('close', () => {
      clearTimeout(patience);
      if (this.peer === peer) {
        this.peer = null;
        this.onEnd(transport.end!, onUnopened);
      }
    });
  }

  private answer(
    request: ProtooMessage,
    accept: (data?: object) => void,
    reject: (code: number, reason: string) => void,
  ): void {
    this.listener.onRequest(request.method, request.data).then(
      (answer) => accept(answer ?? {}),
      (error: Error) => reject(500, error.message),
    );
  }

  private onEnd(end: SocketEnd, onUnopened: () => void): void {
    if (this.stopped) {
      return;
    }
    if (end.code === CLOSED_BY_SERVER) {
      const refusal = Refusal.parse(end.reason);
      this.stopped = true;
      this.listener.onRefused(refusal.code, refusal.sentence);
    } else if (end.opened) {
      this.waitAndRetry();
    } else {
      onUnopened();
    }
  }

  private waitAndRetry(): void {
    const { servers } = this.endpoint;
    if (this.useful) {
      this.useful = false;
      servers.startRound();
    } else {
      servers.failed();
    }
    this.failures += 1;
    // Each server of a round is tried after the same short wait; it is the rounds that become rarer.
    const delayMs = backoffMs(servers.alone ? this.failures : servers.rounds + 1, this.random());
    this.listener.onWaiting(this.failures, delayMs, servers.elsewhere);
    this.timer = setTimeout(() => this.connect(), delayMs);
  }

  private dropPeer(): void {
    const peer = this.peer;
    this.peer = null;
    peer?.close();
  }
}
