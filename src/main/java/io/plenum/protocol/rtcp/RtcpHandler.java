package io.plenum.protocol.rtcp;

/**
 * What an RTCP packet says, one call for each thing said, in the order of the bytes. All views are the reader's own and
 * are good during the call only. Whatever is not overridden is ignored.
 *
 * <p>A datagram of 1,500 bytes can make some 360 calls of {@link #onNack}, each for up to 17 packets; how much of what
 * is asked for is granted is the callee's to decide.
 */
public interface RtcpHandler {
  /** An SR begins (RFC 3550 §6.4.1); its blocks follow as {@link #onReportBlock}. */
  default void onSenderReport(SenderInfo info) {}

  /** An RR begins (RFC 3550 §6.4.2); its blocks follow as {@link #onReportBlock}. */
  default void onReceiverReport(int senderSsrc) {}

  /** One block of the SR or RR that {@code senderSsrc} sent. */
  default void onReportBlock(int senderSsrc, ReportBlock block) {}

  /** The canonical name of a source (RFC 3550 §6.5.1), UTF-8, at most 255 bytes. */
  default void onCname(int ssrc, byte[] bytes, int offset, int length) {}

  /** A source leaves (RFC 3550 §6.6); one call for each. */
  default void onBye(int ssrc) {}

  /** XR: the clock of one who only receives (RFC 3611 §4.4). {@code ntpTime} as in {@link SenderInfo#ntpTime}. */
  default void onReceiverReferenceTime(int senderSsrc, long ntpTime) {}

  /**
   * XR: the answer to our own receiver reference time (RFC 3611 §4.5).
   *
   * @param ssrc whose reference time is answered
   * @param lastReceiverReport middle 32 bits of that time
   * @param delaySinceLastReceiverReport in 1/65536 s
   */
  default void onDlrr(int senderSsrc, int ssrc, long lastReceiverReport, long delaySinceLastReceiverReport) {}

  /** A generic NACK begins (RFC 4585 §6.2.1); its items follow as {@link #onNack}. */
  default void onNackBegin(int senderSsrc, int mediaSsrc, int itemCount) {}

  /**
   * One item of a generic NACK: packet {@code pid} is missing, and {@code pid + 1 + i} for each bit {@code i} of
   * {@code blp}. Unless overridden, calls {@link #onNackedSequenceNumber} for each.
   */
  default void onNack(int senderSsrc, int mediaSsrc, int pid, int blp) {
    onNackedSequenceNumber(senderSsrc, mediaSsrc, pid);
    for (int bits = blp; bits != 0; bits &= bits - 1) {
      int sequenceNumber = pid + 1 + Integer.numberOfTrailingZeros(bits) & 0xffff;
      onNackedSequenceNumber(senderSsrc, mediaSsrc, sequenceNumber);
    }
  }

  /** One packet that is asked for again. */
  default void onNackedSequenceNumber(int senderSsrc, int mediaSsrc, int sequenceNumber) {}

  /** Picture loss indication (RFC 4585 §6.3.1). */
  default void onPli(int senderSsrc, int mediaSsrc) {}

  /** One entry of a full intra request (RFC 5104 §4.3.1). The same number again is the same request again. */
  default void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {}

  default void onRemb(Remb remb) {}

  default void onTransportFeedback(TransportFeedback feedback) {}
}
