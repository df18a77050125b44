package io.plenum.protocol.srtp;

/** The 48-bit index of a packet of which only the lower 16 bits are sent (RFC 3711 §3.3.1 and appendix A). */
final class PacketIndex {
  private static final int HALF = 0x8000;
  private static final int MASK = 0xffff;

  private PacketIndex() {}

  /**
   * The index with this sequence number that is nearest to the highest index so far.
   *
   * <p>Other than the RFC's pseudo-code, which would count down from roll-over counter 0 to 2^32 - 1: before the first
   * roll-over a number far above the highest is a jump ahead, since no round came before. libsrtp does the same.
   */
  static long estimate(long highest, int sequenceNumber) {
    long rollOverCounter = highest >>> 16;
    int highestSequenceNumber = (int) highest & MASK;
    if (highestSequenceNumber < HALF) {
      if (sequenceNumber - highestSequenceNumber > HALF && rollOverCounter > 0) {
        rollOverCounter--;
      }
    } else if (highestSequenceNumber - HALF > sequenceNumber) {
      rollOverCounter++;
    }
    return rollOverCounter << 16 | sequenceNumber;
  }
}
