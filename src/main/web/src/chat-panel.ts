import { ChatLines } from './chat-lines';
import { chatWords, typingWords } from './chat-words';
import { Conversation, type ConversationListener, type Entry } from './conversation';
import { byId, setIcon } from './dom';

export interface ChatPanelListener {
  onUnread(count: number): void;
  onShown(shown: boolean): void;
  /** Something was said that is not seen, because the panel is closed. */
  onMissed(text: string): void;
}

/** The panel beside the tiles, over them on a phone: what is said, who types, and the line to write in. */
export class ChatPanel implements ConversationListener {
  readonly conversation: Conversation;
  private readonly panel = byId('chat');
  private readonly text = byId<HTMLTextAreaElement>('chat-text');
  private readonly lines: ChatLines;
  private unreadCount = 0;

  constructor(
    peerId: string,
    private readonly nameOf: (peerId: string) => string,
    private readonly listener: ChatPanelListener,
  ) {
    this.conversation = new Conversation(peerId, nameOf, this);
    this.lines = new ChatLines(byId('chat-lines'), (entry) => this.conversation.dropFile(entry));
    setIcon(byId('chat-close'), 'close', chatWords.hide);
    setIcon(byId('chat-attach'), 'attach', chatWords.attach);
    setIcon(byId('chat-send'), 'send', chatWords.send);
    this.text.placeholder = chatWords.placeholder;
    this.text.setAttribute('aria-label', chatWords.message);
    byId('drop-text').textContent = chatWords.drop;
    this.listen();
  }

  get shown(): boolean {
    return !this.panel.hidden;
  }

  get unread(): number {
    return this.unreadCount;
  }

  show(shown: boolean): void {
    this.panel.hidden = !shown;
    this.listener.onShown(shown);
    if (shown) {
      this.setUnread(0);
      this.lines.scrollToEnd();
      this.text.focus();
    }
  }

  sendFiles(files: Iterable<File>): void {
    for (const file of files) {
      this.conversation.sendFile(file);
    }
  }

  onEntry(entry: Entry): void {
    this.lines.add(entry);
    if (!entry.own && !this.shown) {
      this.setUnread(this.unreadCount + 1);
      this.listener.onMissed(missedWords(entry));
    }
  }

  onEntryChanged(entry: Entry): void {
    this.lines.change(entry);
  }

  onEntryGone(entry: Entry): void {
    this.lines.remove(entry);
  }

  onTyping(peerIds: string[]): void {
    byId('chat-typing').textContent = typingWords(peerIds.map((peerId) => this.nameOf(peerId)));
  }

  private setUnread(count: number): void {
    this.unreadCount = count;
    this.listener.onUnread(count);
  }

  private listen(): void {
    const form = byId<HTMLFormElement>('chat-form');
    const file = byId<HTMLInputElement>('chat-file');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.conversation.say(this.text.value);
      this.text.value = '';
      this.fit();
    });
    this.text.addEventListener('keydown', (event) => {
      // While a character is being composed, Enter ends that.
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    this.text.addEventListener('input', () => {
      this.fit();
      this.conversation.setTyping(this.text.value.trim() !== '');
    });
    this.text.addEventListener('paste', (event) => {
      const files = event.clipboardData?.files;
      if (files && files.length > 0) {
        event.preventDefault();
        this.sendFiles(files);
      }
    });
    byId('chat-attach').addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      this.sendFiles([...(file.files ?? [])]);
      file.value = ''; // So that the same can be chosen again.
    });
    byId('chat-close').addEventListener('click', () => this.show(false));
    this.panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        this.show(false);
      }
    });
    this.listenToDrops(byId('call'), byId('drop'));
  }

  /** Files may be dropped anywhere on the call. Without this the browser would leave it to show them. */
  private listenToDrops(call: HTMLElement, hint: HTMLElement): void {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    call.addEventListener('dragover', (event) => {
      if (carriesFiles(event)) {
        event.preventDefault();
        event.dataTransfer!.dropEffect = 'copy';
        hint.hidden = false;
      }
    });
    call.addEventListener('dragleave', (event) => {
      if (!call.contains(event.relatedTarget as Node | null)) {
        hint.hidden = true;
      }
    });
    call.addEventListener('drop', (event) => {
      hint.hidden = true;
      if (carriesFiles(event)) {
        event.preventDefault();
        // A folder comes as a file without content that cannot be read.
        const files = [...event.dataTransfer!.files].filter(({ size, type }) => size > 0 || type !== '');
        this.sendFiles(files);
        this.show(true);
      }
    });
  }

  /** As high as its text, up to what the style sheet allows. */
  private fit(): void {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }
}

function missedWords(entry: Entry): string {
  switch (entry.kind) {
    case 'text':
      return chatWords.newText(entry.name, entry.text);
    case 'refused-file':
      return chatWords.newFile(entry.name, entry.offer.name);
    default:
      return chatWords.newFile(entry.name, entry.kind === 'file' ? entry.file.name : entry.file.source.name);
  }
}
