import type { ServerMemory } from './servers';

const NAME_KEY = 'plenum.name';
const PEER_KEY = 'plenum.peerId';
const SERVERS_KEY = 'plenum.servers';
/** The lock of a page that is being reloaded is free again within this time. */
const LOCK_PATIENCE_MS = 500;

const ADJECTIVES = ['calm', 'bright', 'quiet', 'swift', 'warm', 'clear', 'green', 'golden', 'early', 'gentle'];
const NOUNS = ['harbor', 'meadow', 'river', 'garden', 'summit', 'bridge', 'island', 'forest', 'valley', 'lantern'];

/**
 * The id of this tab. It survives a reload, so that the new page replaces the old one's connection; but a *duplicated* tab, which
 * inherits its storage, gets an id of its own: the first tab holds a lock on it.
 */
export async function tabPeerId(): Promise<string> {
  const kept = read(sessionStorage, PEER_KEY);
  if (kept && (await claim(kept))) {
    return kept;
  }
  const fresh = randomId();
  await claim(fresh);
  write(sessionStorage, PEER_KEY, fresh);
  return fresh;
}

export function rememberedName(): string {
  return read(localStorage, NAME_KEY) ?? '';
}

export function rememberName(name: string): void {
  write(localStorage, NAME_KEY, name);
}

/** The servers that this tab has been told of for a room. */
export function rememberedServers(room: string): ServerMemory {
  return {
    read: () => {
      try {
        const kept = JSON.parse(sessionStorage.getItem(SERVERS_KEY) ?? '{}') as { room?: string; urls?: string[] };
        return kept.room === room && Array.isArray(kept.urls) ? kept.urls : [];
      } catch {
        return []; // Forbidden, or not ours.
      }
    },
    write: (urls) => {
      try {
        sessionStorage.setItem(SERVERS_KEY, JSON.stringify({ room, urls }));
      } catch {
        // Then only this page knows them.
      }
    },
  };
}

/** A name that can be told over the phone. */
export function suggestRoom(): string {
  const pick = (from: string[]) => from[Math.floor(Math.random() * from.length)]!;
  return `${pick(ADJECTIVES)}-${pick(NOUNS)}-${10 + Math.floor(Math.random() * 90)}`;
}

export function suggestName(): string {
  return `Guest ${100 + Math.floor(Math.random() * 900)}`;
}

/** @returns whether the id is ours now, until the page goes */
function claim(peerId: string): Promise<boolean> {
  if (!navigator.locks) {
    return Promise.resolve(true); // Not a secure context: there is no camera either.
  }
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(LOCK_PATIENCE_MS);
    const untilUnload = () => {
      resolve(true);
      return new Promise<never>(() => {});
    };
    navigator.locks.request(`plenum.peer.${peerId}`, { signal }, untilUnload).catch(() => resolve(false));
  });
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return [...bytes].map((byte) => byte.toString(36).padStart(2, '0')).join('');
}

/** Storage can be forbidden; then everything works but the memory. */
function read(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

function write(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // See above.
  }
}
