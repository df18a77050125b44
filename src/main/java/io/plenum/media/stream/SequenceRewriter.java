package io.plenum.media.stream;

/**
 * Gives the packets of producer streams the sequence numbers of one outgoing SSRC. What we leave out on purpose leaves
 * no gap; what was lost on its way to us does, so that the receiver sees the loss, and its number is kept for it in
 * case it still comes.
 *
 * <p>Also numbers other things that count up and have holes, such as VP8's picture ids.
 */
public final class SequenceRewriter {
  /** Answer when the packet has no number: it was left out, is a duplicate, or older than we remember. */
  public static final int NONE = -1;

  /** Source packets whose fate is remembered. Later is late for a decoder too: 2 s at 8 Mbit/s. */
  static final int WINDOW = 2048;
  /** At first, and as long as no more is missing: whatever is older and was used has no second use. */
  static final int INITIAL_WINDOW = 128;
  /** As in RFC 3550 §A.1: a larger hole in the source is a new beginning, not loss that we must show. */
  static final int MAX_LOSS = SequenceTracker.MAX_DROPOUT;

  private static final int NUMBER = 0xffff;
  /** In a slot beside the number: it is kept for a packet that has not come. */
  private static final int RESERVED = 1 << 16;
  /** In a slot beside the number: it is used. A slot of 0 says that the packet was left out. */
  private static final int USED = 1 << 17;

  private final int maxWindow;
  private int[] slots;
  private int mask;
  private boolean begun;
  private long firstSource;
  private long highestSource;
  private long highestOut;

  /** @param firstNumber 16 bit, of the first packet that goes out */
  public SequenceRewriter(int firstNumber) {
    this(firstNumber, WINDOW);
  }

  SequenceRewriter(int firstNumber, int window) {
    maxWindow = window;
    slots = new int[Math.min(INITIAL_WINDOW, window)];
    mask = slots.length - 1;
    // One cycle up, so that it is never negative.
    highestOut = (firstNumber & NUMBER) + NUMBER;
  }

  /**
   * The next numbers belong to another source stream, or to another place in it, which begins at {@code source};
   * packets from before it get none.
   *
   * @param gap numbers to leave free: 1 tells the receiver that the last frame before was not complete
   */
  public void sync(long source, int gap) {
    highestOut += begun ? gap : 0;
    begun = true;
    firstSource = source;
    highestSource = source - 1;
  }

  /** The number for a packet that goes out, 16 bit, or {@link #NONE}. */
  public int forward(long source) {
    if (source > highestSource || !begun) {
      advance(source);
      int number = (int) ++highestOut & NUMBER;
      remember(source, number | USED);
      return number;
    }
    return takeReserved(source);
  }

  /**
   * A packet is left out. Nearly always {@link #NONE}; but if a gap was already left for it because it seemed lost, the
   * number of that gap, which the caller may fill with an empty packet.
   */
  public int drop(long source) {
    if (source > highestSource || !begun) {
      advance(source);
      remember(source, 0);
      return NONE;
    }
    return takeReserved(source);
  }

  /**
   * The number that {@code source} has been given or that is kept for it, or {@link #NONE}. Of what was given it knows the last
   * {@link #INITIAL_WINDOW} at least.
   */
  public int numberOf(long source) {
    int slot = remembered(source) ? slots[(int) source & mask] : 0;
    return slot == 0 ? NONE : slot & NUMBER;
  }

  /** The highest number given so far, unwrapped. */
  public long highest() {
    return highestOut;
  }

  /** All before {@code source} that did not come is missing from now on. */
  private void advance(long source) {
    if (!begun || source - highestSource > MAX_LOSS) {
      sync(source, 1);
    }
    for (long missing = highestSource + 1; missing < source; missing++) {
      remember(missing, (int) ++highestOut & NUMBER | RESERVED);
    }
  }

  /** The next source packet's fate. A number that still waits for its packet is not forgotten if that can be. */
  private void remember(long source, int slot) {
    while (slots.length < maxWindow && source - slots.length >= firstSource
        && (slots[(int) source & mask] & RESERVED) != 0) {
      grow();
    }
    slots[(int) source & mask] = slot;
    highestSource = source;
  }

  private void grow() {
    int[] larger = new int[2 * slots.length];
    for (long known = Math.max(firstSource, highestSource - mask); known <= highestSource; known++) {
      larger[(int) known & larger.length - 1] = slots[(int) known & mask];
    }
    slots = larger;
    mask = larger.length - 1;
  }

  /** Source packets whose fate is remembered now. */
  int window() {
    return slots.length;
  }

  private int takeReserved(long source) {
    if (!remembered(source)) {
      return NONE;
    }
    int slot = slots[(int) source & mask];
    if ((slot & RESERVED) == 0) {
      return NONE;
    }
    slots[(int) source & mask] = slot & NUMBER | USED;
    return slot & NUMBER;
  }

  private boolean remembered(long source) {
    return begun && source >= firstSource && source <= highestSource && highestSource - source <= mask;
  }
}
