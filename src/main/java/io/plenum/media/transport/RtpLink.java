package io.plenum.media.transport;

/** What carries an RTP session's packets: ICE and DTLS towards a browser, a UDP pipe towards another node. */
public interface RtpLink {
  /** Packets can be sent now. */
  boolean isConnected();

  /** Whether packets of equal size that are sent one soon after the other cost less. */
  default boolean sendsTogether() {
    return false;
  }

  /**
   * Protects and sends one packet.
   *
   * @param packet the session's scratch memory; there is room for the tag behind, and the bytes are changed
   */
  void sendRtp(byte[] packet, int offset, int headerLength, int length, long nowNs);

  /** Protects and sends one RTCP packet, compound or not; the bytes are changed. */
  void sendRtcp(byte[] packet, int offset, int length, long nowNs);
}
