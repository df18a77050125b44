import type { PictureSize } from './options';

/** What we can send. `source` is the word of the signalling protocol. */
export type Source = 'audio' | 'video' | 'screensharing';

/** Why a device cannot be used, in the words that {@link strings.captureProblem} explains. */
export type CaptureProblem = 'refused' | 'missing' | 'busy' | 'insecure' | 'cancelled' | 'failed';

const CAMERA_SIZE: PictureSize = { width: 1280, height: 720 };
const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** 15 frames per second are enough for a cursor and for scrolling, and leave the bits to sharpness. */
const SCREEN: DisplayMediaStreamOptions = { video: { frameRate: { ideal: 15, max: 30 } }, audio: false };

/**
 * The tracks of this person's microphone, camera and screen. They outlive a connection: after a reconnection the same tracks
 * are sent again, and nobody is asked twice.
 */
export class LocalMedia {
  private readonly tracks = new Map<Source, MediaStreamTrack>();

  private readonly camera: MediaTrackConstraints;

  /**
   * @param onEnded told when a track ends from outside: device unplugged, permission withdrawn, sharing stopped
   * @param cameraSize what to ask the camera for; it gives what it has
   */
  constructor(
    private readonly onEnded: (source: Source) => void,
    cameraSize: PictureSize | null,
  ) {
    const { width, height } = cameraSize ?? CAMERA_SIZE;
    this.camera = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 }, facingMode: 'user' };
  }

  get(source: Source): MediaStreamTrack | null {
    return this.tracks.get(source) ?? null;
  }

  get canShareScreen(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  }

  /**
   * Opens microphone and camera with one question to the person; if that fails, each by itself, for one of the two is better
   * than none.
   *
   * @returns what could not be opened, and why
   */
  async openDevices(audio: boolean, video: boolean): Promise<Map<Source, CaptureProblem>> {
    const problems = new Map<Source, CaptureProblem>();
    if (audio && video && !(await this.capture({ audio: MICROPHONE, video: this.camera }))) {
      return problems;
    }
    for (const source of ['audio', 'video'] as const) {
      const problem = (source === 'audio' ? audio : video) ? await this.open(source) : null;
      if (problem) {
        problems.set(source, problem);
      }
    }
    return problems;
  }

  /** Opens one device if it is not open yet. @returns null, or why not */
  async open(source: Source): Promise<CaptureProblem | null> {
    if (this.tracks.has(source)) {
      return null;
    }
    switch (source) {
      case 'audio':
        return this.capture({ audio: MICROPHONE });
      case 'video':
        return this.capture({ video: this.camera });
      case 'screensharing':
        return this.captureScreen();
    }
  }

  /** Stops one device; its light goes out. */
  close(source: Source): void {
    const track = this.tracks.get(source);
    this.tracks.delete(source);
    track?.stop();
  }

  closeAll(): void {
    for (const source of [...this.tracks.keys()]) {
      this.close(source);
    }
  }

  private async capture(constraints: MediaStreamConstraints): Promise<CaptureProblem | null> {
    if (!navigator.mediaDevices) {
      return 'insecure';
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) {
        this.keep(track.kind as 'audio' | 'video', track);
      }
      return null;
    } catch (error) {
      return captureProblem(error);
    }
  }

  private async captureScreen(): Promise<CaptureProblem | null> {
    if (!this.canShareScreen) {
      return 'missing';
    }
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia(SCREEN);
      const track = stream.getVideoTracks()[0]!;
      track.contentHint = 'detail';
      this.keep('screensharing', track);
      return null;
    } catch (error) {
      const problem = captureProblem(error);
      return problem === 'refused' ? 'cancelled' : problem;
    }
  }

  private keep(source: Source, track: MediaStreamTrack): void {
    this.close(source);
    this.tracks.set(source, track);
    track.addEventListener('ended', () => {
      if (this.tracks.get(source) === track) {
        this.tracks.delete(source);
        this.onEnded(source);
      }
    });
  }
}

/** Translates the error of getUserMedia or getDisplayMedia (Media Capture and Streams §10). */
export function captureProblem(error: unknown): CaptureProblem {
  switch ((error as DOMException | undefined)?.name) {
    case 'NotAllowedError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'SecurityError':
      return 'insecure';
    default:
      return 'failed';
  }
}
