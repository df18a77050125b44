package io.plenum.protocol.sctp.packet;

/**
 * The extensions that one side announces, or that both have.
 *
 * @param partialReliability FORWARD-TSN (RFC 3758)
 * @param interleaving I-DATA (RFC 8260), and I-FORWARD-TSN in place of FORWARD-TSN
 * @param streamReset RE-CONFIG (RFC 6525)
 * @param zeroChecksum packets may come without a checksum because DTLS protects them (RFC 9653)
 */
public record Capabilities(
    boolean partialReliability, boolean interleaving, boolean streamReset, boolean zeroChecksum) {
  public static final Capabilities NONE = new Capabilities(false, false, false, false);

  private static final int PARTIAL_RELIABILITY = 1;
  private static final int INTERLEAVING = 2;
  private static final int STREAM_RESET = 4;
  private static final int ZERO_CHECKSUM = 8;

  /** What both have. */
  public Capabilities and(Capabilities other) {
    return fromBits(bits() & other.bits());
  }

  /** For the cookie. */
  public int bits() {
    return (partialReliability ? PARTIAL_RELIABILITY : 0) | (interleaving ? INTERLEAVING : 0)
        | (streamReset ? STREAM_RESET : 0) | (zeroChecksum ? ZERO_CHECKSUM : 0);
  }

  public static Capabilities fromBits(int bits) {
    return new Capabilities((bits & PARTIAL_RELIABILITY) != 0, (bits & INTERLEAVING) != 0, (bits & STREAM_RESET) != 0,
        (bits & ZERO_CHECKSUM) != 0);
  }
}
