package io.plenum.protocol.rtcp;

/** The numbers that say what an RTCP packet is (RFC 3550 §12.1, RFC 3611, RFC 4585 §6, RFC 5104 §4). */
final class RtcpType {
  /** Version, count, type and length, before each packet of a compound. */
  static final int HEADER_BYTES = 4;
  /** RFC 3550 §6.4.1: the count has five bits. */
  static final int MAX_COUNT = 31;

  static final int SR = 200;
  static final int RR = 201;
  static final int SDES = 202;
  static final int BYE = 203;
  static final int RTPFB = 205;
  static final int PSFB = 206;
  static final int XR = 207;

  /** RFC 4585 §6.2.1 */
  static final int RTPFB_NACK = 1;
  /** draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1 */
  static final int RTPFB_TRANSPORT_CC = 15;
  /** RFC 4585 §6.3.1 */
  static final int PSFB_PLI = 1;
  /** RFC 5104 §4.3.1 */
  static final int PSFB_FIR = 4;
  /** RFC 4585 §6.4; REMB is one of these. */
  static final int PSFB_APPLICATION = 15;
  /** draft-alvestrand-rmcat-remb-03 §2.2: the letters R E M B. */
  static final int REMB_IDENTIFIER = 0x52454d42;

  /** RFC 3550 §6.5 */
  static final int SDES_CNAME = 1;
  /** RFC 3611 §4.4 */
  static final int XR_RECEIVER_REFERENCE_TIME = 4;
  /** RFC 3611 §4.5 */
  static final int XR_DLRR = 5;
  /** An SSRC, the last RR it sent, and the delay since. */
  static final int DLRR_ENTRY_BYTES = 12;

  private RtcpType() {}
}
