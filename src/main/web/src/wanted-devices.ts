import type { CaptureProblem, LocalMedia, Source } from './local-media';

/** How long joining waits for the person to answer the browser's question about the camera. After that we join without. */
export const DEVICE_PATIENCE_MS = 10_000;

type Device = Exclude<Source, 'screensharing'>;

const DEVICES = ['audio', 'video'] as const;

/**
 * Which of microphone and camera a person wants: as chosen at the start, then as switched. It holds over leaving and coming back.
 * Opens them before each entrance. The browser's question may stand open for long, also while the person leaves and comes back.
 */
export class WantedDevices {
  private readonly wanted: Record<Device, boolean> = { audio: false, video: false };
  /** Which entrance is the latest. */
  private entrance = 0;
  private here = false;

  /** @param onOpened whatever is open now, and what could not be opened; also when that comes after the patience */
  constructor(
    private readonly media: Pick<LocalMedia, 'openDevices' | 'close'>,
    private readonly onOpened: (problems: Map<Source, CaptureProblem>) => void,
  ) {}

  get any(): boolean {
    return this.wanted.audio || this.wanted.video;
  }

  want(device: Device, on: boolean): void {
    this.wanted[device] = on;
  }

  /**
   * Opens what is wanted.
   *
   * @returns after the answer, or when that takes too long; false if this entrance is over, because the person has left meanwhile,
   *     and perhaps come back by another
   */
  async enter(): Promise<boolean> {
    const entrance = ++this.entrance;
    this.here = true;
    if (this.any) {
      await Promise.race([this.open(), new Promise<void>((resolve) => setTimeout(resolve, DEVICE_PATIENCE_MS))]);
    }
    return entrance === this.entrance;
  }

  leave(): void {
    this.entrance += 1;
    this.here = false;
  }

  private async open(): Promise<void> {
    const problems = await this.media.openDevices(this.wanted.audio, this.wanted.video);
    // While the question stood open, a device may have been switched off, or the person gone.
    DEVICES.filter((device) => !this.here || !this.wanted[device]).forEach((device) => this.media.close(device));
    if (this.here) {
      this.onOpened(problems);
    }
  }
}
