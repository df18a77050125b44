import Peer, { type ProtooMessage } from 'protoo-client/lib/Peer';
import { backoffMs } from './backoff';
import type { Servers } from './servers';
import { SilenceWatch } from './silence-watch';
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
  constructor(readonly peer: Peer) {}

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
  /** It was lost, or could not be made; the next try comes in `delayMs`. `full`: the server takes no more rooms for now. */
  onWaiting(failures: number, delayMs: number, elsewhere: boolean, full: boolean): void;
  /** @param elsewhere to another server than the one that was lost */
  onConnecting(elsewhere: boolean): void;
  /** The server ended it for good, and says why: a code such as `replaced` or `room-full`. Nothing more is tried. */
  onRefused(code: string, sentence: string): void;
  /** A connection to another server stands beside the one that is used: {@link Signaling.takeOver} it, or {@link Signaling.moveFailed}. */
  onMoving(connection: Connection): void;
  onRequest(method: string, data: Record<string, unknown>, connection: Connection): Promise<object | void>;
  onNotification(method: string, data: Record<string, unknown>, connection: Connection): void;
}

/** What is opened beside the connection that is used, to go on there. */
interface Beside {
  address: string;
  route: SignalingRoute;
  peer: Peer;
  connection: Connection;
}

/** protoo's close code for "the server does not want you back" (protoo-server Peer.close). */
const CLOSED_BY_SERVER = 4000;
/** What we have said cannot be right, and would be no better a second time (docs/signaling.md, "come back after a fix"); our codes for it. */
const CLOSED_AS_WRONG: Record<number, string> = { 1002: 'not-understood', 1008: 'rule-broken', 1009: 'message-too-large' };
/** A question that every server answers with nothing, whether we have joined or not. */
const SIGN_OF_LIFE = 'getRtcStatsUrl';
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
  private beside: Beside | null = null;
  /** Where else to go, after {@link beside}. */
  private candidates: string[] = [];
  /** Whether a server has sent us on since we were last settled: a second one may wait for the first. */
  private redirected = false;

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
    this.redirected = false;
    this.provenRoute = this.currentRoute;
    this.endpoint.servers.settled();
  }

  /** The server has said where else this call can go on. */
  onServers(urls: unknown): void {
    this.endpoint.servers.onList(urls);
  }

  /** The server that we have just connected to takes nobody and names others: goes there, without a wait if it is the first to do so. */
  redirect(urls: unknown): void {
    const named = this.endpoint.servers.named(urls);
    if (this.stopped) {
      return;
    }
    this.dropPeer();
    if (named.length === 0 || this.redirected) {
      this.waitAndRetry();
      return;
    }
    this.redirected = true;
    this.endpoint.servers.redirectTo(named);
    this.connect();
  }

  /** The server that we use is about to stop: opens a connection to another of these while this one still stands. */
  move(urls: unknown): void {
    if (!this.stopped && this.peer && !this.beside) {
      this.candidates = this.endpoint.servers.named(urls);
      this.openBeside();
    }
  }

  /**
   * The connection that was opened beside is the one from now on.
   *
   * @returns ends the former one
   */
  takeOver(): () => void {
    const former = this.peer;
    const { peer, route, address } = this.beside!;
    this.beside = null;
    this.peer = peer;
    this.currentRoute = route;
    this.endpoint.servers.redirectTo([address]);
    this.settled();
    return () => former?.close();
  }

  /** It is of no use: another is tried. If there is none, all stays as it is until the server ends it. */
  moveFailed(connection: Connection): void {
    if (this.beside?.connection === connection) {
      this.dropBeside();
      this.openBeside();
    }
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
    let transport: SocketTransport;
    try {
      transport = this.webSocketTo(this.endpoint.servers.address);
    } catch {
      this.openSockJs();
      return;
    }
    const [patienceMs, onUnopened] = this.inFailover
      ? [FAILOVER_PATIENCE_MS, () => this.waitAndRetry()]
      : [WEBSOCKET_PATIENCE_MS, () => this.openSockJs()];
    this.run('websocket', transport, patienceMs, onUnopened);
  }

  private openSockJs(): void {
    const transport = this.sockJsTo(this.endpoint.servers.address);
    const patienceMs = this.inFailover ? FAILOVER_PATIENCE_MS : SOCKJS_PATIENCE_MS;
    this.run('sockjs', transport, patienceMs, () => this.waitAndRetry());
  }

  private webSocketTo(address: string): SocketTransport {
    const { roomId, peerId } = this.endpoint;
    const query = new URLSearchParams({ roomId, peerId });
    return new SocketTransport(this.sockets.webSocket(`${address.replace(/^http/, 'ws')}/ws?${query}`, 'protoo'));
  }

  private sockJsTo(address: string): SocketTransport {
    const { roomId, peerId } = this.endpoint;
    // A SockJS address has no room for a query, so the first frame says who we are.
    const hello = { notification: true, method: 'hello', data: { roomId, peerId } };
    return new SocketTransport(this.sockets.sockJs(`${address}/sockjs`), hello);
  }

  /** Drives one connection from its first moment to its end. */
  private run(route: SignalingRoute, transport: SocketTransport, patienceMs: number, onUnopened: () => void): void {
    this.currentRoute = route;
    const connection = this.attach(transport, patienceMs, (opened) => this.listener.onOpen(opened), (peer) => {
      if (this.peer === peer) {
        this.peer = null;
        this.onEnd(transport.end!, onUnopened);
      }
    });
    this.peer = connection.peer;
  }

  /** The same beside the one that is used. The way over which that one went is the way over which others go. */
  private openBeside(): void {
    const address = this.candidates.shift();
    if (address === undefined) {
      return;
    }
    const route = this.currentRoute ?? 'websocket';
    let transport: SocketTransport;
    try {
      transport = route === 'sockjs' ? this.sockJsTo(address) : this.webSocketTo(address);
    } catch {
      this.openBeside();
      return;
    }
    const connection = this.attach(transport, FAILOVER_PATIENCE_MS, (opened) => this.listener.onMoving(opened), (peer) => {
      if (this.beside?.peer === peer) {
        this.beside = null;
        this.openBeside();
      } else if (this.peer === peer) {
        this.peer = null;
        this.onEnd(transport.end!, () => this.waitAndRetry());
      }
    });
    this.beside = { address, route, peer: connection.peer, connection };
  }

  private attach(
    transport: SocketTransport,
    patienceMs: number,
    onOpen: (connection: Connection) => void,
    onClose: (peer: Peer) => void,
  ): Connection {
    // Before the Peer's own listener: protoo ends pending requests only in Peer.close(), not when the transport ends by itself.
    transport.on('close', () => peer.close());
    const peer = new Peer(transport);
    const connection = new Connection(peer);
    const patience = setTimeout(() => transport.close(), patienceMs);
    const watch = new SilenceWatch(
      () => void connection.request(SIGN_OF_LIFE).catch(() => {}), // A refusal is a sign of life, too.
      () => transport.giveUp(),
    );
    transport.on('message', () => watch.onHeard());
    peer.on('open', () => {
      clearTimeout(patience);
      onOpen(connection);
    });
    peer.on('request', (request, accept, reject) => this.answer(connection, request, accept, reject));
    peer.on('notification', ({ method, data }) => this.listener.onNotification(method, data, connection));
    peer.on('close', () => {
      clearTimeout(patience);
      watch.close();
      onClose(peer);
    });
    return connection;
  }

  private answer(
    connection: Connection,
    request: ProtooMessage,
    accept: (data?: object) => void,
    reject: (code: number, reason: string) => void,
  ): void {
    this.listener.onRequest(request.method, request.data, connection).then(
      (answer) => accept(answer ?? {}),
      (error: Error) => reject(500, error.message),
    );
  }

  private onEnd(end: SocketEnd, onUnopened: () => void): void {
    this.dropBeside();
    if (this.stopped) {
      return;
    }
    const refusal = refusalOf(end);
    if (refusal) {
      this.stopped = true;
      this.listener.onRefused(refusal.code, refusal.sentence);
    } else if (end.opened) {
      this.waitAndRetry(end.silent, end.reason.startsWith('too-many-rooms:'));
    } else {
      onUnopened();
    }
  }

  /** @param silent the server that we had has let a question go unanswered: the others come before it */
  private waitAndRetry(silent = false, full = false): void {
    const { servers } = this.endpoint;
    if (this.useful) {
      servers.startRound();
    }
    if (!this.useful || silent) {
      servers.failed();
    }
    this.useful = false;
    this.failures += 1;
    // Each server of a round is tried after the same short wait; it is the rounds that become rarer.
    const delayMs = backoffMs(servers.alone ? this.failures : servers.rounds + 1, this.random());
    this.listener.onWaiting(this.failures, delayMs, servers.elsewhere, full);
    this.timer = setTimeout(() => this.connect(), delayMs);
  }

  private dropBeside(): void {
    const beside = this.beside;
    this.beside = null;
    beside?.peer.close();
  }

  private dropPeer(): void {
    this.dropBeside();
    const peer = this.peer;
    this.peer = null;
    peer?.close();
  }
}

/** What a server says when it does not want us back, or not as we are; null if we may come back. */
function refusalOf({ code, reason, opened }: SocketEnd): Refusal | null {
  if (code === CLOSED_BY_SERVER) {
    return Refusal.parse(reason);
  }
  // sockjs-client says 1002, too, when it reaches nobody.
  const wrong = opened ? CLOSED_AS_WRONG[code] : undefined;
  return wrong === undefined ? null : new Refusal(wrong, reason, 0);
}
