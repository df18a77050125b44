/** What the address of the page asks for. Everything but `room` is optional; most of it exists for tests and the curious. */
export interface Options {
  /** The room to join at once; without one the start screen is shown. */
  room: string;
  name: string;
  /** A fixed peer id. Without one, the id lives in sessionStorage, so that a reload replaces the old connection. */
  peerId: string;
  /** The video codec to send; without one, the first that both sides know. */
  codec: VideoCodec | null;
  /** Media over TCP only. */
  forceTcp: boolean;
  /** `sockjs` does not even try a WebSocket. */
  transport: 'auto' | 'sockjs';
  /** Several layers per video (simulcast, or SVC where the codec has it) instead of one. */
  simulcast: boolean;
  /** The picture to ask the camera for, in pixels; without one, 1280×720. */
  size: PictureSize | null;
  audio: boolean;
  video: boolean;
  /** Chat and files. */
  data: boolean;
  /** False shows the start screen even when a room is given. */
  autojoin: boolean;
}

export interface PictureSize {
  width: number;
  height: number;
}

export const VIDEO_CODECS = ['VP8', 'VP9', 'H264', 'AV1'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** Longer names are cut: they are drawn on tiles, and a server refuses them anyway. */
export const MAX_NAME_CHARS = 64;

/** Cameras and encoders refuse more. */
const MAX_PICTURE_SIDE_PX = 4096;

export function parseOptions(query: string): Options {
  const given = new URLSearchParams(query);
  const text = (key: string) => (given.get(key) ?? '').trim().slice(0, MAX_NAME_CHARS);
  const flag = (key: string, unless: boolean) => {
    const value = given.get(key);
    return value === null ? unless : value !== '0' && value !== 'false';
  };
  const codec = text('codec').toUpperCase();
  return {
    room: text('room'),
    name: text('name'),
    peerId: text('peer'),
    codec: VIDEO_CODECS.find((known) => known === codec) ?? null,
    forceTcp: flag('forceTcp', false),
    transport: text('transport') === 'sockjs' ? 'sockjs' : 'auto',
    simulcast: flag('simulcast', true),
    size: parseSize(text('size')),
    audio: flag('audio', true),
    video: flag('video', true),
    data: flag('data', true),
    autojoin: flag('autojoin', true),
  };
}

/** `320x180`; null for anything else. */
function parseSize(text: string): PictureSize | null {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  return width <= MAX_PICTURE_SIDE_PX && height <= MAX_PICTURE_SIDE_PX ? { width, height } : null;
}

/** The link to send to others: the room, and nothing of our own settings. */
export function inviteLink(page: { origin: string; pathname: string }, room: string): string {
  return `${page.origin}${page.pathname}?room=${encodeURIComponent(room)}`;
}

/** Whether the link leads other computers to themselves: `localhost`, 127.0.0.0/8 and ::1 (RFC 6761 §6.3, RFC 5735 §3). */
export function onlyForThisComputer(link: string): boolean {
  const { hostname } = new URL(link);
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
