/** Time for tests. Its own few lines, because what node:test brings behaves differently in each version of Node that we build with. */

interface Timeout {
  readonly dueMs: number;
  readonly action: () => void;
}

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
const timeouts = new Map<number, Timeout>();
let nowMs = 0;
let lastId = 0;

/** From now on timeouts come when {@link tick} says so. */
export function stopTime(): void {
  timeouts.clear();
  nowMs = 0;
  const set = (action: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => {
    lastId += 1;
    timeouts.set(lastId, { dueMs: nowMs + ms, action: () => action(...values) });
    return lastId;
  };
  globalThis.setTimeout = set as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((id?: number) => void timeouts.delete(id ?? 0)) as typeof clearTimeout;
}

/** So much time passes at once: what is due comes in the order of its time, and what begins meanwhile begins when it is over. */
export function tick(ms: number): void {
  nowMs += ms;
  for (;;) {
    const [next] = [...timeouts]
      .filter(([, { dueMs }]) => dueMs <= nowMs)
      .sort(([a, one], [b, other]) => one.dueMs - other.dueMs || a - b);
    if (!next) {
      return;
    }
    timeouts.delete(next[0]);
    next[1].action();
  }
}

/** Time is real again. */
export function startTime(): void {
  Object.assign(globalThis, real);
}
