import { element, iconButton, setIcon } from './dom';
import { icon } from './icons';
import { initials, words } from './strings';

export type TileSource = 'video' | 'screensharing';

export interface TileListener {
  onPin(tile: Tile): void;
  onRename(): void;
  /** The browser wants a press before it plays sound. */
  onSoundBlocked(): void;
}

/** One picture with its name: a person, or a screen that somebody shares. */
export class Tile {
  readonly element = element('article', 'tile');
  private readonly video = element('video', 'tile-video');
  private readonly audio = element('audio');
  private readonly avatar = element('div', 'tile-avatar');
  private readonly caption = element('span', 'tile-caption');
  private readonly micOff = element('span', 'tile-mic');
  private readonly info = element('div', 'tile-info');
  private readonly pin: HTMLButtonElement;
  private shownName = '';

  constructor(
    readonly peerId: string,
    readonly source: TileSource,
    readonly local: boolean,
    private readonly listener: TileListener,
  ) {
    this.element.dataset.peer = peerId;
    this.element.dataset.source = source;
    this.element.classList.toggle('is-local', local);
    this.element.classList.toggle('is-screen', source === 'screensharing');
    this.video.autoplay = true;
    this.video.playsInline = true;
    // Sound plays from its own element, so that a stalled picture never stops it.
    this.video.muted = true;
    this.video.hidden = true;
    // Between the offer of a stream and its first frame there is nothing to see: the avatar stays until then.
    this.video.addEventListener('loadeddata', () => this.showPicture(this.video.srcObject !== null));
    this.audio.autoplay = true;
    this.avatar.setAttribute('aria-hidden', 'true');
    this.avatar.style.setProperty('--hue', String(hueOf(peerId)));
    this.micOff.innerHTML = icon('micOff');
    this.micOff.hidden = true;
    this.setMicOff(!local && source === 'video');
    this.info.hidden = true;
    this.pin = iconButton('enlarge', '', 'tile-pin', () => listener.onPin(this));

    const name = element('div', 'tile-name');
    name.append(this.micOff, this.caption);
    if (local && source === 'video') {
      name.append(iconButton('edit', words.rename, 'tile-rename', () => listener.onRename()));
    }
    this.element.append(this.video, this.avatar, this.info, name, this.pin, this.audio);
  }

  get name(): string {
    return this.shownName;
  }

  setName(name: string): void {
    this.shownName = name;
    this.caption.textContent = this.title;
    this.avatar.textContent = initials(name);
    this.element.setAttribute('aria-label', this.title);
    this.setPinned(this.element.classList.contains('is-pinned'));
  }

  /** Null shows the avatar instead. */
  setVideo(track: MediaStreamTrack | null): void {
    if (show(this.video, track)) {
      this.showPicture(false);
    }
    this.video.hidden = track === null;
    if (track) {
      this.video.play().catch(() => {
        // A muted video may always play; it fails only when replaced in the same moment.
      });
    }
  }

  private showPicture(shown: boolean): void {
    this.element.classList.toggle('has-picture', shown);
  }

  setAudio(track: MediaStreamTrack | null): void {
    show(this.audio, track);
    if (track) {
      this.playSound();
    }
  }

  /** @returns whether the browser lets it; also when there is nothing to play */
  playSound(): boolean {
    if (!this.audio.srcObject) {
      return true;
    }
    this.audio.play().catch((error: DOMException) => {
      if (error.name === 'NotAllowedError') {
        this.listener.onSoundBlocked();
      }
    });
    // HTML §4.8.11.8: play() leaves it paused where it is not allowed, and only there.
    return !this.audio.paused;
  }

  setSoundMuted(muted: boolean): void {
    this.audio.muted = muted;
  }

  setMicOff(off: boolean): void {
    this.micOff.hidden = !off;
    this.micOff.title = off ? 'Microphone off' : '';
  }

  setSpeaking(speaking: boolean): void {
    this.element.classList.toggle('is-speaking', speaking);
  }

  /** 0..1; drawn as the strength of the frame. */
  setLevel(level: number): void {
    this.element.style.setProperty('--level', level.toFixed(2));
  }

  setPinned(pinned: boolean): void {
    this.element.classList.toggle('is-pinned', pinned);
    setIcon(this.pin, pinned ? 'shrink' : 'enlarge', pinned ? words.unpin(this.title) : words.pin(this.title));
    this.pin.setAttribute('aria-pressed', String(pinned));
  }

  /** Lines to show over the picture; none hides them. */
  setInfo(lines: string[]): void {
    this.info.hidden = lines.length === 0;
    if (lines.length > 0) {
      this.info.replaceChildren(...lines.map((line) => element('div', '', line)));
    }
  }

  close(): void {
    show(this.video, null);
    show(this.audio, null);
    this.element.remove();
  }

  private get title(): string {
    if (this.source === 'screensharing') {
      return this.local ? words.yourScreen : words.screenOf(this.shownName);
    }
    return this.local ? `${this.shownName} (${words.you.toLowerCase()})` : this.shownName;
  }
}

/** @returns whether that is another track than before */
function show(player: HTMLMediaElement, track: MediaStreamTrack | null): boolean {
  const current = player.srcObject instanceof MediaStream ? player.srcObject.getTracks()[0] : null;
  const other = (current ?? null) !== track;
  if (other) {
    player.srcObject = track ? new MediaStream([track]) : null;
  }
  return other;
}

/** The same person has the same colour on every screen. */
function hueOf(text: string): number {
  let hash = 0;
  for (const char of text) {
    hash = (hash * 31 + char.codePointAt(0)!) % 65_521;
  }
  // The golden angle: neighbours in the hash are far apart on the wheel.
  return Math.round(hash * 137.508) % 360;
}
