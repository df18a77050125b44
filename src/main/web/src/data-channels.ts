import type { types } from 'mediasoup-client';
import { LOW_WATER_BYTES } from './outgoing-file';
import type { Connection } from './signaling';

/**
 * What each page sends besides sound and picture. `chat` is plain text, as other clients of the protocol send it; `signals` is
 * what is worth nothing a second later; `files` is described in file-frames.ts.
 */
export type Channel = 'chat' | 'signals' | 'files';

const CHANNELS: Record<Channel, types.DataProducerOptions> = {
  chat: { label: 'chat', ordered: true },
  signals: { label: 'signals', protocol: 'plenum-signals-1', ordered: false, maxRetransmits: 0 },
  files: { label: 'files', protocol: 'plenum-files-1', ordered: true },
};

/** The request `newDataConsumer`, as the server sends it. */
export interface NewDataConsumer {
  /** Null for what the server itself sends. */
  peerId?: string | null;
  dataConsumerId: string;
  dataProducerId: string;
  sctpStreamParameters: types.SctpStreamParameters;
  label?: string;
  protocol?: string;
  appData?: types.AppData;
}

export interface DataChannelsListener {
  /** From now on it may say something, until it is closed. */
  onAttached(channels: DataChannels): void;
  /** One of our own channels is open. */
  onChannelOpen(): void;
  /** The browser has sent most of what it was given. */
  onChannelRoom(): void;
  /** @param source tells two channels of the same person apart */
  onMessage(peerId: string, channel: Channel, data: string | ArrayBuffer, source: string): void;
  onClosed(channels: DataChannels): void;
}

/** A data channel that is not one of ours: somebody experiments. */
export type ForeignChannelListener = (consumer: types.DataConsumer, peerId: string) => void;

/** The data half of a {@link MediaSession}: our own channels and those of the others, over one connection. */
export class DataChannels {
  private readonly producers = new Map<Channel, types.DataProducer>();
  private readonly openSinceMs = new Map<Channel, number>();
  private readonly consumers = new Map<string, { consumer: types.DataConsumer; peerId: string; channel: Channel | null }>();
  /** Closed by the server while this side was still setting them up. */
  private readonly early = new Map<string, { closed: boolean }>();
  private opening: Promise<void> | null = null;
  private closed = false;

  constructor(
    connection: Connection,
    private readonly send: types.Transport,
    private readonly recv: types.Transport,
    private readonly listener: DataChannelsListener,
    private readonly onForeign: ForeignChannelListener,
  ) {
    send.on('producedata', ({ sctpStreamParameters, label, protocol, appData }, done, failed) => {
      connection
        .request<{ dataProducerId: string }>('produceData', {
          transportId: send.id,
          sctpStreamParameters,
          label,
          protocol,
          appData,
        })
        .then(({ dataProducerId }) => done({ id: dataProducerId }), failed);
    });
    listener.onAttached(this);
  }

  /** Opens our own channels. @throws Refusal, `unsupported` from a server that carries none */
  open(): Promise<void> {
    this.opening ??= this.openAll().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async openAll(): Promise<void> {
    for (const channel of Object.keys(CHANNELS) as Channel[]) {
      if (!this.producers.has(channel) && !this.closed) {
        const producer = await this.produce({ ...CHANNELS[channel], appData: { channel } });
        this.producers.set(channel, producer);
        producer.bufferedAmountLowThreshold = LOW_WATER_BYTES;
        producer.on('bufferedamountlow', () => this.listener.onChannelRoom());
        whenOpen(producer, () => {
          this.openSinceMs.set(channel, performance.now());
          this.listener.onChannelOpen();
        });
      }
    }
  }

  /** Any channel, for those who experiment. */
  produce(options: types.DataProducerOptions): Promise<types.DataProducer> {
    return this.send.produceData(options);
  }

  /** How long one of our channels has been open, or null while it is not. */
  openForMs(channel: Channel): number | null {
    const producer = this.producers.get(channel);
    const since = this.openSinceMs.get(channel);
    return producer && !producer.closed && producer.readyState === 'open' && since !== undefined ? performance.now() - since : null;
  }

  /** @returns whether the browser has taken it */
  sendOn(channel: Channel, data: string | ArrayBuffer): boolean {
    if (this.openForMs(channel) === null) {
      return false;
    }
    try {
      this.producers.get(channel)!.send(data);
      return true;
    } catch {
      return false; // Closed in this moment, or the browser's own buffer is full.
    }
  }

  bufferedAmount(channel: Channel): number {
    return this.producers.get(channel)?.bufferedAmount ?? 0;
  }

  /** Who can be heard on a channel. */
  peersOn(channel: Channel): string[] {
    return [...this.consumers.values()]
      .filter((each) => each.channel === channel && each.consumer.readyState === 'open')
      .map(({ peerId }) => peerId);
  }

  async onNewDataConsumer(offer: NewDataConsumer): Promise<void> {
    const { dataConsumerId, dataProducerId, sctpStreamParameters, label = '', protocol = '' } = offer;
    const early = { closed: false };
    this.early.set(dataConsumerId, early);
    try {
      const consumer = await this.recv.consumeData({ id: dataConsumerId, dataProducerId, sctpStreamParameters, label, protocol });
      if (early.closed || this.closed) {
        consumer.close();
        return;
      }
      this.attach(consumer, offer.peerId ?? '');
    } finally {
      this.early.delete(dataConsumerId);
    }
  }

  onDataConsumerClosed(dataConsumerId: string): void {
    const early = this.early.get(dataConsumerId);
    if (early) {
      early.closed = true;
    }
    this.consumers.get(dataConsumerId)?.consumer.close();
    this.consumers.delete(dataConsumerId);
  }

  /** The transports are closed, and with them everything here. */
  close(): void {
    this.closed = true;
    this.listener.onClosed(this);
  }

  private attach(consumer: types.DataConsumer, peerId: string): void {
    const channel = ownChannel(consumer);
    consumer.binaryType = 'arraybuffer';
    this.consumers.set(consumer.id, { consumer, peerId, channel });
    if (channel === null) {
      this.onForeign(consumer, peerId);
      return;
    }
    consumer.on('message', (data: unknown) => {
      if (typeof data === 'string' || data instanceof ArrayBuffer) {
        this.listener.onMessage(peerId, channel, data, consumer.id);
      }
    });
  }
}

/** Which of ours it is; of `signals` and `files` only what we understand. */
function ownChannel({ label, protocol }: types.DataConsumer): Channel | null {
  if (label === 'chat') {
    return 'chat';
  }
  return (['signals', 'files'] as const).find((name) => label === name && protocol === CHANNELS[name].protocol) ?? null;
}

function whenOpen(producer: types.DataProducer, run: () => void): void {
  if (producer.readyState === 'open') {
    run();
  } else {
    producer.on('open', run);
  }
}
