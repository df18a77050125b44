import { element, iconButton, textButton } from './dom';
import { words } from './strings';

export type Tone = 'info' | 'warning' | 'error';

export interface Notice {
  tone: Tone;
  text: string;
  /** A later notice with the same key takes the place of this one. */
  key?: string;
  action?: { label: string; run: () => void };
}

/** News is read in this time; problems stay until dismissed. */
const INFO_MS = 4_000;
const MAX_SHOWN = 4;
const MAX_REMEMBERED = 100;

/** Short sentences at the edge of the screen, read aloud by screen readers. */
export class Notices {
  /** What was said, oldest first. */
  readonly history: { tone: Tone; text: string }[] = [];
  private readonly shown = new Map<string, HTMLElement>();
  private count = 0;

  constructor(private readonly container: HTMLElement) {}

  show(notice: Notice): void {
    this.history.push({ tone: notice.tone, text: notice.text });
    if (this.history.length > MAX_REMEMBERED) {
      this.history.shift();
    }
    const key = notice.key ?? `#${this.count++}`;
    this.hide(key);
    const box = element('div', `notice notice-${notice.tone}`);
    box.setAttribute('role', notice.tone === 'error' ? 'alert' : 'status');
    box.append(element('p', '', notice.text));
    const { action } = notice;
    if (action) {
      const run = () => {
        this.hide(key);
        action.run();
      };
      box.append(textButton(action.label, 'button button-small', run));
    }
    box.append(iconButton('close', words.dismiss, 'notice-close', () => this.hide(key)));
    this.container.append(box);
    this.shown.set(key, box);
    if (this.shown.size > MAX_SHOWN) {
      this.hide([...this.shown.keys()][0]!);
    }
    if (notice.tone === 'info' && !action) {
      setTimeout(() => this.hide(key, box), INFO_MS);
    }
  }

  /** @param only hides it only if this is still what stands there */
  hide(key: string, only?: HTMLElement): void {
    const box = this.shown.get(key);
    if (box && (!only || only === box)) {
      this.shown.delete(key);
      box.remove();
    }
  }
}
