/** What browsers take for a person's wish to hear something: a press of whatever kind, on whatever device. */
const PRESSES = ['pointerdown', 'pointerup', 'click', 'keydown'] as const;

/**
 * Sound that the browser holds back until the person has done something on the page. Whatever that is, sound plays from then on.
 */
export class HeldSound {
  private held = false;
  private readonly onPress = () => this.release();

  /**
   * @param page where presses are noticed, whatever they are for
   * @param play plays what is held back. @returns whether the browser lets it
   * @param onHeld told when sound is held back, and when it is not any more
   */
  constructor(
    private readonly page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>,
    private readonly play: () => boolean,
    private readonly onHeld: (held: boolean) => void,
  ) {}

  /** The browser has refused to play. */
  onRefused(): void {
    if (!this.held) {
      this.held = true;
      PRESSES.forEach((press) => this.page.addEventListener(press, this.onPress, { capture: true }));
      this.onHeld(true);
    }
  }

  /** Not every press is enough for every browser: then it is tried with the next. */
  private release(): void {
    if (this.play()) {
      this.held = false;
      PRESSES.forEach((press) => this.page.removeEventListener(press, this.onPress, { capture: true }));
      this.onHeld(false);
    }
  }
}
