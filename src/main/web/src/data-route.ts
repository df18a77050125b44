import type { Channel, DataChannels, DataChannelsListener } from './data-channels';

export interface DataRouteListener {
  /** @param source tells two channels of the same person apart */
  onMessage(peerId: string, channel: Channel, data: string | ArrayBuffer, source: string): void;
  /** Something can be sent now that could not a moment ago. */
  onRoom(): void;
}

type Carrier = Pick<DataChannels, 'openForMs' | 'sendOn' | 'bufferedAmount' | 'peersOn'>;

/** A channel that is just open is not yet known to everybody; what is said on it at once would be missed by some. */
export const SETTLE_MS = 1_000;

/**
 * Which connection carries our data. While the call moves to another server there are two: what is said goes over both, for neither
 * is sure to be heard by all until the end, and counts once where it arrives; files go over the former as long as it is there.
 */
export class DataRoute implements DataChannelsListener {
  /** The oldest first. */
  private readonly carriers: Carrier[] = [];
  private away = false;

  constructor(private readonly listener: DataRouteListener) {}

  /**
   * The connection to the server is lost: a channel may seem open long after the node at its other end has gone, and what is said
   * waits until the call stands again.
   */
  setAway(away: boolean): void {
    this.away = away;
    this.listener.onRoom();
  }

  /** Whether all have had the time to hear of the channel. */
  settled(channel: Channel): boolean {
    return this.openOn(channel).some((carrier) => carrier.openForMs(channel)! >= SETTLE_MS);
  }

  open(channel: Channel): boolean {
    return this.openOn(channel).length > 0;
  }

  /** @returns whether a connection has taken it */
  send(channel: Channel, data: string | ArrayBuffer): boolean {
    const all = this.openOn(channel);
    const carriers = channel === 'files' ? all.slice(0, 1) : all;
    return carriers.map((carrier) => carrier.sendOn(channel, data)).includes(true);
  }

  bufferedAmount(channel: Channel): number {
    return this.openOn(channel)[0]?.bufferedAmount(channel) ?? 0;
  }

  /** Who can be heard on a channel. */
  peersOn(channel: Channel): string[] {
    return [...new Set(this.carriers.flatMap((carrier) => carrier.peersOn(channel)))];
  }

  onAttached(carrier: Carrier): void {
    this.carriers.push(carrier);
  }

  onChannelOpen(): void {
    this.listener.onRoom();
  }

  onChannelRoom(): void {
    this.listener.onRoom();
  }

  onMessage(peerId: string, channel: Channel, data: string | ArrayBuffer, source: string): void {
    this.listener.onMessage(peerId, channel, data, source);
  }

  onClosed(carrier: Carrier): void {
    const at = this.carriers.indexOf(carrier);
    if (at >= 0) {
      this.carriers.splice(at, 1);
    }
    this.listener.onRoom();
  }

  private openOn(channel: Channel): Carrier[] {
    return this.away ? [] : this.carriers.filter((carrier) => carrier.openForMs(channel) !== null);
  }
}
