import type { Entry } from './conversation';
import type { IncomingFile, IncomingRefusal } from './incoming-files';
import type { OutgoingFile } from './outgoing-file';

/** What a person reads of the conversation, beside {@link words}. */
export const chatWords = {
  show: 'Open chat',
  unread: (count: number) => `Open chat, ${count} unread`,
  hide: 'Close chat',
  placeholder: 'Message to everybody',
  message: 'Message',
  send: 'Send message',
  attach: 'Send a file',
  drop: 'Drop files to send them to everybody in the call',
  empty: 'Nothing here yet. Everybody in the call sees what you write, and files that you drop.',
  pending: 'Sent when the connection is back',
  save: 'Save',
  saveFile: (name: string) => `Save ${name}`,
  cancel: 'Cancel',
  cancelFile: (name: string) => `Cancel ${name}`,
  remove: 'Remove',
  removeFile: (name: string) => `Remove ${name}`,
  progress: (name: string) => `Progress of ${name}`,
  picture: (name: string) => `Picture ${name}`,
  newFile: (name: string, file: string) => `${name} sends ${file}`,
  newText: (name: string, text: string) => `${name}: ${text.length > 90 ? `${text.slice(0, 90)}…` : text}`,
} as const;

/** `Ada is typing…`; nothing for nobody. */
export function typingWords(names: string[]): string {
  switch (names.length) {
    case 0:
      return '';
    case 1:
      return `${names[0]} is typing…`;
    case 2:
      return `${names[0]} and ${names[1]} are typing…`;
    default:
      return 'Several people are typing…';
  }
}

/** 1_234_567 → `1.2 MB` */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) {
    return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  }
  if (bytes < 999_500) {
    return `${Math.round(bytes / 1_000)} kB`;
  }
  return bytes < 999_500_000 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const REFUSED: Record<IncomingRefusal, string> = {
  'too-large': 'too large to be received here',
  'no-room': 'no room: remove other files first',
  'too-many': 'too many files at once',
};

/** `1.2 MB · 45 %` and the like: where a file stands. */
export function fileWords(entry: Extract<Entry, { kind: 'sent-file' | 'file' | 'refused-file' }>): string {
  switch (entry.kind) {
    case 'refused-file':
      return `${sizeWords(entry.offer.size)} · ${REFUSED[entry.reason]}`;
    case 'sent-file':
      return `${sizeWords(entry.file.source.size)} · ${sentWords(entry.file)}`;
    case 'file':
      return incomingWords(entry.file);
  }
}

function sentWords({ state, failure, progress, received }: OutgoingFile): string {
  switch (state) {
    case 'offered':
      return 'waiting for the others';
    case 'sending':
      return `${Math.floor(progress * 100)} %`;
    case 'done':
      return received === 1 ? 'sent to 1 person' : `sent to ${received} people`;
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      switch (failure) {
        case 'nobody':
          return 'nobody is here to receive it';
        case 'too-large':
          return 'too large to be sent';
        case 'unreadable':
          return 'could not be read';
        default:
          return 'nobody received it';
      }
  }
}

function incomingWords({ state, size, has }: IncomingFile): string {
  switch (state) {
    case 'receiving':
      return `${sizeWords(size)} · ${size === 0 ? 0 : Math.floor((has / size) * 100)} %`;
    case 'complete':
      return sizeWords(size);
    case 'cancelled':
      return `${sizeWords(size)} · ${has === size ? 'removed' : 'cancelled'}`;
    case 'failed':
      return `${sizeWords(size)} · did not arrive`;
  }
}

/** A part of a message: text, or an address that a click opens. */
export interface TextPart {
  text: string;
  href: string | null;
}

/** Finds the web addresses in a message, and nothing else that could be clicked. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"']+/g)) {
    // What ends a sentence belongs to the sentence.
    const address = match[0].replace(/[).,;:!?\]}]+$/, '');
    if (!URL.canParse(address)) {
      continue;
    }
    if (match.index > at) {
      parts.push({ text: text.slice(at, match.index), href: null });
    }
    parts.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length) {
    parts.push({ text: text.slice(at), href: null });
  }
  return parts;
}
