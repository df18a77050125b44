import { chatWords, fileWords, linkParts } from './chat-words';
import type { Entry } from './conversation';
import { element, textButton } from './dom';
import { icon } from './icons';

type FileEntry = Extract<Entry, { kind: 'sent-file' | 'file' | 'refused-file' }>;

/** What one person says within this time stands below one name. */
const GROUP_MS = 120_000;
/** Whoever has scrolled up this far reads what was, and is left there. */
const NEAR_END_PX = 80;
/** A larger picture is not decoded only to be made small. */
const MAX_THUMBNAIL_BYTES = 16 * 1024 * 1024;
/** Pictures that can be nothing but pictures: an SVG can hold a script. */
const PICTURES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
};

interface Line {
  entry: Entry;
  element: HTMLElement;
  /** Of a file: where it stands, and what can be done. */
  status: HTMLElement | null;
  progress: HTMLProgressElement | null;
  actions: HTMLElement | null;
  /** What {@link actions} offers now. */
  offers: string;
  urls: string[];
}

/** The conversation as it is seen. Whatever others wrote is text, never markup. */
export class ChatLines {
  private readonly lines = new Map<number, Line>();
  private readonly stale = new Set<number>();
  private last: Entry | null = null;

  constructor(
    private readonly container: HTMLElement,
    private readonly onDrop: (entry: Entry) => void,
  ) {
    container.append(element('p', 'chat-empty', chatWords.empty));
  }

  add(entry: Entry): void {
    const atEnd = this.atEnd;
    if (this.lines.size === 0) {
      this.container.replaceChildren();
    }
    const line = this.lineOf(entry);
    this.lines.set(entry.key, line);
    this.container.append(line.element);
    this.last = entry;
    this.show(line);
    if (atEnd || entry.own) {
      this.scrollToEnd();
    }
  }

  /** Many changes of a file in one moment are drawn once. */
  change(entry: Entry): void {
    if (this.stale.size === 0) {
      requestAnimationFrame(() => this.showStale());
    }
    this.stale.add(entry.key);
  }

  remove(entry: Entry): void {
    const line = this.lines.get(entry.key);
    this.lines.delete(entry.key);
    line?.urls.forEach((url) => URL.revokeObjectURL(url));
    line?.element.remove();
  }

  scrollToEnd(): void {
    this.container.scrollTop = this.container.scrollHeight;
  }

  private get atEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.container;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  private showStale(): void {
    const { atEnd } = this;
    for (const key of this.stale) {
      const line = this.lines.get(key);
      if (line) {
        this.show(line);
      }
    }
    this.stale.clear();
    if (atEnd) {
      this.scrollToEnd();
    }
  }

  private lineOf(entry: Entry): Line {
    const line = element('article', 'line');
    line.classList.toggle('is-own', entry.own);
    line.dataset.kind = entry.kind;
    const { last } = this;
    const goesOn = last?.peerId === entry.peerId && last.name === entry.name && entry.atMs - last.atMs < GROUP_MS;
    if (!goesOn) {
      const at = new Date(entry.atMs);
      const time = element('time', 'line-time', at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
      time.dateTime = at.toISOString();
      const head = element('header', 'line-head');
      head.append(element('span', 'line-name', entry.name), time);
      line.append(head);
    }
    if (entry.kind === 'text') {
      line.append(textBubble(entry.text));
      return { entry, element: line, status: null, progress: null, actions: null, offers: '', urls: [] };
    }
    const [bubble, status, progress, actions] = fileBubble(fileOf(entry).name);
    line.append(bubble);
    return { entry, element: line, status, progress, actions, offers: '', urls: [] };
  }

  private show(line: Line): void {
    const { entry } = line;
    if (entry.kind === 'text') {
      line.element.classList.toggle('is-pending', entry.pending);
      line.element.title = entry.pending ? chatWords.pending : '';
    } else {
      this.showFile(line, entry);
    }
  }

  private showFile(line: Line, entry: FileEntry): void {
    line.status!.textContent = fileWords(entry);
    const part = shareDone(entry);
    line.progress!.hidden = part === null;
    line.progress!.value = part ?? 0;
    this.showPicture(line, entry);
    const offers = offersOf(entry);
    if (offers !== line.offers) {
      line.offers = offers;
      line.actions!.replaceChildren(...this.actionsOf(line, entry, offers));
    }
  }

  private actionsOf(line: Line, entry: FileEntry, offers: string): HTMLElement[] {
    const { name } = fileOf(entry);
    const button = (label: string, whole: string) => {
      const made = textButton(label, 'button button-small', () => this.onDrop(entry));
      made.setAttribute('aria-label', whole);
      return made;
    };
    switch (offers) {
      case 'cancel':
        return [button(chatWords.cancel, chatWords.cancelFile(name))];
      case 'save': {
        const save = element('a', 'button button-small button-primary', chatWords.save);
        save.setAttribute('aria-label', chatWords.saveFile(name));
        save.download = name;
        save.href = urlOf(line, (entry as { file: { blob: Blob } }).file.blob);
        return [save, button(chatWords.remove, chatWords.removeFile(name))];
      }
      default:
        line.urls.forEach((url) => URL.revokeObjectURL(url));
        line.urls = [];
        line.element.querySelector('.file-picture')?.remove();
        return [];
    }
  }

  private showPicture(line: Line, entry: FileEntry): void {
    const content = entry.kind === 'sent-file' ? entry.content : entry.kind === 'file' ? entry.file.blob : null;
    const { name } = fileOf(entry);
    const type = PICTURES[name.split('.').pop()!.toLowerCase()];
    if (!content || !type || content.size > MAX_THUMBNAIL_BYTES || line.element.querySelector('.file-picture') || isOff(entry)) {
      return;
    }
    const picture = element('img', 'file-picture');
    picture.alt = chatWords.picture(name);
    picture.decoding = 'async';
    picture.onerror = () => picture.remove();
    const { atEnd } = this;
    picture.onload = () => (atEnd ? this.scrollToEnd() : undefined);
    picture.src = urlOf(line, new Blob([content], { type }));
    line.element.querySelector('.file')!.prepend(picture);
  }
}

function textBubble(text: string): HTMLElement {
  const bubble = element('p', 'bubble');
  for (const { text: part, href } of linkParts(text)) {
    if (href) {
      const link = element('a', '', part);
      link.href = href;
      link.target = '_blank';
      link.rel = 'noopener noreferrer';
      bubble.append(link);
    } else {
      bubble.append(part);
    }
  }
  return bubble;
}

function fileBubble(name: string): [HTMLElement, HTMLElement, HTMLProgressElement, HTMLElement] {
  const bubble = element('div', 'bubble file');
  const face = element('span', 'file-face');
  face.innerHTML = icon('file');
  const title = element('span', 'file-name', name);
  title.title = name;
  const status = element('span', 'file-status');
  const text = element('div', 'file-text');
  text.append(title, status);
  const head = element('div', 'file-head');
  head.append(face, text);
  const progress = element('progress', 'file-progress');
  progress.max = 1;
  progress.setAttribute('aria-label', chatWords.progress(name));
  const actions = element('div', 'file-actions');
  bubble.append(head, progress, actions);
  return [bubble, status, progress, actions];
}

function fileOf(entry: FileEntry): { name: string } {
  return entry.kind === 'sent-file' ? entry.file.source : entry.kind === 'file' ? entry.file : entry.offer;
}

/** 0..1 while a file is on its way. */
function shareDone(entry: FileEntry): number | null {
  if (entry.kind === 'sent-file') {
    return entry.file.over ? null : entry.file.progress;
  }
  return entry.kind === 'file' && entry.file.state === 'receiving' ? entry.file.has / Math.max(1, entry.file.size) : null;
}

function offersOf(entry: FileEntry): 'cancel' | 'save' | 'none' | 'nothing-yet' {
  if (shareDone(entry) !== null) {
    return 'cancel';
  }
  if (entry.kind === 'file' && entry.file.state === 'complete') {
    return 'save';
  }
  return entry.kind === 'sent-file' && !isOff(entry) ? 'nothing-yet' : 'none';
}

/** Given up or removed: nothing of it is shown any more but its name. */
function isOff(entry: FileEntry): boolean {
  if (entry.kind === 'sent-file') {
    return entry.file.state === 'cancelled' || entry.file.state === 'failed';
  }
  return entry.kind === 'refused-file' || entry.file.state === 'cancelled' || entry.file.state === 'failed';
}

function urlOf(line: Line, blob: Blob): string {
  const url = URL.createObjectURL(blob);
  line.urls.push(url);
  return url;
}
