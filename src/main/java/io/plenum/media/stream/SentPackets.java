package io.plenum.media.stream;

/**
 * What went out lately on one SSRC: enough to build each packet again from the producer's {@link PacketHistory}, where
 * the bytes are. A ring by outgoing sequence number in one primitive array, so that a packet touches one cache line; it
 * grows up to a limit while packets younger than the wanted age would be overwritten.
 */
public final class SentPackets {
  /** As the history: enough for two seconds of audio. */
  static final int INITIAL_PACKETS = 128;
  /** Two seconds at 8 Mbit/s; what is older cannot be resent. */
  static final int MAX_PACKETS = 2048;
  /** Answer of {@link #find}. */
  public static final int NOT_FOUND = -1;
  /** Source streams of one outgoing stream that can be told apart here. */
  public static final int MAX_SOURCES = 16;

  private static final long NEVER = Long.MIN_VALUE;
  /** In place of source and number. */
  private static final long EMPTY = -1;
  private static final int MARKER = 1 << 31;
  private static final int FILLER = 1 << 28;

  /** What a slot holds: the source's sequence (48 bits) and the outgoing number (16 bits); … */
  private static final int NUMBER = 0;
  /** … when it went out; when it was sent again, or NEVER; … */
  private static final int SENT_NS = 1;
  private static final int RESENT_NS = 2;
  /** … timestamp (32 bits), marker 1, filler 1, source stream 4 from bit 24, TL0PICIDX 8 from bit 16, picture id 16. */
  private static final int DETAILS = 3;
  private static final int SLOT_SHIFT = 2;

  private static final long[] NO_FORMS = {};

  private final long wantedAgeNs;
  private long[] slots = empty(INITIAL_PACKETS);
  /** One {@link SentForm} for each slot, or nothing where none is wanted. */
  private long[] forms = NO_FORMS;

  public SentPackets(long wantedAgeNs) {
    this(wantedAgeNs, false);
  }

  /** @param keepsForms remembers how each packet left: 8 bytes more, 16 KiB of a stream at the most */
  public SentPackets(long wantedAgeNs, boolean keepsForms) {
    this.wantedAgeNs = wantedAgeNs;
    if (keepsForms) {
      forms = new long[INITIAL_PACKETS];
    }
  }

  private static long[] empty(int packets) {
    long[] slots = new long[packets << SLOT_SHIFT];
    for (int slot = 0; slot < slots.length; slot += 1 << SLOT_SHIFT) {
      slots[slot + NUMBER] = EMPTY;
    }
    return slots;
  }

  /** Where the slot of that outgoing number begins. */
  private int slot(int sequenceNumber) {
    return sequenceNumber << SLOT_SHIFT & slots.length - 1;
  }

  /**
   * Remembers a packet as it goes out.
   *
   * @param sequenceNumber 16 bit, outgoing
   * @param source the producer's unwrapped sequence, below 2^47
   * @param pictureId and tl0PictureIndex as sent; whatever if the packet has none
   */
  public void add(int sequenceNumber, long source, int streamIndex, int timestamp, boolean marker, int pictureId,
      int tl0PictureIndex, long nowNs) {
    int slot = slot(sequenceNumber);
    if (slots[slot + NUMBER] != EMPTY && (int) slots[slot + NUMBER] << 16 != sequenceNumber << 16
        && nowNs - slots[slot + SENT_NS] < wantedAgeNs && capacity() < MAX_PACKETS) {
      grow();
      slot = slot(sequenceNumber);
    }
    slots[slot + NUMBER] = source << 16 | sequenceNumber;
    slots[slot + SENT_NS] = nowNs;
    slots[slot + RESENT_NS] = NEVER;
    int details = (marker ? MARKER : 0) | (streamIndex & MAX_SOURCES - 1) << 24 | (tl0PictureIndex & 0xff) << 16
        | pictureId & 0xffff;
    slots[slot + DETAILS] = (long) timestamp << 32 | details & 0xffff_ffffL;
    if (forms != NO_FORMS) {
      forms[slot >> SLOT_SHIFT] = SentForm.NONE;
    }
  }

  /** The same of an empty packet that went out in place of the {@code source} packet. */
  public void addFiller(int sequenceNumber, long source, int streamIndex, int timestamp, long nowNs) {
    add(sequenceNumber, source, streamIndex, timestamp, false, 0, 0, nowNs);
    slots[slot(sequenceNumber) + DETAILS] |= FILLER;
  }

  /** The entry of that outgoing number, good until the next {@link #add}, or {@link #NOT_FOUND}. */
  public int find(int sequenceNumber, long nowNs) {
    int slot = slot(sequenceNumber);
    boolean found = slots[slot + NUMBER] != EMPTY && (slots[slot + NUMBER] & 0xffff) == sequenceNumber
        && nowNs - slots[slot + SENT_NS] <= wantedAgeNs;
    return found ? slot : NOT_FOUND;
  }

  /** The packet of that outgoing number, which was added last, has left; without effect if forms are not kept. */
  public void onSent(int sequenceNumber, long form) {
    if (forms != NO_FORMS) {
      forms[slot(sequenceNumber) >> SLOT_SHIFT] = form;
    }
  }

  /** Form in which it left, or {@link SentForm#NONE}. */
  public long form(int entry) {
    return forms == NO_FORMS ? SentForm.NONE : forms[entry >> SLOT_SHIFT];
  }

  /** When it left for the first time. */
  public long sentNs(int entry) {
    return slots[entry + SENT_NS];
  }

  public long source(int entry) {
    return slots[entry + NUMBER] >>> 16;
  }

  public int streamIndex(int entry) {
    return (int) slots[entry + DETAILS] >> 24 & MAX_SOURCES - 1;
  }

  public int timestamp(int entry) {
    return (int) (slots[entry + DETAILS] >>> 32);
  }

  public boolean marker(int entry) {
    return ((int) slots[entry + DETAILS] & MARKER) != 0;
  }

  /** Only its header went out. */
  public boolean filler(int entry) {
    return (slots[entry + DETAILS] & FILLER) != 0;
  }

  public int pictureId(int entry) {
    return (int) slots[entry + DETAILS] & 0xffff;
  }

  public int tl0PictureIndex(int entry) {
    return (int) slots[entry + DETAILS] >> 16 & 0xff;
  }

  public boolean wasResent(int entry) {
    return slots[entry + RESENT_NS] != NEVER;
  }

  /** True if the packet was not resent within the last {@code intervalNs}. */
  public boolean mayResend(int entry, long intervalNs, long nowNs) {
    return slots[entry + RESENT_NS] == NEVER || nowNs - slots[entry + RESENT_NS] >= intervalNs;
  }

  public void onResent(int entry, long nowNs) {
    slots[entry + RESENT_NS] = nowNs;
  }

  /** How many packets it has room for now. */
  public int capacity() {
    return slots.length >> SLOT_SHIFT;
  }

  private void grow() {
    long[] old = slots;
    long[] oldForms = forms;
    slots = empty(2 * capacity());
    forms = oldForms == NO_FORMS ? NO_FORMS : new long[2 * oldForms.length];
    for (int from = 0; from < old.length; from += 1 << SLOT_SHIFT) {
      if (old[from + NUMBER] != EMPTY) {
        int to = slot((int) (old[from + NUMBER] & 0xffff));
        System.arraycopy(old, from, slots, to, 1 << SLOT_SHIFT);
        if (oldForms != NO_FORMS) {
          forms[to >> SLOT_SHIFT] = oldForms[from >> SLOT_SHIFT];
        }
      }
    }
  }
}
