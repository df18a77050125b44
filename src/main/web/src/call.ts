import { describeBrowser } from './browser-name';
import { browserSockets } from './browser-sockets';
import type { DataChannelsListener, ForeignChannelListener, NewDataConsumer } from './data-channels';
import type { MediaHealth } from './ice-doctor';
import { type CaptureProblem, LocalMedia, type Source } from './local-media';
import { MediaSession, type NewConsumer, type RemoteStream } from './media-session';
import type { Options } from './options';
import { type ServerMemory, Servers } from './servers';
import { type Connection, Refusal, Signaling } from './signaling';
import { WantedDevices } from './wanted-devices';

/** Somebody else in the room. */
export interface RemotePeer {
  peerId: string;
  displayName: string;
}

export type CallState =
  | { name: 'idle' }
  | { name: 'devices' }
  /** `elsewhere`: to another server than the one that was lost. */
  | { name: 'connecting'; elsewhere: boolean }
  | { name: 'joining' }
  | { name: 'joined'; media: MediaHealth }
  /**
   * Not connected; the next try starts at `retryAtMs` (performance.now). `before` says whether we were in the call already,
   * `mediaLost` that it was we who ended the connection, because only a fresh one can bring media back, `full` that the server
   * takes no more rooms for now.
   */
  | { name: 'waiting'; failures: number; retryAtMs: number; before: boolean; elsewhere: boolean; mediaLost: boolean; full: boolean }
  | { name: 'left' }
  /** Ended by the server, or impossible; `code` is stable, `sentence` is the server's own. */
  | { name: 'refused'; code: string; sentence: string };

export interface CallListener {
  onState(state: CallState): void;
  onPeer(peer: RemotePeer): void;
  onPeerLeft(peer: RemotePeer): void;
  onStream(stream: RemoteStream): void;
  onStreamPaused(stream: RemoteStream): void;
  onStreamClosed(stream: RemoteStream): void;
  /** One of our own devices was switched on or off, muted, or failed. */
  onLocal(source: Source): void;
  onCaptureProblems(problems: Map<Source, CaptureProblem>): void;
  /** Something did not work that the call survives. */
  onTrouble(refusal: Refusal): void;
  /** Volumes in dBov (−127..0) of those who speak now, as the server hears them. */
  onSpeaking(volumes: Map<string, number>): void;
  /** The server carries no data: there is nothing to write or to send files with. */
  onNoData(): void;
  readonly data: DataChannelsListener;
  readonly onForeignChannel: ForeignChannelListener;
}

/** After a move to another server, how long we wait for what we received before; the old server leaves us some seconds more. */
const OVERLAP_PATIENCE_MS = 5_000;
const OVERLAP_POLL_MS = 100;
/** How long we send to both, so that everybody has the new stream before the old one ends. */
const OVERLAP_MS = 1_500;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One person's part in one room, from entering to leaving, over as many connections as that takes. */
export class Call {
  readonly peers = new Map<string, RemotePeer>();
  readonly signaling: Signaling;
  readonly media: LocalMedia;
  session: MediaSession | null = null;
  micMuted = false;
  private connection: Connection | null = null;
  private current: CallState = { name: 'idle' };
  private wasJoined = false;
  /** Where we are about to go on. */
  private arriving: { connection: Connection; session: MediaSession } | null = null;
  /** Where we were until just now, and still send and receive. */
  private former: { connection: Connection; session: MediaSession; end: () => void } | null = null;
  /** Whom the server that we moved to has named so far; null when that is over. */
  private confirmed: Set<string> | null = null;
  private readonly devices: WantedDevices;
  private mediaLost = false;

  constructor(
    readonly roomId: string,
    readonly peerId: string,
    public displayName: string,
    private readonly options: Options,
    private readonly listener: CallListener,
    memory: ServerMemory,
    home: string = location.origin,
  ) {
    this.media = new LocalMedia((source) => void this.onTrackEnded(source), options.size);
    this.devices = new WantedDevices(this.media, (problems) => void this.onDevices(problems));
    this.signaling = new Signaling(
      { servers: new Servers(home, memory), roomId, peerId, transport: options.transport },
      {
        onConnecting: (elsewhere) => this.become({ name: 'connecting', elsewhere }),
        onOpen: (connection) => void this.join(connection),
        onWaiting: (failures, delayMs, elsewhere, full) => this.onWaiting(failures, delayMs, elsewhere, full),
        onRefused: (code, sentence) => this.end({ name: 'refused', code, sentence }),
        onMoving: (connection) => void this.move(connection),
        onRequest: (method, data, connection) => this.onRequest(method, data, connection),
        onNotification: (method, data, connection) => this.onNotification(method, data, connection),
      },
      browserSockets,
    );
  }

  get state(): CallState {
    return this.current;
  }

  /** Opens the devices, then connects and joins. */
  async start(audio: boolean, video: boolean): Promise<void> {
    this.devices.want('audio', audio);
    this.devices.want('video', video);
    await this.begin();
  }

  leave(): void {
    this.end({ name: 'left' });
  }

  /** Comes back after leaving, or after the server ended it. */
  async rejoin(): Promise<void> {
    this.become({ name: 'idle' });
    await this.begin();
  }

  private async begin(): Promise<void> {
    if (this.devices.any) {
      this.become({ name: 'devices' });
    }
    if (await this.devices.enter()) {
      this.signaling.start();
    }
  }

  retryNow(): void {
    this.signaling.retryNow();
  }

  /** Whether the same sound or picture still comes over the connection that we are about to leave. */
  hasOther({ peerId, source, consumer }: RemoteStream): boolean {
    return [this.session, this.former?.session].some((session) =>
      [...(session?.streams.values() ?? [])].some(
        (other) => other.peerId === peerId && other.source === source && other.consumer !== consumer,
      ),
    );
  }

  /** Asks the server, for those who look inside. @throws Refusal */
  request(method: string, data: object): Promise<unknown> {
    return this.connection?.request(method, data) ?? Promise.reject(new Refusal('connection-lost', 'not connected', 0));
  }

  /** Tells the server; it does not answer. */
  notify(method: string, data: object): void {
    this.connection?.notify(method, data);
  }

  async setMicMuted(muted: boolean): Promise<void> {
    this.micMuted = muted;
    const track = this.media.get('audio');
    if (!muted && !track) {
      this.devices.want('audio', true);
      await this.switchOn('audio');
      return;
    }
    if (track) {
      track.enabled = !muted;
      await (muted ? this.session?.pause('audio', false) : this.session?.resume('audio', track));
    }
    this.listener.onLocal('audio');
  }

  /** The camera's light goes out when it is off; its place in the call is kept. */
  async setCamera(on: boolean): Promise<void> {
    this.devices.want('video', on);
    if (on) {
      await this.switchOn('video');
    } else {
      await this.session?.pause('video', true);
      this.media.close('video');
      this.listener.onLocal('video');
    }
  }

  async setScreen(on: boolean): Promise<void> {
    if (on) {
      await this.switchOn('screensharing');
    } else {
      this.session?.stop('screensharing');
      this.media.close('screensharing');
      this.listener.onLocal('screensharing');
    }
  }

  rename(displayName: string): void {
    this.displayName = displayName;
    this.connection?.notify('changeDisplayName', { displayName });
  }

  private async onDevices(problems: Map<Source, CaptureProblem>): Promise<void> {
    const microphone = this.media.get('audio');
    if (microphone) {
      microphone.enabled = !this.micMuted; // Who left muted comes back muted.
    }
    for (const source of ['audio', 'video'] as const) {
      this.listener.onLocal(source);
    }
    if (problems.size > 0) {
      this.listener.onCaptureProblems(problems);
    }
    if (this.current.name === 'joined') {
      await this.produceAll();
    }
  }

  private async switchOn(source: Source): Promise<void> {
    const problem = await this.media.open(source);
    if (this.current.name === 'left' || this.current.name === 'refused') {
      this.media.close(source);
      return;
    }
    if (problem) {
      this.listener.onCaptureProblems(new Map([[source, problem]]));
      return;
    }
    if (source === 'audio') {
      this.micMuted = false;
    }
    this.listener.onLocal(source);
    try {
      await this.session?.resume(source, this.media.get(source)!);
    } catch (error) {
      this.survive(error);
    }
  }

  private async onTrackEnded(source: Source): Promise<void> {
    if (source === 'screensharing') {
      this.session?.stop(source);
    } else {
      await this.session?.pause(source, true);
      this.listener.onCaptureProblems(new Map([[source, 'busy']]));
    }
    this.listener.onLocal(source);
  }

  /** From an open connection to being in the room. What an earlier connection had is replaced. */
  private async join(connection: Connection): Promise<void> {
    this.connection = connection;
    this.dropFormer();
    this.become({ name: 'joining' });
    try {
      const session = await this.openSession(connection);
      if (connection !== this.connection) {
        session.close();
        return;
      }
      // Until here the media of the earlier connection may have gone on; with the join the server ends it.
      this.closeSession();
      this.session = session;
      this.onRoster(await this.enter(connection, session));
      this.wasJoined = true;
      this.signaling.settled();
      this.become({ name: 'joined', media: session.health });
      await this.produceAll();
    } catch (error) {
      if (connection === this.connection) {
        this.onJoinFailed(error);
      }
    }
  }

  private openSession(connection: Connection): Promise<MediaSession> {
    return MediaSession.open(connection, this.options, {
      onStream: (stream) => this.listener.onStream(stream),
      onStreamPaused: (stream) => this.listener.onStreamPaused(stream),
      onStreamClosed: (stream) => this.listener.onStreamClosed(stream),
      data: this.listener.data,
      onForeignChannel: this.listener.onForeignChannel,
      onMediaHealth: (media) => {
        if (connection === this.connection) {
          this.onMediaHealth(media);
        }
      },
      onMediaLost: () => {
        // Where the connection itself is lost, media has gone with it, and trying to come back is under way already.
        if (connection === this.connection && this.current.name === 'joined') {
          this.mediaLost = true;
          this.signaling.reconnect();
        }
      },
    });
  }

  private async enter(connection: Connection, session: MediaSession): Promise<RemotePeer[]> {
    const { peers } = await connection.request<{ peers: RemotePeer[] }>('join', {
      displayName: this.displayName,
      device: describeBrowser(navigator.userAgent),
      rtpCapabilities: session.device.recvRtpCapabilities,
    });
    return peers;
  }

  /**
   * Our server is about to stop, and a connection to another stands: joins there and sends there, and only when media flows there
   * closes here. Nobody is to notice.
   */
  private async move(connection: Connection): Promise<void> {
    let session: MediaSession | null = null;
    try {
      session = await this.openSession(connection);
      this.arriving = { connection, session };
      const peers = await this.enter(connection, session);
      if (this.arriving?.connection !== connection || this.current.name !== 'joined' || !this.session) {
        throw new Refusal('connection-lost', 'the call ended meanwhile', 0);
      }
      const former = this.session;
      this.former = { session: former, connection: this.connection!, end: this.signaling.takeOver() };
      this.arriving = null;
      this.connection = connection;
      this.session = session;
      this.become({ name: 'joined', media: session.health });
      // The new server may still be learning who is there: nobody is taken away before it has had the time.
      this.confirmed = new Set(peers.map(({ peerId }) => peerId));
      peers.forEach((peer) => this.onPeer(peer));
      await this.produceAll();
      await this.overlap(session, former);
      if (connection === this.connection) {
        [...this.peers.keys()].filter((peerId) => !this.confirmed?.has(peerId)).forEach((peerId) => this.onPeerClosed(peerId));
        this.confirmed = null;
        this.dropFormer();
      }
    } catch {
      if (this.connection !== connection) {
        if (this.arriving?.connection === connection) {
          this.arriving = null;
        }
        session?.close();
        session?.streams.forEach((stream) => this.listener.onStreamClosed(stream));
        this.signaling.moveFailed(connection);
      }
    }
  }

  /** Until we receive there what we received here, and the others have had the time to receive us from there. */
  private async overlap(session: MediaSession, former: MediaSession): Promise<void> {
    const untilMs = performance.now() + OVERLAP_PATIENCE_MS;
    while (performance.now() < untilMs && !session.carries(former)) {
      await sleep(OVERLAP_POLL_MS);
    }
    await sleep(OVERLAP_MS);
  }

  private dropFormer(): void {
    const former = this.former;
    this.former = null;
    former?.end();
    former?.session.close();
    former?.session.streams.forEach((stream) => this.listener.onStreamClosed(stream));
  }

  private onMediaHealth(media: MediaHealth): void {
    if (this.current.name === 'joined') {
      this.become({ name: 'joined', media });
    }
  }

  private closeSession(): void {
    const session = this.session;
    this.session = null;
    session?.close();
    session?.streams.forEach((stream) => this.listener.onStreamClosed(stream));
  }

  private async produceAll(): Promise<void> {
    for (const source of ['audio', 'video', 'screensharing'] as const) {
      const track = this.media.get(source);
      if (!track || !this.session) {
        continue;
      }
      try {
        // Who was muted comes back muted, and never counts as heard in between.
        const session = this.session;
        const muted = source === 'audio' && this.micMuted;
        await session.produce(source, track, muted);
        if (source === 'audio' && this.micMuted !== muted) {
          await (this.micMuted ? session.pause(source, false) : session.resume(source, track));
        }
      } catch (error) {
        this.survive(error);
      }
    }
    await this.openData();
  }

  private async openData(): Promise<void> {
    const { session } = this;
    try {
      if (this.options.data) {
        await session?.data.open();
      }
    } catch (error) {
      if (asRefusal(error).code === 'unsupported') {
        this.listener.onNoData();
      } else if (session === this.session) {
        this.survive(error);
      }
    }
  }

  private onJoinFailed(error: unknown): void {
    const refusal = asRefusal(error);
    if (refusal.code === 'connection-lost' || this.current.name === 'left') {
      return; // The signalling is trying again already.
    }
    if (refusal.code === 'unsupported-browser' || (refusal.status >= 400 && refusal.status < 500)) {
      this.end({ name: 'refused', code: refusal.code, sentence: refusal.sentence });
    } else {
      this.listener.onTrouble(refusal);
      this.signaling.reconnect();
    }
  }

  private onWaiting(failures: number, delayMs: number, elsewhere: boolean, full: boolean): void {
    const { mediaLost, wasJoined: before } = this;
    this.mediaLost = false;
    this.become({ name: 'waiting', failures, retryAtMs: performance.now() + delayMs, before, elsewhere, mediaLost, full });
  }

  /** What belongs to a connection: while we move there are two. */
  private sessionOf(connection: Connection): MediaSession | null {
    return [this.arriving, this.former].find((other) => other?.connection === connection)?.session ?? this.session;
  }

  private async onRequest(method: string, data: Record<string, unknown>, connection: Connection): Promise<object> {
    const session = this.sessionOf(connection);
    if (session && method === 'newConsumer') {
      await session.onNewConsumer(data as unknown as NewConsumer);
    } else if (session && method === 'newDataConsumer' && this.options.data) {
      await session.data.onNewDataConsumer(data as unknown as NewDataConsumer);
    } else {
      throw new Error(`unknown-method: ${method}`);
    }
    return {};
  }

  private onNotification(method: string, data: Record<string, unknown>, connection: Connection): void {
    const consumerId = data.consumerId as string;
    switch (method) {
      case 'consumerClosed':
        this.sessionOf(connection)?.onConsumerClosed(consumerId);
        return;
      case 'consumerPaused':
      case 'consumerResumed':
        this.sessionOf(connection)?.onConsumerPaused(consumerId, method === 'consumerPaused');
        return;
      case 'dataConsumerClosed':
        this.sessionOf(connection)?.data.onDataConsumerClosed(data.dataConsumerId as string);
        return;
      case 'nodeDraining':
        this.onDraining(data.urls, connection);
        return;
      default:
        if (connection === this.connection) {
          this.onRoomNotification(method, data);
        }
    }
  }

  /** Our server is about to stop, or the one that we have come to is. */
  private onDraining(urls: unknown, connection: Connection): void {
    if (connection !== this.connection) {
      if (this.current.name === 'joined') {
        this.signaling.moveFailed(connection);
      } else {
        this.signaling.redirect(urls);
      }
    } else if (this.current.name === 'joined') {
      this.signaling.move(urls);
    } else {
      this.signaling.redirect(urls);
    }
  }

  private onRoomNotification(method: string, data: Record<string, unknown>): void {
    switch (method) {
      case 'newPeer':
        this.confirmed?.add((data.peerId ?? (data.peer as RemotePeer).peerId) as string);
        this.onPeer((data.peer ?? data) as RemotePeer);
        break;
      case 'peerClosed':
        this.onPeerClosed(data.peerId as string);
        break;
      case 'peerDisplayNameChanged':
        this.onPeer({ peerId: data.peerId as string, displayName: data.displayName as string });
        break;
      case 'speakingPeers':
        this.listener.onSpeaking(
          new Map((data.peerVolumes as { peerId: string; volume: number }[]).map(({ peerId, volume }) => [peerId, volume])),
        );
        break;
      case 'servers':
        this.signaling.onServers(data.urls);
        break;
      default:
      // Scores, versions, bandwidth: of no use to a person, and newer servers may say more. `activeSpeaker` says once more who
      // is the loudest of `speakingPeers`.
    }
  }

  /** After a (re)join the server's list is the truth: who is not on it has gone. */
  private onRoster(peers: RemotePeer[]): void {
    const present = new Set(peers.map(({ peerId }) => peerId));
    for (const peerId of [...this.peers.keys()].filter((peerId) => !present.has(peerId))) {
      this.onPeerClosed(peerId);
    }
    peers.forEach((peer) => this.onPeer(peer));
  }

  private onPeer({ peerId, displayName }: RemotePeer): void {
    const peer = { peerId, displayName: displayName || 'Guest' };
    this.peers.set(peerId, peer);
    this.listener.onPeer(peer);
  }

  private onPeerClosed(peerId: string): void {
    const peer = this.peers.get(peerId);
    if (peer) {
      this.peers.delete(peerId);
      this.listener.onPeerLeft(peer);
    }
  }

  private end(state: CallState): void {
    this.become(state);
    this.wasJoined = false;
    this.connection = null;
    this.devices.leave();
    this.signaling.stop();
    this.arriving = null;
    this.dropFormer();
    this.closeSession();
    this.media.closeAll();
    for (const peerId of [...this.peers.keys()]) {
      this.onPeerClosed(peerId);
    }
  }

  private survive(error: unknown): void {
    const refusal = asRefusal(error);
    if (refusal.code !== 'connection-lost' && this.current.name === 'joined') {
      this.listener.onTrouble(refusal);
    }
  }

  private become(state: CallState): void {
    this.current = state;
    this.listener.onState(state);
  }
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  const { name, message } = error as Error;
  return name === 'UnsupportedError' && /device not supported/.test(message)
    ? new Refusal('unsupported-browser', message, 0)
    : Refusal.parse(message);
}
