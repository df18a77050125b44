/** The first try again comes after about this long: a node that restarts is often back at once. */
const FIRST_DELAY_MS = 600;
/** However long the server is gone, a person does not want to wait longer than this for the next try. */
const MAX_DELAY_MS = 15_000;

/**
 * How long to wait before connecting again. Doubles with each failure, and is drawn from the upper half of that span, so that
 * a thousand pages that lost the same server do not come back in the same instant.
 *
 * @param failures how many tries have failed in a row, 1 or more
 * @param random from 0 (inclusive) to 1
 */
export function backoffMs(failures: number, random: number): number {
  const span = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(span * (0.5 + random / 2));
}
