/** While somebody types, the others are told so often. */
const REPEAT_MS = 2_000;
/** Two repetitions may be lost. */
export const TYPING_MS = 5_000;
/** A crowd that types is "several people". */
const MAX_TYPING = 100;

/** Who is typing, and whether it is time to say that we are. */
export class Typing {
  private readonly untilMs = new Map<string, number>();
  private told = false;
  private toldMs = -Infinity;

  get peerIds(): string[] {
    return [...this.untilMs.keys()];
  }

  /** Whether the others should be told now. */
  shouldTell(on: boolean, nowMs: number): boolean {
    const news = on !== this.told || (on && nowMs - this.toldMs >= REPEAT_MS);
    if (news) {
      this.told = on;
      this.toldMs = nowMs;
    }
    return news;
  }

  /** @returns whether that changes who is typing */
  heard(peerId: string, on: boolean, nowMs: number): boolean {
    if (!on) {
      return this.untilMs.delete(peerId);
    }
    const known = this.untilMs.has(peerId);
    if (!known && this.untilMs.size >= MAX_TYPING) {
      return false;
    }
    this.untilMs.set(peerId, nowMs + TYPING_MS);
    return !known;
  }

  /** @returns whether that changes who is typing */
  expire(nowMs: number): boolean {
    const over = [...this.untilMs].filter(([, untilMs]) => nowMs >= untilMs).map(([peerId]) => peerId);
    over.forEach((peerId) => this.untilMs.delete(peerId));
    return over.length > 0;
  }
}
