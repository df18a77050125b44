import { Device, type types } from 'mediasoup-client';
import { DataChannels, type DataChannelsListener, type ForeignChannelListener } from './data-channels';
import { SETTLE_MS } from './data-route';
import { chooseVideoCodec, videoEncodings } from './encodings';
import { IceDoctor, type MediaHealth, worst } from './ice-doctor';
import type { Source } from './local-media';
import type { Options } from './options';
import type { Connection } from './signaling';

type Consumer = types.Consumer<types.AppData>;

/** The request `newConsumer`, as the server sends it. */
export interface NewConsumer {
  peerId: string;
  consumerId: string;
  producerId: string;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  producerPaused?: boolean;
  appData?: { peerId?: string; source?: Source };
}

/** Somebody's sound or picture, as it arrives here. */
export interface RemoteStream {
  consumer: Consumer;
  peerId: string;
  source: Source;
  paused: boolean;
}

export interface MediaSessionListener {
  onStream(stream: RemoteStream): void;
  onStreamPaused(stream: RemoteStream): void;
  onStreamClosed(stream: RemoteStream): void;
  /** Media broke and is being repaired, or came back. */
  onMediaHealth(health: MediaHealth): void;
  /** Media that did flow is gone, and ICE restarts did not help: only a fresh join can. */
  onMediaLost(): void;
  readonly data: DataChannelsListener;
  readonly onForeignChannel: ForeignChannelListener;
}

type TransportAnswer = Pick<
  types.TransportOptions,
  'iceParameters' | 'iceCandidates' | 'dtlsParameters' | 'sctpParameters'
> & {
  transportId: string;
};

/** Media after one join: a Device, a transport each way, what we send and what we receive. After a reconnection comes a new one. */
export class MediaSession {
  readonly streams = new Map<string, RemoteStream>();
  /** What goes beside sound and picture. */
  readonly data: DataChannels;
  private readonly producers = new Map<Source, types.Producer>();
  /** What the server said about consumers that this side is still setting up. */
  private readonly early = new Map<string, { closed: boolean; paused: boolean }>();
  private doctors: IceDoctor[] = [];
  private closed = false;
  /** What is being produced and starts without sending. */
  private readonly startPaused = new Set<Source>();
  /** One at a time, so that a source never gets two producers. */
  private producing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly connection: Connection,
    private readonly options: Options,
    private readonly listener: MediaSessionListener,
    readonly device: Device,
    readonly send: types.Transport,
    readonly recv: types.Transport,
  ) {
    send.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const paused = this.startPaused.has(appData.source as Source);
      connection
        .request<{ producerId: string }>('produce', { transportId: send.id, kind, rtpParameters, paused, appData })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    this.data = new DataChannels(connection, send, recv, listener.data, listener.onForeignChannel);
    this.doctors = [send, recv].map(
      (transport) =>
        new IceDoctor(transport, () => this.requestIceRestart(transport), {
          onHealth: () => this.listener.onMediaHealth(this.health),
          onHopeless: () => this.listener.onMediaLost(),
        }),
    );
  }

  /** Loads the device and makes both transports, before joining: the server sends consumers as soon as we have joined. */
  static async open(connection: Connection, options: Options, listener: MediaSessionListener): Promise<MediaSession> {
    const answer = await connection.request<{ routerRtpCapabilities: types.RtpCapabilities }>('getRouterRtpCapabilities');
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: answer.routerRtpCapabilities });
    const [producing, consuming] = await Promise.all(
      (['producer', 'consumer'] as const).map((direction) =>
        connection.request<TransportAnswer>('createWebRtcTransport', {
          forceTcp: options.forceTcp,
          appData: { direction },
        }),
      ),
    );
    const send = device.createSendTransport(transportOptions(producing!, options.forceTcp));
    const recv = device.createRecvTransport(transportOptions(consuming!, options.forceTcp));
    for (const transport of [send, recv]) {
      transport.on('connect', ({ dtlsParameters }, done, failed) => {
        connection.request('connectWebRtcTransport', { transportId: transport.id, dtlsParameters }).then(done, failed);
      });
    }
    return new MediaSession(connection, options, listener, device, send, recv);
  }

  /** That of the worse of the two transports. */
  get health(): MediaHealth {
    return worst(this.doctors.map(({ health }) => health));
  }

  producer(source: Source): types.Producer | null {
    return this.producers.get(source) ?? null;
  }

  get sending(): [Source, types.Producer][] {
    return [...this.producers];
  }

  /**
   * Starts sending a track, or puts it in the place of the one that is sent.
   *
   * @param paused a new one starts without sending, and the others know it from the beginning
   */
  produce(source: Source, track: MediaStreamTrack, paused = false): Promise<void> {
    const done = this.producing.then(() => this.produceNow(source, track, paused));
    this.producing = done.catch(() => {});
    return done;
  }

  private async produceNow(source: Source, track: MediaStreamTrack, paused: boolean): Promise<void> {
    const existing = this.producers.get(source);
    if (existing) {
      await existing.replaceTrack({ track });
      return;
    }
    if (paused) {
      this.startPaused.add(source);
    } else {
      this.startPaused.delete(source);
    }
    const common = { track, stopTracks: false, appData: { source } };
    const producer =
      source === 'audio'
        ? await this.send.produce({ ...common, codecOptions: { opusStereo: false, opusFec: true, opusDtx: false } })
        : await this.send.produce({ ...common, ...this.videoOptions(source) });
    if (this.closed) {
      return;
    }
    this.producers.set(source, producer);
    if (paused) {
      producer.pause();
    }
    if (track.readyState === 'ended') {
      this.stop(source); // It was switched off while the server answered.
    }
  }

  /**
   * Tells everybody that nothing comes for now; our place is kept, so that resuming needs no negotiation.
   *
   * @param detach also lets go of the track, because its device is about to be switched off
   */
  async pause(source: Source, detach: boolean): Promise<void> {
    const producer = this.producers.get(source);
    if (producer) {
      producer.pause();
      this.connection.notify('pauseProducer', { producerId: producer.id });
      if (detach) {
        await producer.replaceTrack({ track: null });
      }
    }
  }

  async resume(source: Source, track: MediaStreamTrack): Promise<void> {
    const producer = this.producers.get(source);
    if (!producer) {
      await this.produce(source, track);
      return;
    }
    if (producer.track !== track) {
      await producer.replaceTrack({ track });
    }
    producer.resume();
    this.connection.notify('resumeProducer', { producerId: producer.id });
  }

  stop(source: Source): void {
    const producer = this.producers.get(source);
    if (producer) {
      this.producers.delete(source);
      producer.close();
      this.connection.notify('closeProducer', { producerId: producer.id });
    }
  }

  async onNewConsumer(offer: NewConsumer): Promise<void> {
    const { consumerId, producerId, kind, rtpParameters } = offer;
    const source = offer.appData?.source ?? (kind === 'audio' ? 'audio' : 'video');
    const early = { closed: false, paused: offer.producerPaused ?? false };
    this.early.set(consumerId, early);
    try {
      const consumer = await this.recv.consume({
        id: consumerId,
        producerId,
        kind,
        rtpParameters,
        // Sound and picture of one camera belong together in time; a shared screen has a time of its own.
        streamId: `${offer.peerId}-${source === 'screensharing' ? 'screen' : 'camera'}`,
      });
      if (early.closed || this.closed) {
        consumer.close();
        return;
      }
      const stream: RemoteStream = { consumer, peerId: offer.peerId, source, paused: early.paused };
      this.streams.set(consumerId, stream);
      this.listener.onStream(stream);
    } finally {
      this.early.delete(consumerId);
    }
  }

  onConsumerClosed(consumerId: string): void {
    const early = this.early.get(consumerId);
    if (early) {
      early.closed = true;
    }
    const stream = this.streams.get(consumerId);
    if (stream) {
      this.streams.delete(consumerId);
      stream.consumer.close();
      this.listener.onStreamClosed(stream);
    }
  }

  onConsumerPaused(consumerId: string, paused: boolean): void {
    const early = this.early.get(consumerId);
    if (early) {
      early.paused = paused;
    }
    const stream = this.streams.get(consumerId);
    if (stream) {
      stream.paused = paused;
      this.listener.onStreamPaused(stream);
    }
  }

  async restartIce(): Promise<void> {
    await Promise.all([this.send, this.recv].map((transport) => this.requestIceRestart(transport)));
  }

  /**
   * Whether everything flows here as it did in a former session: ours goes out, who was heard and seen there is here, and our data
   * channels have been open long enough for the others to know them.
   */
  carries(former: MediaSession): boolean {
    const sends = this.producers.size === 0 || this.send.connectionState === 'connected';
    const says = former.data.openForMs('chat') === null || (this.data.openForMs('chat') ?? 0) >= SETTLE_MS;
    return sends && says && [...former.streams.values()].filter(flows).every((old) =>
      [...this.streams.values()].some((stream) => stream.peerId === old.peerId && stream.source === old.source && flows(stream)));
  }

  /** Frees everything here without a word to the server, which has forgotten this session already. */
  close(): void {
    this.closed = true;
    this.doctors.forEach((doctor) => doctor.close());
    this.send.close();
    this.recv.close();
    this.data.close();
  }

  private async requestIceRestart(transport: types.Transport): Promise<void> {
    const { iceParameters } = await this.connection.request<{ iceParameters: types.IceParameters }>('restartIce', {
      transportId: transport.id,
    });
    await transport.restartIce({ iceParameters });
  }

  private videoOptions(source: 'video' | 'screensharing'): Partial<types.ProducerOptions> {
    const codec = chooseVideoCodec(this.device.sendRtpCapabilities, this.options.codec);
    if (!codec) {
      throw new Error(`no-codec: This browser cannot send ${this.options.codec ?? 'video'} to this server`);
    }
    const svc = !this.device.handlerName.startsWith('Firefox');
    return { codec, encodings: videoEncodings(source, codec.mimeType, this.options.simulcast, svc) };
  }
}

/** A stream that says that it is paused has nothing to show, and is as good as one that shows it. */
function flows({ paused, consumer }: RemoteStream): boolean {
  return paused || (!consumer.closed && !consumer.track.muted);
}

function transportOptions(answer: TransportAnswer, tcpOnly: boolean): types.TransportOptions {
  const { transportId, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = answer;
  return {
    id: transportId,
    iceParameters,
    dtlsParameters,
    sctpParameters,
    iceCandidates: tcpOnly ? iceCandidates.filter(({ protocol }) => protocol === 'tcp') : iceCandidates,
  };
}
