/** Above this (0..1) somebody speaks rather than breathes. */
const SPEAKING_LEVEL = 0.025;
/** Between words the frame should not flicker. */
const HOLD_MS = 700;

/** Whether somebody speaks, from how loud they are: on at once, off after a pause. */
export class SpeechDetector {
  private lastHeardMs = -Infinity;

  /** @returns whether they speak */
  onLevel(level: number, nowMs: number): boolean {
    if (level >= SPEAKING_LEVEL) {
      this.lastHeardMs = nowMs;
    }
    return nowMs - this.lastHeardMs < HOLD_MS;
  }
}

/** How loud our own microphone is. Needs a click on the page in some browsers; until then it reads null. */
export class MicrophoneMeter {
  private context: AudioContext | null = null;
  private analyser: AnalyserNode | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private track: MediaStreamTrack | null = null;
  private samples = new Float32Array(0);

  /** Follows this track from now on; null for none. */
  watch(track: MediaStreamTrack | null): void {
    if (track === this.track) {
      return;
    }
    this.track = track;
    this.source?.disconnect();
    this.source = null;
    if (track) {
      this.context ??= new AudioContext();
      this.analyser ??= this.context.createAnalyser();
      this.analyser.fftSize = 1024;
      this.samples = new Float32Array(this.analyser.fftSize);
      this.source = this.context.createMediaStreamSource(new MediaStream([track]));
      this.source.connect(this.analyser);
    }
  }

  /** 0..1, root mean square of the last 20 ms; null when it cannot be told. */
  get level(): number | null {
    if (!this.source || !this.analyser || this.context?.state !== 'running') {
      void this.context?.resume().catch(() => {});
      return null;
    }
    this.analyser.getFloatTimeDomainData(this.samples);
    const sum = this.samples.reduce((total, sample) => total + sample * sample, 0);
    return Math.sqrt(sum / this.samples.length);
  }

  close(): void {
    this.watch(null);
    void this.context?.close();
    this.context = null;
    this.analyser = null;
  }
}

/** How loud a received stream is, 0..1, without the cost of getStats; null when nothing has come lately. */
export function receivedLevel(receiver: RTCRtpReceiver | undefined): number | null {
  const [newest] = receiver?.getSynchronizationSources?.() ?? [];
  return newest?.audioLevel ?? null;
}
