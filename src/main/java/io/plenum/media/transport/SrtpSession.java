package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.srtp.SrtpSender;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Both directions of one transport's SRTP, and what must not pile up in a long session: the state of SSRCs that were given
 * up is freed, or a peer that turns its camera off and on for an hour would reach the limit of SSRCs and be black for
 * the rest of the call.
 */
final class SrtpSession {
  /** How long packets of a stream that has ended may still be on their way; they would only make its state anew. */
  static final long RETIREMENT_NS = 5_000_000_000L;

  private record Retired(int ssrc, long sinceNs) {}

  private final SrtpSender sender;
  private final SrtpReceiver receiver;
  private final int maxRetired;
  private final long retirementNs;
  private final Deque<Retired> retired = new ArrayDeque<>();

  /** With a browser's limits. */
  SrtpSession(SrtpKeys local, SrtpKeys remote) {
    this(local, remote, SrtpReceiver.DEFAULT_MAX_RTP_SSRCS, SrtpReceiver.DEFAULT_MAX_RTCP_SSRCS, RETIREMENT_NS);
  }

  /** @param retirementNs how long an SSRC that was given up may come again and go on as before */
  SrtpSession(SrtpKeys local, SrtpKeys remote, int maxRtpSsrcs, int maxRtcpSsrcs, long retirementNs) {
    sender = new SrtpSender(local);
    receiver = new SrtpReceiver(remote, maxRtpSsrcs, maxRtcpSsrcs);
    this.maxRetired = maxRtpSsrcs;
    this.retirementNs = retirementNs;
  }

  /** See {@link SrtpReceiver#unprotectRtp}. */
  int unprotectRtp(byte[] in, int inOffset, int length, byte[] out) {
    return receiver.unprotectRtp(in, inOffset, length, out, 0);
  }

  /** See {@link SrtpReceiver#unprotectRtcp}. */
  int unprotectRtcp(byte[] in, int inOffset, int length, byte[] out, long nowNs) {
    return receiver.unprotectRtcp(in, inOffset, length, out, 0, nowNs);
  }

  /** See {@link SrtpReceiver#isNewest}. */
  boolean isNewest() {
    return receiver.isNewest();
  }

  /** See {@link SrtpSender#protectRtp}. */
  int protectRtp(byte[] packet, int offset, int headerLength, int length) {
    return sender.protectRtp(packet, offset, headerLength, length);
  }

  /** See {@link SrtpSender#protectRtcp}. */
  int protectRtcp(byte[] packet, int offset, int length) {
    return sender.protectRtcp(packet, offset, length);
  }

  /** An SSRC of ours will never be sent again. */
  void forgetLocal(int ssrc) {
    sender.forget(ssrc);
  }

  /** The producer with that SSRC has closed; its state goes some time later, see {@link #forgetRetired}. */
  void retireRemote(int ssrc, long nowNs) {
    if (retired.size() == maxRetired) {
      // More than can be known: the oldest has been forgotten, or never came.
      receiver.forget(retired.removeFirst().ssrc);
    }
    retired.addLast(new Retired(ssrc, nowNs));
  }

  /** Called before new streams begin. {@code inUse} says which SSRCs a producer has again. */
  void forgetRetired(IntPredicate inUse, long nowNs) {
    retired.removeIf(each -> {
      boolean due = nowNs - each.sinceNs >= retirementNs;
      if (due && !inUse.test(each.ssrc)) {
        receiver.forget(each.ssrc);
      }
      return due || inUse.test(each.ssrc);
    });
  }

  /** SSRCs of ours that state is kept for. */
  int localSsrcs() {
    return sender.streams();
  }

  /** SSRCs of RTP that state is kept for. */
  int remoteSsrcs() {
    return receiver.rtpSsrcs();
  }

  long dropped(SrtpDrop reason) {
    return receiver.dropped(reason);
  }

  void dump(Dump out) {
    out.value("remoteSsrcs", receiver.rtpSsrcs())
        .value("remoteRtcpSsrcs", receiver.rtcpSsrcs())
        .value("localSsrcs", sender.streams())
        .value("retired", retired.size());
    for (SrtpDrop reason : SrtpDrop.values()) {
      if (receiver.dropped(reason) > 0) {
        out.value("dropped_" + reason.label(), receiver.dropped(reason));
      }
      if (sender.dropped(reason) > 0) {
        out.value("notSent_" + reason.label(), sender.dropped(reason));
      }
    }
  }
}
