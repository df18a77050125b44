import { ECHO_MS, EchoFilter } from './echo-filter';

/** How long the way over the former server may lag behind the new one before it counts as gone. */
export const HOLD_MS = 500;
/** Of one person; what is more is shown at once, in whatever order. */
const MAX_HELD = 100;

interface Person {
  /** The channel that their texts are shown from, and when it last brought one. */
  source: string;
  heardMs: number;
  /** What another channel has brought before this one. */
  held: { text: string; source: string; atMs: number }[];
}

/**
 * Each person's texts once and in the order in which they were said, also while they move to another server and two channels bring
 * them. Each channel keeps its order, but neither waits for the other: so the former one goes on to be shown, and what only the new
 * one has brought waits a moment for it.
 */
export class TextOrder {
  private readonly echoes = new EchoFilter();
  private readonly people = new Map<string, Person>();

  /** Whether the text is to be shown now. */
  arrive(peerId: string, source: string, text: string, nowMs: number): boolean {
    const echo = this.echoes.isEcho(peerId, source, text, nowMs);
    const person = this.people.get(peerId) ?? { source, heardMs: nowMs, held: [] };
    this.people.set(peerId, person);
    if (person.held.length === 0 && nowMs - person.heardMs >= ECHO_MS) {
      person.source = source;
    }
    if (source !== person.source) {
      const held = !echo && person.held.length < MAX_HELD;
      if (held) {
        person.held.push({ text, source, atMs: nowMs });
      }
      return !echo && !held;
    }
    person.heardMs = nowMs;
    const waiting = person.held.findIndex((each) => each.text === text);
    if (echo && waiting >= 0) {
      person.held.splice(waiting, 1);
      return true;
    }
    return !echo;
  }

  /** What has waited long enough: from now on the new channel is the one that is shown. */
  due(nowMs: number): { peerId: string; text: string }[] {
    const due: { peerId: string; text: string }[] = [];
    for (const [peerId, person] of this.people) {
      const first = person.held[0];
      if (first && nowMs - first.atMs >= HOLD_MS) {
        person.source = first.source;
        person.heardMs = nowMs;
        due.push(...person.held.map(({ text }) => ({ peerId, text })));
        person.held = [];
      }
    }
    return due;
  }

  /** The person has left. */
  forget(peerId: string): void {
    this.echoes.forget(peerId);
    this.people.delete(peerId);
  }
}
