import { Call, type CallListener, type CallState, type RemotePeer } from './call';
import { ChatPanel } from './chat-panel';
import { Controls } from './controls';
import type { DataChannelsListener, ForeignChannelListener } from './data-channels';
import { byId, textButton } from './dom';
import { HeldSound } from './held-sound';
import { icon } from './icons';
import { rememberedServers, rememberName } from './identity';
import { MicrophoneMeter, receivedLevel, SpeechDetector } from './levels';
import type { CaptureProblem, Source } from './local-media';
import type { RemoteStream } from './media-session';
import { Notices } from './notices';
import { inviteLink, MAX_NAME_CHARS, onlyForThisComputer, type Options } from './options';
import type { Refusal } from './signaling';
import { captureProblems, refusalWords, stateWords, troubleWords, words } from './strings';
import type { Tile, TileSource } from './tile';
import { TileStatsCollector, type TileStats } from './tile-stats';
import { Tiles } from './tiles';

/** Often enough for a level meter, seldom enough for a phone. */
const LEVEL_INTERVAL_MS = 120;
const INFO_INTERVAL_MS = 1_000;
const COUNTDOWN_INTERVAL_MS = 250;
/** What is over sooner than this is not worth a banner. */
const BANNER_DELAY_MS = 700;
const AWAY = new Set<CallState['name']>(['waiting', 'connecting', 'joining']);
/** The server's word on who speaks is good for this long. */
const SPEAKING_MS = 1_500;

/** What a person sees and presses during one call. */
export class CallScreen implements CallListener {
  readonly call: Call;
  readonly notices = new Notices(byId('notices'));
  readonly stats: TileStatsCollector;
  readonly chat: ChatPanel;
  readonly data: DataChannelsListener;
  /** Told of data channels that are not the page's own; by default nobody. */
  foreignChannels: ForeignChannelListener = () => {};
  readonly onForeignChannel: ForeignChannelListener = (consumer, of) => this.foreignChannels(consumer, of);
  private readonly tiles: Tiles;
  private readonly controls: Controls;
  private readonly meter = new MicrophoneMeter();
  private readonly heldSound = new HeldSound(
    document,
    () => this.tiles.all.map((tile) => tile.playSound()).every((plays) => plays),
    (held) => this.showHeldSound(held),
  );
  private readonly detectors = new Map<string, SpeechDetector>();
  private readonly serverHeardMs = new Map<string, number>();
  private sound = true;
  private info = false;
  private canChat: boolean;
  private stateSinceMs = performance.now();
  private shownState = '';

  constructor(
    private readonly roomId: string,
    peerId: string,
    name: string,
    options: Options,
  ) {
    this.canChat = options.data;
    this.chat = new ChatPanel(peerId, (of) => this.nameOf(of), {
      onUnread: () => this.showControls(),
      onShown: (shown) => this.onChatShown(shown),
      onMissed: (text) => this.notices.show({ tone: 'info', text, key: 'chat' }),
    });
    this.data = this.chat.conversation.route;
    this.call = new Call(roomId, peerId, name, options, this, rememberedServers(roomId));
    this.stats = new TileStatsCollector(this.call);
    this.tiles = new Tiles(byId('tiles'), {
      onRename: () => this.askForName(),
      onSoundBlocked: () => this.heldSound.onRefused(),
    });
    this.controls = new Controls(byId('toolbar'), {
      onMicrophone: () => void this.call.setMicMuted(this.microphoneOn),
      onCamera: () => void this.call.setCamera(!this.call.media.get('video')),
      onScreen: () => void this.call.setScreen(!this.call.media.get('screensharing')),
      onSound: () => this.setSound(!this.sound),
      onChat: () => this.chat.show(!this.chat.shown),
      onLeave: () => this.call.leave(),
      onInfo: () => this.setInfo(!this.info),
      onInvite: () => void this.copyInvite(),
    });
    byId('call').hidden = false;
    byId('room-name').textContent = roomId;
    document.title = `${roomId} – Plenum`;
    this.tiles.ensure(peerId, 'video', true, name);
    this.showControls();
    this.showPeople();
    setInterval(() => this.showLevels(), LEVEL_INTERVAL_MS);
    setInterval(() => void this.showInfo(), INFO_INTERVAL_MS);
    setInterval(() => this.showState(), COUNTDOWN_INTERVAL_MS);
    window.addEventListener('online', () => this.call.retryNow());
  }

  onState(state: CallState): void {
    if (state.name === 'left' || state.name === 'refused') {
      this.onLocal('audio');
      this.onLocal('video');
      this.onLocal('screensharing');
    }
    this.chat.conversation.route.setAway(AWAY.has(state.name));
    // Trying one server after the other is one state to a person; in the room, it is how media fares that changes.
    const shown = AWAY.has(state.name) ? 'away' : state.name === 'joined' ? `joined ${state.media}` : state.name;
    if (shown !== this.shownState) {
      this.shownState = shown;
      this.stateSinceMs = performance.now();
    }
    this.showState();
    this.showCard(state);
  }

  onPeer(peer: RemotePeer): void {
    const known = this.tiles.find(peer.peerId, 'video');
    this.tiles.ensure(peer.peerId, 'video', false, peer.displayName);
    for (const source of ['video', 'screensharing'] as const) {
      this.tiles.find(peer.peerId, source)?.setName(peer.displayName);
    }
    if (!known && this.call.state.name === 'joined') {
      this.notices.show({ tone: 'info', text: words.joined(peer.displayName) });
    }
    this.showPeople();
  }

  onPeerLeft(peer: RemotePeer): void {
    this.tiles.remove(peer.peerId, 'video');
    this.tiles.remove(peer.peerId, 'screensharing');
    this.detectors.delete(peer.peerId);
    this.chat.conversation.onPeerLeft(peer.peerId);
    if (this.call.state.name === 'joined') {
      this.notices.show({ tone: 'info', text: words.left(peer.displayName) });
    }
    this.showPeople();
  }

  onStream(stream: RemoteStream): void {
    const { track } = stream.consumer;
    if (!stream.paused && track.muted && this.call.hasOther(stream)) {
      // The same comes by another way still: the new one takes over with its first packet.
      track.addEventListener('unmute', () => this.showUnlessClosed(stream), { once: true });
      return;
    }
    this.showStream(stream);
  }

  onStreamPaused(stream: RemoteStream): void {
    this.showStream(stream);
  }

  onStreamClosed({ peerId, source, consumer }: RemoteStream): void {
    const successor = [...(this.call.session?.streams.values() ?? [])].find(
      (other) => other.peerId === peerId && other.source === source && other.consumer !== consumer,
    );
    if (successor) {
      this.showStream(successor);
      return;
    }
    if (source === 'screensharing') {
      this.tiles.remove(peerId, source);
    } else if (source === 'video') {
      this.tiles.find(peerId, 'video')?.setVideo(null);
    } else {
      const tile = this.tiles.find(peerId, 'video');
      tile?.setAudio(null);
      tile?.setMicOff(true);
    }
  }

  onLocal(source: Source): void {
    const track = this.call.media.get(source);
    const own = this.tiles.find(this.call.peerId, 'video');
    if (source === 'audio') {
      this.meter.watch(track);
      own?.setMicOff(!this.microphoneOn);
    } else if (source === 'video') {
      own?.setVideo(track);
    } else if (track) {
      this.tiles.ensure(this.call.peerId, source, true, this.call.displayName).setVideo(track);
    } else {
      this.tiles.remove(this.call.peerId, source);
    }
    if (track) {
      this.notices.hide(`capture-${source}`);
    }
    this.showControls();
  }

  onCaptureProblems(problems: Map<Source, CaptureProblem>): void {
    captureProblems(problems).forEach((text, source) =>
      this.notices.show({ tone: 'warning', text, key: `capture-${source}` }),
    );
  }

  onTrouble(refusal: Refusal): void {
    this.notices.show({ tone: 'error', text: troubleWords(refusal), key: `trouble-${refusal.code}` });
  }

  onSpeaking(volumes: Map<string, number>): void {
    const nowMs = performance.now();
    volumes.forEach((_, peerId) => this.serverHeardMs.set(peerId, nowMs));
  }

  onNoData(): void {
    this.canChat = false;
    this.showControls();
  }

  setSound(on: boolean): void {
    this.sound = on;
    this.tiles.all.forEach((tile) => tile.setSoundMuted(!on));
    this.showControls();
  }

  setInfo(on: boolean): void {
    this.info = on;
    this.showControls();
    void this.showInfo();
  }

  rename(name: string): void {
    const trimmed = name.trim().slice(0, MAX_NAME_CHARS);
    if (trimmed) {
      this.call.rename(trimmed);
      rememberName(trimmed);
      for (const source of ['video', 'screensharing'] as const) {
        this.tiles.find(this.call.peerId, source)?.setName(trimmed);
      }
    }
  }

  /** Every tile in numbers, freshly counted. */
  collectStats(): Promise<TileStats[]> {
    return this.stats.collect(this.tiles.all);
  }

  private get microphoneOn(): boolean {
    return this.call.media.get('audio') !== null && !this.call.micMuted;
  }

  private showStream({ peerId, source, consumer, paused }: RemoteStream): void {
    const tileSource: TileSource = source === 'screensharing' ? source : 'video';
    const name = this.nameOf(peerId);
    const tile = this.tiles.ensure(peerId, tileSource, false, name);
    if (source === 'audio') {
      tile.setAudio(consumer.track);
      tile.setSoundMuted(!this.sound);
      tile.setMicOff(paused);
    } else {
      tile.setVideo(paused ? null : consumer.track);
    }
  }

  private nameOf(peerId: string): string {
    return peerId === this.call.peerId ? this.call.displayName : (this.call.peers.get(peerId)?.displayName ?? words.guest);
  }

  private onChatShown(shown: boolean): void {
    byId('call').classList.toggle('has-chat', shown);
    this.notices.hide('chat');
    this.showControls();
    if (!shown) {
      this.controls.focusChat();
    }
  }

  private showUnlessClosed(stream: RemoteStream): void {
    if (!stream.consumer.closed) {
      this.showStream(stream);
    }
  }

  private showLevels(): void {
    const streams = [...(this.call.session?.streams.values() ?? [])];
    for (const tile of this.tiles.all.filter(({ source }) => source === 'video')) {
      const audio = streams.find(({ peerId, source }) => peerId === tile.peerId && source === 'audio');
      const level = tile.local ? this.ownLevel() : audio?.paused === false ? receivedLevel(audio.consumer.rtpReceiver) : 0;
      this.showLevel(tile, level ?? 0);
    }
  }

  private showLevel(tile: Tile, level: number): void {
    const nowMs = performance.now();
    const detector = this.detectors.get(tile.peerId) ?? new SpeechDetector();
    this.detectors.set(tile.peerId, detector);
    const heardByServer = nowMs - (this.serverHeardMs.get(tile.peerId) ?? -Infinity) < SPEAKING_MS;
    tile.setSpeaking(detector.onLevel(level, nowMs) || heardByServer);
    // Speech is mostly between 0.01 and 0.2: the square root spreads that over the scale.
    const shown = Math.min(1, Math.sqrt(level) * 1.6);
    tile.setLevel(shown);
    if (tile.local) {
      this.controls.setMicrophoneLevel(shown);
    }
  }

  private ownLevel(): number {
    return this.microphoneOn ? (this.meter.level ?? 0) : 0;
  }

  private async showInfo(): Promise<void> {
    if (!this.info) {
      this.tiles.all.forEach((tile) => tile.setInfo([]));
      return;
    }
    const all = await this.collectStats();
    for (const { peerId, source, lines } of all) {
      this.tiles.find(peerId, source)?.setInfo(this.info ? lines : []);
    }
  }

  private showState(): void {
    const nowMs = performance.now();
    const { short, text, countdown, tone } = stateWords(this.call.state, nowMs);
    const pill = byId('state');
    setText(pill, short);
    pill.dataset.tone = tone;
    pill.title = text;
    const banner = byId('banner');
    const alone = this.call.state.name === 'joined' && this.call.peers.size === 0 && tone === 'good';
    const sentence = alone ? words.alone : text;
    setText(byId('banner-text'), sentence);
    setText(byId('banner-countdown'), countdown ?? '');
    banner.hidden = (tone === 'good' && !alone) || nowMs - this.stateSinceMs < BANNER_DELAY_MS;
    setText(byId('announcement'), banner.hidden ? '' : sentence);
    banner.dataset.tone = alone ? 'info' : tone;
    const waiting = this.call.state.name === 'waiting';
    byId('banner-action').hidden = !(waiting || alone);
    setText(byId('banner-action'), waiting ? words.retryNow : words.invite);
    byId('banner-action').onclick = () => (waiting ? this.call.retryNow() : void this.copyInvite());
    byId('tiles').classList.toggle('is-stale', waiting);
  }

  /** The end of a call takes the whole screen. */
  private showCard(state: CallState): void {
    const card = byId('card');
    const over = state.name === 'left' || state.name === 'refused';
    byId('call').classList.toggle('is-over', over);
    card.hidden = !over;
    if (!over) {
      return;
    }
    const { title, text } =
      state.name === 'left' ? { title: 'You left the call', text: `The room “${this.roomId}” goes on without you.` } : refusalWords(state.code, state.sentence);
    byId('card-title').textContent = title;
    byId('card-text').textContent = text;
    const again = textButton(words.rejoin, 'button button-primary', () => void this.call.rejoin());
    const home = textButton(words.backToStart, 'button', () => location.assign(location.pathname));
    byId('card-actions').replaceChildren(again, home);
    again.focus();
  }

  private showControls(): void {
    const { media } = this.call;
    this.controls.show({
      microphone: this.microphoneOn,
      camera: media.get('video') !== null,
      screen: media.get('screensharing') !== null,
      canShareScreen: media.canShareScreen,
      sound: this.sound,
      info: this.info,
      chat: this.chat.shown,
      canChat: this.canChat,
      unread: this.chat.unread,
    });
    this.tiles.find(this.call.peerId, 'video')?.setMicOff(!this.microphoneOn);
  }

  private showPeople(): void {
    const count = this.call.peers.size + 1;
    const people = byId('people');
    people.innerHTML = icon('people');
    people.append(String(count));
    people.title = words.people(count);
    people.setAttribute('aria-label', words.people(count));
  }

  /** Any press will do; the button is for those who look for one. */
  private showHeldSound(held: boolean): void {
    if (held) {
      const action = { label: words.soundAllow, run: () => {} };
      this.notices.show({ tone: 'warning', text: words.soundBlocked, key: 'sound', action });
    } else {
      this.notices.hide('sound');
    }
  }

  private async copyInvite(): Promise<void> {
    // The server that the page came from may be gone.
    const link = inviteLink({ origin: this.call.signaling.server, pathname: location.pathname }, this.roomId);
    try {
      await navigator.clipboard.writeText(link);
      const notice = onlyForThisComputer(link)
        ? ({ tone: 'warning', text: words.copiedForThisComputer } as const)
        : ({ tone: 'info', text: words.copied } as const);
      this.notices.show({ ...notice, key: 'invite' });
    } catch {
      this.notices.show({ tone: 'warning', text: words.copyFailed(link), key: 'invite' });
    }
  }

  private askForName(): void {
    const dialog = byId<HTMLDialogElement>('rename');
    const input = byId<HTMLInputElement>('rename-name');
    input.value = this.call.displayName;
    dialog.onclose = () => {
      if (dialog.returnValue === 'save') {
        this.rename(input.value);
      }
    };
    dialog.returnValue = '';
    dialog.showModal();
    input.select();
  }
}

/** Touches the page only when something changed: a screen reader would read it again. */
function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}
