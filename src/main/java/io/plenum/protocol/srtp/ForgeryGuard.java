package io.plenum.protocol.srtp;

/**
 * Bounds what forged packets cost. To find out that one is forged costs two to four times as much as a good one, as the
 * JDK tells it by an exception. So while many are found, what is unlikely to be good (an SSRC of which nothing was ever
 * authentic, or a sequence number far ahead) is looked at only now and then: a forger who cannot read the stream gets a
 * small share of the work that he means to cause, and a stream that really begins, or jumps, is still found soon.
 */
final class ForgeryGuard {
  /** Forgeries not yet outweighed by good packets. Damaged or stray packets come one by one; this is an attack. */
  static final int ALARM = 1_024;
  /** One of so many unlikely packets is looked at then, a power of two: of a new stream, one of its first few dozen. */
  static final int SAMPLE = 16;
  /** However long an attack was, so many good packets end the alarm: a second or two of a call. */
  private static final int CALMING_PACKETS = 256;
  /** How many forgeries a good packet outweighs. */
  private static final int CALMING = 4;

  private int suspicion;
  private int unlikely;

  void onForged() {
    suspicion = Math.min(suspicion + 1, ALARM + CALMING * CALMING_PACKETS);
  }

  void onAuthentic() {
    suspicion = Math.max(0, suspicion - CALMING);
  }

  /**
   * Whether a packet that is unlikely to be good should be dropped unseen.
   *
   * @param lastByte of the packet, which its sender does not choose: the choice must not fall into step with a flood
   */
  boolean sparesUnlikely(int lastByte) {
    return suspicion > ALARM && (unlikely++ + lastByte & SAMPLE - 1) != 0;
  }
}
