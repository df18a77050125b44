import { chatWords } from './chat-words';
import { byId, element, setIcon } from './dom';
import { icon, type IconName } from './icons';
import { words } from './strings';

export interface ControlsListener {
  onMicrophone(): void;
  onCamera(): void;
  onScreen(): void;
  onSound(): void;
  onChat(): void;
  onLeave(): void;
  onInfo(): void;
  onInvite(): void;
}

export interface ControlsState {
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  canShareScreen: boolean;
  /** Whether the others are heard. */
  sound: boolean;
  info: boolean;
  chat: boolean;
  /** False where the server carries no data. */
  canChat: boolean;
  unread: number;
}

/** The row of round buttons below the tiles, and the two in the header. */
export class Controls {
  private readonly microphone = toolButton('Microphone');
  private readonly camera = toolButton('Camera');
  private readonly screen = toolButton('Share');
  private readonly sound = toolButton('Sound');
  private readonly chat = toolButton('Chat');
  private readonly badge = element('span', 'tool-badge');
  private readonly leave = toolButton('Leave');
  private readonly info = byId<HTMLButtonElement>('info');
  private readonly invite = byId<HTMLButtonElement>('invite');

  constructor(toolbar: HTMLElement, listener: ControlsListener) {
    this.leave.classList.add('tool-danger');
    setTool(this.leave, 'leave', words.leave);
    this.microphone.addEventListener('click', () => listener.onMicrophone());
    this.camera.addEventListener('click', () => listener.onCamera());
    this.screen.addEventListener('click', () => listener.onScreen());
    this.sound.addEventListener('click', () => listener.onSound());
    this.chat.append(this.badge);
    this.chat.setAttribute('aria-controls', 'chat');
    this.chat.addEventListener('click', () => listener.onChat());
    this.leave.addEventListener('click', () => listener.onLeave());
    this.info.onclick = () => listener.onInfo();
    this.invite.onclick = () => listener.onInvite();
    setIcon(this.invite, 'link', words.invite);
    toolbar.replaceChildren(this.microphone, this.camera, this.screen, this.sound, this.chat, this.leave);
  }

  show(state: ControlsState): void {
    setTool(this.microphone, state.microphone ? 'mic' : 'micOff', state.microphone ? words.microphoneOn : words.microphoneOff);
    setTool(this.camera, state.camera ? 'camera' : 'cameraOff', state.camera ? words.cameraOn : words.cameraOff);
    setTool(this.screen, state.screen ? 'screenOff' : 'screen', state.screen ? words.screenOn : words.screenOff);
    setTool(this.sound, state.sound ? 'sound' : 'soundOff', state.sound ? words.soundOn : words.soundOff);
    this.microphone.classList.toggle('is-off', !state.microphone);
    this.camera.classList.toggle('is-off', !state.camera);
    this.sound.classList.toggle('is-off', !state.sound);
    this.screen.classList.toggle('is-active', state.screen);
    this.screen.hidden = !state.canShareScreen;
    const chatLabel = state.unread > 0 ? chatWords.unread(state.unread) : chatWords.show;
    setTool(this.chat, 'chat', state.chat ? chatWords.hide : chatLabel);
    this.chat.classList.toggle('is-active', state.chat);
    this.chat.setAttribute('aria-expanded', String(state.chat));
    this.chat.hidden = !state.canChat;
    this.badge.hidden = state.unread === 0;
    this.badge.textContent = state.unread > 99 ? '99+' : String(state.unread);
    setIcon(this.info, 'info', state.info ? words.infoHide : words.infoShow);
    this.info.setAttribute('aria-pressed', String(state.info));
  }

  /** Where the keyboard goes when the panel that it was in is closed. */
  focusChat(): void {
    this.chat.focus();
  }

  /** How loud our microphone is, 0..1: drawn around its button. */
  setMicrophoneLevel(level: number): void {
    this.microphone.style.setProperty('--level', level.toFixed(2));
  }
}

function toolButton(caption: string): HTMLButtonElement {
  const button = element('button', 'tool');
  button.type = 'button';
  const face = element('span', 'tool-face');
  const text = element('span', 'tool-caption', caption);
  text.setAttribute('aria-hidden', 'true');
  button.append(face, text);
  return button;
}

function setTool(button: HTMLButtonElement, name: IconName, label: string): void {
  if (button.dataset.icon !== name) {
    button.dataset.icon = name;
    button.firstElementChild!.innerHTML = icon(name);
  }
  button.title = label;
  button.setAttribute('aria-label', label);
}
