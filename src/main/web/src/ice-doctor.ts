import type { types } from 'mediasoup-client';

/** ICE often comes back by itself within this time, when a packet or two were lost or a network changed. */
const PATIENCE_MS = 2_000;
/** Media that takes longer than this to connect for the first time is not let through; browsers themselves take up to 30 s to say so. */
const CONNECT_PATIENCE_MS = 10_000;
/** What a restart may take before it counts as failed. */
const RESTART_TIMEOUT_MS = 6_000;
/** After so many restarts in a row without success a fresh join is the better medicine. */
const MAX_RESTARTS = 3;
/** Where media has never got through, the time from one restart to the next doubles up to this. */
const MAX_RESTART_INTERVAL_MS = 30_000;

/** How media fares: `connecting` for the first time, `blocked` has never got through, `interrupted` did once. */
export type MediaHealth = 'well' | 'connecting' | 'interrupted' | 'blocked';

/** That of a call whose transports fare so. */
export function worst(all: MediaHealth[]): MediaHealth {
  return (['blocked', 'interrupted', 'connecting'] as const).find((health) => all.includes(health)) ?? 'well';
}

export interface IceDoctorListener {
  onHealth(): void;
  onHopeless(): void;
}

type Watched = Pick<types.Transport, 'connectionState' | 'on'>;

/**
 * Watches one transport's ICE, restarts it when it breaks, and says when that does not help. A network that has never let media
 * through would treat a fresh join in the same way: there it goes on with restarts, ever more rarely, and the call goes on without.
 */
export class IceDoctor {
  private restarts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private wasConnected = false;
  private current: MediaHealth = 'well';

  constructor(
    private readonly transport: Watched,
    private readonly restart: () => Promise<void>,
    private readonly listener: IceDoctorListener,
  ) {
    transport.on('connect', () => this.onConnecting());
    transport.on('connectionstatechange', (state) => this.onState(state));
  }

  /** `well` also while there is nothing to connect for. */
  get health(): MediaHealth {
    return this.current;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private onState(state: types.ConnectionState): void {
    if (this.closed) {
      return;
    }
    if (state === 'connected') {
      clearTimeout(this.timer);
      this.restarts = 0;
      this.wasConnected = true;
      this.become('well');
    } else if (state === 'disconnected') {
      this.onIll(PATIENCE_MS);
    } else if (state === 'failed') {
      this.onIll(0);
    }
  }

  /** There is something to send or to receive. A browser that has no address from which to try says nothing at all from here on. */
  private onConnecting(): void {
    if (!this.closed) {
      this.become('connecting');
      this.treatIn(CONNECT_PATIENCE_MS);
    }
  }

  private onIll(patienceMs: number): void {
    this.become(this.illness);
    // The treatment may have made it so, and says itself when it is time for the next.
    if (this.restarts === 0) {
      this.treatIn(patienceMs);
    }
  }

  private get illness(): MediaHealth {
    return this.wasConnected ? 'interrupted' : 'blocked';
  }

  private treatIn(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.treat(), delayMs);
  }

  private treat(): void {
    if (this.closed || this.transport.connectionState === 'connected') {
      return;
    }
    this.become(this.illness);
    if (this.wasConnected && this.restarts >= MAX_RESTARTS) {
      this.listener.onHopeless();
      return;
    }
    const nextMs = this.wasConnected ? RESTART_TIMEOUT_MS : Math.min(MAX_RESTART_INTERVAL_MS, RESTART_TIMEOUT_MS * 2 ** this.restarts);
    this.restarts += 1;
    // Whatever becomes of the request: if ICE is not connected by then, it is our turn again.
    this.treatIn(nextMs);
    this.restart().catch(() => {});
  }

  private become(health: MediaHealth): void {
    if (this.current !== health) {
      this.current = health;
      this.listener.onHealth();
    }
  }
}
