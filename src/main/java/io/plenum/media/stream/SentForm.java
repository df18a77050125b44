package io.plenum.media.stream;

import java.util.zip.CRC32C;

/**
 * Form in which a link let a packet go: its transport-wide sequence number, its length with all padding, and a checksum
 * over the whole plain packet. With the time at which it left this is all that makes the same packet again, and that
 * shows that it is the same. One {@code long}, so that keeping it costs no object.
 */
public final class SentForm {
  /** No form: the packet was not sent, or is repaired otherwise. A packet has a length, so no form is 0. */
  public static final long NONE = 0;

  private static final int LENGTH_SHIFT = 32;
  private static final int LENGTH_MASK = 0x7fff;
  private static final int NUMBER_SHIFT = 47;

  private SentForm() {}

  /**
   * Form of a plain packet that is complete.
   *
   * @param transportSequenceNumber 16 bits, or -1 if the packet carries none
   * @param checksum scratch
   */
  public static long of(int transportSequenceNumber, byte[] packet, int offset, int length, CRC32C checksum) {
    checksum.reset();
    checksum.update(packet, offset, length);
    return (transportSequenceNumber + 1L) << NUMBER_SHIFT | (long) (length & LENGTH_MASK) << LENGTH_SHIFT
        | checksum.getValue();
  }

  /** 16 bits, or -1 if the packet carried none. */
  public static int transportSequenceNumber(long form) {
    return (int) (form >>> NUMBER_SHIFT) - 1;
  }

  /** In bytes, without what SRTP adds. */
  public static int length(long form) {
    return (int) (form >>> LENGTH_SHIFT) & LENGTH_MASK;
  }
}
