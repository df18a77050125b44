import type { CallState } from './call';
import type { MediaHealth } from './ice-doctor';
import type { CaptureProblem, Source } from './local-media';
import type { Refusal } from './signaling';
import type { StreamRates, StreamSample } from './stats';

/** Every word that a person reads. One place, so that it can be translated and proof-read. */

export const words = {
  guest: 'Guest',
  you: 'You',
  screenOf: (name: string) => `${name} – screen`,
  yourScreen: 'Your screen',
  people: (count: number) => (count === 1 ? '1 person' : `${count} people`),
  alone: 'You are the only one here. Share the link to invite others.',
  invite: 'Copy invite link',
  copied: 'Invite link copied',
  copiedForThisComputer:
    'Invite link copied, but it works on this computer only: its address is “localhost”. For others, open this page by the ' +
    'address that they can reach, over https://.',
  copyFailed: (link: string) => `Copying is not allowed here. The link is ${link}`,
  microphoneOn: 'Mute microphone',
  microphoneOff: 'Unmute microphone',
  cameraOn: 'Turn camera off',
  cameraOff: 'Turn camera on',
  screenOn: 'Stop sharing',
  screenOff: 'Share screen',
  soundOn: 'Mute all sound',
  soundOff: 'Hear sound again',
  leave: 'Leave',
  infoShow: 'Show connection details',
  infoHide: 'Hide connection details',
  pin: (name: string) => `Enlarge ${name}`,
  unpin: (name: string) => `Back to the grid from ${name}`,
  rename: 'Change your name',
  joined: (name: string) => `${name} joined`,
  left: (name: string) => `${name} left`,
  soundBlocked: 'The browser keeps the sound off until you click or press a key.',
  soundAllow: 'Turn sound on',
  dismiss: 'Dismiss',
  retryNow: 'Try now',
  nameMissing: 'Please enter your name: the others see it.',
  roomMissing: 'Please give the room a name; spaces alone do not make one.',
  rejoin: 'Join again',
  backToStart: 'Back to start',
} as const;

/** A state of the call: `short` fits a pill, `text` is a whole sentence, `tone` its colour. */
export interface StateWords {
  short: string;
  text: string;
  /** What `text` says in numbers, which change while the state stays: to be seen, but not to be read aloud each second. */
  countdown?: string;
  tone: 'good' | 'busy' | 'bad';
}

const MEDIA: Record<MediaHealth, StateWords> = {
  well: { short: 'Connected', text: 'Connected.', tone: 'good' },
  connecting: { short: 'Connecting…', text: 'You are in the room. Connecting sound and picture…', tone: 'busy' },
  interrupted: {
    short: 'Unstable',
    text: 'Sound and picture are interrupted. Repairing the connection…',
    tone: 'busy',
  },
  blocked: {
    short: 'No media',
    text: 'You are in the room, but your network lets no sound or picture through. Still trying…',
    tone: 'bad',
  },
};

const ELSEWHERE: StateWords = { short: 'Reconnecting…', text: 'Server gone. Trying another…', tone: 'bad' };

export function stateWords(state: CallState, nowMs: number): StateWords {
  switch (state.name) {
    case 'idle':
      return { short: 'Ready', text: 'Ready to join.', tone: 'busy' };
    case 'devices':
      return {
        short: 'Waiting for you',
        text: 'Your browser asks for your camera and microphone. Choose “Allow” to be seen and heard.',
        tone: 'busy',
      };
    case 'connecting':
      return state.elsewhere ? ELSEWHERE : { short: 'Connecting…', text: 'Connecting to the server…', tone: 'busy' };
    case 'joining':
      return { short: 'Joining…', text: 'Joining the room…', tone: 'busy' };
    case 'joined':
      return MEDIA[state.media];
    case 'waiting': {
      if (state.before && state.elsewhere) {
        return ELSEWHERE;
      }
      const seconds = Math.max(1, Math.ceil((state.retryAtMs - nowMs) / 1000));
      const countdown = `${state.mediaLost ? 'Joining' : 'Trying'} again in ${seconds} s.`;
      return { short: 'Reconnecting…', text: waitingWords(state), countdown, tone: 'bad' };
    }
    case 'left':
      return { short: 'Left', text: 'You left the call.', tone: 'bad' };
    case 'refused':
      return { short: 'Ended', text: refusalWords(state.code, state.sentence).text, tone: 'bad' };
  }
}

function waitingWords({ before, mediaLost, full }: { before: boolean; mediaLost: boolean; full: boolean }): string {
  if (full) {
    return 'The server is full: it cannot take more rooms now.';
  }
  if (mediaLost) {
    return 'Sound and picture did not come back.';
  }
  return before ? 'The connection to the server was lost.' : 'The server does not answer.';
}

export interface CardWords {
  title: string;
  text: string;
}

const ROOM_FULL: CardWords = {
  title: 'This room is full',
  text: 'No more people fit into it. Try again when somebody has left.',
};

const REFUSALS: Record<string, CardWords> = {
  replaced: {
    title: 'You are in this call somewhere else',
    text: 'The call was opened again in another tab or window, and continues there.',
  },
  'room-full': ROOM_FULL,
  'too-many-peers': ROOM_FULL,
  'origin-not-allowed': {
    title: 'This page may not use the server',
    text: 'The server accepts calls only from its own address. Open the page from there.',
  },
  unauthorized: { title: 'You may not enter this room', text: 'The invitation is missing or has expired.' },
  forbidden: { title: 'You may not enter this room', text: 'The invitation does not allow it.' },
  kicked: { title: 'You were removed from the call', text: 'Somebody who may do so ended the call for you.' },
  'room-closed': { title: 'The call has ended', text: 'The room was closed.' },
  'unsupported-browser': {
    title: 'This browser cannot make calls',
    text: 'Please use a current version of Chrome, Edge, Firefox or Safari.',
  },
};

/** Only a program can have caused these, so it is for programmers that the server's words stand there. */
const FAULTS = new Set(['not-understood', 'rule-broken', 'message-too-large']);

export function refusalWords(code: string, sentence: string): CardWords {
  if (FAULTS.has(code)) {
    return { title: 'The call cannot go on like this', text: `The server says: “${sentence || code}”.` };
  }
  return REFUSALS[code] ?? { title: 'The server ended the call', text: sentence || `It gave the reason “${code}”.` };
}

export function troubleWords(refusal: Refusal): string {
  switch (refusal.code) {
    case 'no-codec':
      return `${refusal.sentence}. Others will not see this video.`;
    case 'timeout':
      return 'The server took too long to answer.';
    default:
      return `Something did not work: ${refusal.sentence || refusal.code}`;
  }
}

const DEVICES: Record<Source, string> = { audio: 'microphone', video: 'camera', screensharing: 'screen' };

/** Both devices for the same reason: one sentence says it. */
const BOTH: Partial<Record<CaptureProblem, string>> = {
  refused:
    'The browser was not allowed to use your camera and microphone, so others can neither see nor hear you. ' +
    'Allow them in the address bar, then press the buttons below.',
  missing: 'No camera and no microphone were found. Others can neither see nor hear you.',
  insecure:
    'Browsers give camera and microphone only to pages opened over https:// or on this computer. ' +
    'Others can neither see nor hear you.',
};

/** What to say about devices that could not be used, by source; nothing about a Cancel that was just pressed. */
export function captureProblems(problems: Map<Source, CaptureProblem>): Map<Source, string> {
  const audio = problems.get('audio');
  const both = audio && audio === problems.get('video') ? BOTH[audio] : undefined;
  if (both) {
    return new Map([['audio', both]]);
  }
  const sentences = [...problems].map(([source, problem]) => [source, captureProblem(source, problem)] as const);
  return new Map(sentences.filter((entry): entry is [Source, string] => entry[1] !== null));
}

function captureProblem(source: Source, problem: CaptureProblem): string | null {
  const device = DEVICES[source];
  const lack = source === 'audio' ? 'Others cannot hear you.' : 'Others cannot see you.';
  switch (problem) {
    case 'cancelled':
      return null;
    case 'refused':
      return `The browser was not allowed to use your ${device}. ${lack} Allow it in the address bar, then press the ${device} button.`;
    case 'missing':
      return source === 'screensharing' ? 'This browser cannot share a screen.' : `No ${device} was found. ${lack}`;
    case 'busy':
      return `Your ${device} stopped, or another program is using it. ${lack}`;
    case 'insecure':
      return `Browsers give the ${device} only to pages opened over https:// or on this computer. ${lack}`;
    case 'failed':
      return `Your ${device} could not be started. ${lack}`;
  }
}

/** 1_234_567 → `1.2 Mbit/s` */
export function bitrateWords(bitsPerSecond: number): string {
  return bitsPerSecond >= 999_500
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** `1280×720 · 30 fps · 1.2 Mbit/s · 0 % lost · VP8`; what is not known is left out. */
export function videoWords(sample: StreamSample, now: StreamRates | null): string {
  const fps = now?.framesPerSecond;
  return joinWords([
    sample.width && sample.height ? `${sample.width}×${sample.height}` : null,
    fps === null || fps === undefined ? null : `${Math.round(fps)} fps`,
    now ? bitrateWords(now.bitrate) : null,
    lossWords(now),
    sample.codec,
  ]);
}

export function audioWords(sample: StreamSample, now: StreamRates | null): string {
  return joinWords([now ? bitrateWords(now.bitrate) : null, lossWords(now), sample.codec]);
}

function lossWords(now: StreamRates | null): string | null {
  const loss = now?.lossPercent;
  if (loss === null || loss === undefined) {
    return null;
  }
  return `${loss > 0 && loss < 9.95 ? loss.toFixed(1) : Math.round(loss)} % lost`;
}

function joinWords(parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' · ');
}

/** Up to two letters for a person without a picture. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const letters = parts.length > 1 ? [parts[0], parts[parts.length - 1]] : [parts[0] ?? '?'];
  return letters.map((part) => [...part!][0]!.toUpperCase()).join('');
}
