package io.plenum.media.stream;

import io.plenum.protocol.rtcp.RtcpWriter;

/**
 * Answers the receiver reference time of the peer (RFC 3611 §4.4) with a DLRR block, from which it learns its round trip
 * to us. Of several questions between two reports the last is answered: a peer asks under one SSRC.
 */
public final class ReferenceTimeAnswer {
  /** An XR with one entry of DLRR. */
  public static final int BYTES = 8 + 4 + 12;

  private int ssrc;
  private long ntpTime;
  private long arrivalNs;
  private boolean asked;

  /** The peer has said what its clock shows. */
  public void onReceiverReferenceTime(int senderSsrc, long ntpTime, long nowNs) {
    this.ssrc = senderSsrc;
    this.ntpTime = ntpTime;
    arrivalNs = nowNs;
    asked = true;
  }

  /** Adds the answer if there is one to give, and room. */
  public void write(RtcpWriter writer, int senderSsrc, long nowNs) {
    if (asked && writer.extendedReport(senderSsrc)) {
      asked = false;
      writer.dlrr(ssrc, NtpTime.middle(ntpTime), NtpTime.shortFromNs(nowNs - arrivalNs));
    }
  }
}
