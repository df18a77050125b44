import type { Channel, DataChannels, DataChannelsListener } from './data-channels';

export interface DataRouteListener {
  onMessage(peerId: string, channel: Channel, data: string | ArrayBuffer): void;
  /** Something can be sent now that could not a moment ago. */
  onRoom(): void;
}

type Carrier = Pick<DataChannels, 'openForMs' | 'sendOn' | 'bufferedAmount' | 'peersOn'>;

/** A channel that is just open is not yet known to everybody; what is said on it at once would be missed by some. */
export const SETTLE_MS = 1_000;
/** After the former connection has gone, the last that came over it may still come over the new one. */
const ECHO_MS = 2_000;
/** So many different messages of one move are compared. Above that, one may be shown twice. */
const MAX_COMPARED = 1_000;
const MAX_COMPARED_CHARS = 4_096;

/**
 * Which connection carries our data. While the call moves to another server there are two: we go on with the former, which everybody
 * hears, as long as it is there, and of what the others say over both each message counts once.
 */
export class DataRoute implements DataChannelsListener {
  private readonly carriers: Carrier[] = [];
  private readonly told = new Map<Carrier, Map<string, number>>();
  private readonly shown = new Map<string, number>();
  private compareUntilMs = -Infinity;
  private away = false;

  constructor(
    private readonly listener: DataRouteListener,
    private readonly now: () => number = () => performance.now(),
  ) {}

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
    return !this.away && this.carriers.some((carrier) => (carrier.openForMs(channel) ?? -1) >= SETTLE_MS);
  }

  open(channel: Channel): boolean {
    return this.carrier(channel) !== null;
  }

  send(channel: Channel, data: string | ArrayBuffer): boolean {
    return this.carrier(channel)?.sendOn(channel, data) ?? false;
  }

  bufferedAmount(channel: Channel): number {
    return this.carrier(channel)?.bufferedAmount(channel) ?? 0;
  }

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

  onMessage(carrier: Carrier, peerId: string, channel: Channel, data: string | ArrayBuffer): void {
    if (channel !== 'chat' || typeof data !== 'string' || this.isNews(carrier, peerId, data)) {
      this.listener.onMessage(peerId, channel, data);
    }
  }

  onClosed(carrier: Carrier): void {
    const at = this.carriers.indexOf(carrier);
    if (at >= 0) {
      this.carriers.splice(at, 1);
    }
    this.told.delete(carrier);
    this.compareUntilMs = this.now() + ECHO_MS;
    this.listener.onRoom();
  }

  /** The oldest that is open. */
  private carrier(channel: Channel): Carrier | null {
    return this.away ? null : (this.carriers.find((carrier) => carrier.openForMs(channel) !== null) ?? null);
  }

  /** The n-th time that one connection brings a text is news unless the other brought it n times already. */
  private isNews(carrier: Carrier, peerId: string, text: string): boolean {
    if (this.carriers.length < 2 && this.now() > this.compareUntilMs) {
      this.told.clear();
      this.shown.clear();
      return true;
    }
    const said = `${peerId}\n${text.slice(0, MAX_COMPARED_CHARS)}`;
    const counts = this.told.get(carrier) ?? new Map<string, number>();
    this.told.set(carrier, counts);
    if (counts.size >= MAX_COMPARED && !counts.has(said)) {
      return true;
    }
    const count = (counts.get(said) ?? 0) + 1;
    counts.set(said, count);
    if (count <= (this.shown.get(said) ?? 0)) {
      return false;
    }
    this.shown.set(said, count);
    return true;
  }
}
