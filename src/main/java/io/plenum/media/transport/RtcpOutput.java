package io.plenum.media.transport;

import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.RtpFeedback;
import io.plenum.protocol.rtcp.RtcpWriter;

/** Writes and sends the RTCP that cannot wait for the next report: NACK, PLI, FIR. Reduced-size (RFC 5506). */
final class RtcpOutput implements RtpFeedback {
  /** Fits every path with its IP, UDP and SRTP overhead. */
  static final int MAX_PACKET_BYTES = 1_200;

  private final RtpLink link;
  private final byte[] bytes;
  private final RtcpWriter writer = new RtcpWriter();
  private final int senderSsrc;
  private long nowNs;
  private int firCommandNumber;

  /** @param senderSsrc what we call ourselves where we only receive */
  RtcpOutput(RtpLink link, RouterEnvironment environment, int senderSsrc) {
    this.link = link;
    this.bytes = environment.rtcpOut;
    this.senderSsrc = senderSsrc;
  }

  int senderSsrc() {
    return senderSsrc;
  }

  /** The time of the packet or timeout in hand. */
  void now(long nowNs) {
    this.nowNs = nowNs;
  }

  /** A writer for one packet, to be sent with {@link #send}. */
  RtcpWriter begin() {
    writer.begin(bytes, 0, MAX_PACKET_BYTES);
    return writer;
  }

  /** The writer of the packet that {@link #begin} began. */
  RtcpWriter writer() {
    return writer;
  }

  void send() {
    if (writer.length() > 0 && link.isConnected()) {
      link.sendRtcp(bytes, 0, writer.length(), nowNs);
    }
  }

  /** Sends RTCP that somebody else has written. */
  void sendCopy(byte[] packet, int offset, int length) {
    if (link.isConnected()) {
      System.arraycopy(packet, offset, bytes, 0, length);
      link.sendRtcp(bytes, 0, length, nowNs);
    }
  }

  @Override
  public void sendNack(int ssrc, int[] sequenceNumbers, int count) {
    int from = 0;
    while (from < count) {
      begin();
      int written = writer.nack(senderSsrc, ssrc, sequenceNumbers, from, count - from);
      if (written == 0) {
        return;
      }
      from += written;
      send();
    }
  }

  @Override
  public void sendKeyFrameRequest(int ssrc, boolean pli) {
    begin();
    if (pli) {
      writer.pli(senderSsrc, ssrc);
    } else {
      firCommandNumber = firCommandNumber + 1 & 0xff;
      writer.fir(senderSsrc, ssrc, firCommandNumber);
    }
    send();
  }
}
