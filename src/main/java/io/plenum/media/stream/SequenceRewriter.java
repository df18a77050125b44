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
  /** In a slot beside the number: the packet has it. Without, the packet was left out, and the number is the last one given before. */
  private static final int USED = 1 << 16;

  private final int maxWindow;
  /** What became of the packets that came. */
  private int[] slots;
  /** Which packets have a slot; for the others of the window numbers are kept, and follow from the next one that has. */
  private SequenceBits known;
  private int mask;
  private boolean begun;
  /** What is older has no number. */
  private long firstSource;
  private long highestSource;
  private long highestOut;

  /** @param firstNumber 16 bit, of the first packet that goes out */
  public SequenceRewriter(int firstNumber) {
    this(firstNumber, WINDOW);
  }

  /** @param window a power of two, 64 or more */
  SequenceRewriter(int firstNumber, int window) {
    maxWindow = window;
    slots = new int[Math.min(INITIAL_WINDOW, window)];
    known = new SequenceBits(slots.length);
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
      put(source, number | USED);
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
      put(source, (int) highestOut & NUMBER);
      return NONE;
    }
    return takeReserved(source);
  }

  /**
   * The number that {@code source} has been given or that is kept for it, or {@link #NONE}. Of what was given it knows the last
   * {@link #INITIAL_WINDOW} at least.
   */
  public int numberOf(long source) {
    if (!remembered(source)) {
      return NONE;
    }
    if (!known.get(source)) {
      return kept(source);
    }
    int slot = slots[(int) source & mask];
    return (slot & USED) == 0 ? NONE : slot & NUMBER;
  }

  /** Another one that goes on from the same state. */
  SequenceRewriter copy() {
    SequenceRewriter copy = new SequenceRewriter(0, maxWindow);
    copy.slots = slots.clone();
    copy.known = known.copy();
    copy.mask = mask;
    copy.begun = begun;
    copy.firstSource = firstSource;
    copy.highestSource = highestSource;
    copy.highestOut = highestOut;
    return copy;
  }

  /** The newest source packet that it was told of. */
  long highestSource() {
    return highestSource;
  }

  /** The highest number given so far, unwrapped. */
  public long highest() {
    return highestOut;
  }

  /** All before {@code source} that did not come is missing from now on, and {@code source} is the highest. */
  private void advance(long source) {
    if (!begun || source - highestSource > MAX_LOSS) {
      sync(source, 1);
    }
    while (slots.length < maxWindow && wouldForget(source)) {
      grow();
    }
    known.clear(highestSource + 1, source);
    highestOut += source - highestSource - 1;
    highestSource = source;
  }

  /** A number that still waits for its packet is not forgotten if that can be. */
  private boolean wouldForget(long source) {
    long from = Math.max(firstSource, highestSource - mask);
    long to = source - slots.length;
    return to >= from && (to > highestSource || !known.areSet(from, to));
  }

  private void grow() {
    int[] larger = new int[2 * slots.length];
    SequenceBits largerKnown = new SequenceBits(larger.length);
    long last = highestSource;
    // What is older has been forgotten, and stays so, although there is room for it now.
    firstSource = Math.max(firstSource, last - mask);
    for (long at = firstSource; (at = known.firstSet(at, last)) >= 0; at++) {
      larger[(int) at & larger.length - 1] = slots[(int) at & mask];
      largerKnown.set(at);
    }
    slots = larger;
    known = largerKnown;
    mask = larger.length - 1;
  }

  /** Source packets whose fate is remembered now. */
  int window() {
    return slots.length;
  }

  private void put(long source, int slot) {
    slots[(int) source & mask] = slot;
    known.set(source);
  }

  private int takeReserved(long source) {
    if (!remembered(source) || known.get(source)) {
      return NONE;
    }
    int number = kept(source);
    put(source, number | USED);
    return number;
  }

  /** All missing packets in a row have numbers in a row, up to that of the next packet that came. */
  private int kept(long source) {
    long next = known.firstSet(source + 1, highestSource);
    int slot = slots[(int) next & mask];
    int before = (slot & USED) == 0 ? slot : slot - 1;
    return before - (int) (next - 1 - source) & NUMBER;
  }

  private boolean remembered(long source) {
    return begun && source >= firstSource && source <= highestSource && highestSource - source <= mask;
  }
}
