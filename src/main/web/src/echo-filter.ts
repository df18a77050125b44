/** One way may be slower than the other by this much. */
export const ECHO_MS = 3_000;
/** Of one person; who says more in that time is shown twice at worst. */
const MAX_RECENT = 200;
/** Longer texts that begin alike count as one, or a flood of them would be remembered in whole. */
const MAX_COMPARED_CHARS = 1_000;

interface Said {
  text: string;
  atMs: number;
  /** Over which channels it has come. */
  channels: Set<string>;
}

/**
 * While somebody moves to another server, what they say comes over two channels. Here it counts once: a text is an echo if another
 * channel of the same person brought it a moment ago. What one channel brings twice was said twice.
 */
export class EchoFilter {
  private readonly recent = new Map<string, Said[]>();

  isEcho(peerId: string, channel: string, given: string, nowMs: number): boolean {
    const text = given.slice(0, MAX_COMPARED_CHARS);
    const said = (this.recent.get(peerId) ?? []).filter(({ atMs }) => nowMs - atMs < ECHO_MS);
    const same = said.find((each) => each.text === text && !each.channels.has(channel));
    if (same) {
      same.channels.add(channel);
    } else if (said.length < MAX_RECENT) {
      said.push({ text, atMs: nowMs, channels: new Set([channel]) });
    }
    this.recent.set(peerId, said);
    return same !== undefined;
  }

  /** The person has left. */
  forget(peerId: string): void {
    this.recent.delete(peerId);
  }
}
