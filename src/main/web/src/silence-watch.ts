/** A server that has said nothing for this long is asked something. While somebody speaks it says more than that by itself. */
export const QUIET_MS = 4_000;
/** How long the answer may take. A radio that changes its cell, or a packet that TCP sends three times, takes two or three seconds. */
export const ANSWER_MS = 5_000;

/**
 * Notices when the other end has fallen silent: a machine without power, or a firewall that has forgotten us, closes nothing. The
 * server's WebSocket pings are the browser's to answer, and no page hears of them; so the page asks, but only when all is quiet.
 * It waits for nothing before the first word: a node that warms up takes connections and lets them wait.
 */
export class SilenceWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private over = false;

  /**
   * @param ask makes the server say something
   * @param onSilent it has not; called once
   */
  constructor(
    private readonly ask: () => void,
    private readonly onSilent: () => void,
  ) {}

  /** Something has come, whatever it is. */
  onHeard(): void {
    this.waitFor(QUIET_MS, () => {
      // A page that was asleep gets here late, and the answer has its time all the same.
      this.waitFor(ANSWER_MS, () => {
        this.close();
        this.onSilent();
      });
      this.ask();
    });
  }

  close(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  private waitFor(ms: number, then: () => void): void {
    clearTimeout(this.timer);
    if (!this.over) {
      this.timer = setTimeout(then, ms);
    }
  }
}
