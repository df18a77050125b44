import type { types } from 'mediasoup-client';

/** ICE often comes back by itself within this time, when a packet or two were lost or a network changed. */
const PATIENCE_MS = 2_000;
/** What a restart may take before it counts as failed. */
const RESTART_TIMEOUT_MS = 6_000;
/** After so many restarts in a row without success a fresh join is the better medicine. */
const MAX_RESTARTS = 3;

/** How media fares: `blocked` has never got through, `interrupted` did once. */
export type MediaHealth = 'well' | 'interrupted' | 'blocked';

export interface IceDoctorListener {
  onHealth(): void;
  onHopeless(): void;
}

type Watched = Pick<types.Transport, 'connectionState' | 'on'>;

/** Watches one transport's ICE, restarts it when it breaks, and says when that does not help. */
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
    transport.on('connectionstatechange', (state) => this.onState(state));
  }

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
      this.become(this.illness);
      this.treatIn(PATIENCE_MS);
    } else if (state === 'failed') {
      this.become(this.illness);
      this.treatIn(0);
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
    if (this.restarts >= MAX_RESTARTS) {
      this.listener.onHopeless();
      return;
    }
    this.restarts += 1;
    // Whatever becomes of the request: if ICE is not connected by then, it is our turn again.
    this.treatIn(RESTART_TIMEOUT_MS);
    this.restart().catch(() => {});
  }

  private become(health: MediaHealth): void {
    if (this.current !== health) {
      this.current = health;
      this.listener.onHealth();
    }
  }
}
