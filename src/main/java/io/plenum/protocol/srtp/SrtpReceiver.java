package io.plenum.protocol.srtp;

import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.wire.Bytes;

/**
 * Checks and decrypts what one transport receives (RFC 3711, RFC 7714). Driven by the transport, on its loop only, and
 * only with packets from an address that ICE has verified.
 *
 * <p>Whoever sends us bytes decides how often this runs. So nothing throws, and nothing is kept for an SSRC until a
 * packet of it was authentic: until then its roll-over counter is taken to be 0. How many SSRCs are kept is limited;
 * the packets of further ones are dropped before any cryptography. Roll-over counter and window move only after
 * authentication.
 *
 * <p>Nobody says when a sender of RTCP has ended, so at the limit a new one takes the place of one that has been silent for
 * {@link #RTCP_SENDER_SILENCE_NS}.
 */
public final class SrtpReceiver {
  /**
   * SSRCs of RTP kept for one transport. A browser that sends four simulcast cameras with RTX has 32; more than twice
   * that is an error or an attack.
   */
  public static final int DEFAULT_MAX_RTP_SSRCS = 64;

  /** SSRCs of RTCP senders kept for one transport. A browser may report with one for each stream that it receives. */
  public static final int DEFAULT_MAX_RTCP_SSRCS = 256;

  /**
   * A sender of RTCP that has said nothing for so long may be forgotten: it reports every few seconds while it is there (RFC
   * 3550 §6.3.5 gives it five intervals, 25 s). Its old packets could be replayed then; what they wish for, key frames
   * and packets that are long gone, costs little.
   */
  static final long RTCP_SENDER_SILENCE_NS = 60_000_000_000L;

  /** Packets an RTP packet may be late: more than a second of a 15 Mbit/s screen share. libsrtp's users have 1,024. */
  static final int RTP_WINDOW_PACKETS = 2048;

  static final int RTCP_WINDOW_PACKETS = 1024;

  private final SrtpTransform transform;
  private final int rtpTagBytes;
  private final int rtcpOverheadBytes;
  private final int maxRtpSsrcs;
  private final int maxRtcpSsrcs;
  private final SsrcTable<ReplayWindow> rtpWindows = new SsrcTable<>();
  private final ForgeryGuard guard = new ForgeryGuard();
  private final SsrcTable<RtcpSender> rtcpSenders = new SsrcTable<>();
  /** Before that no sender will have been silent for long enough: no need to look. */
  private long nobodySilentUntilNs = Long.MIN_VALUE;
  private RtcpSender mostSilent;
  private boolean newest;
  private final long[] drops = new long[SrtpDrop.values().length];

  private static final class RtcpSender {
    final int ssrc;
    final ReplayWindow window = new ReplayWindow(RTCP_WINDOW_PACKETS);
    long heardNs;

    RtcpSender(int ssrc) {
      this.ssrc = ssrc;
    }
  }

  public SrtpReceiver(SrtpKeys keys) {
    this(keys, DEFAULT_MAX_RTP_SSRCS, DEFAULT_MAX_RTCP_SSRCS);
  }

  /**
   * @param maxRtpSsrcs of how many SSRCs at most RTP is accepted
   * @param maxRtcpSsrcs of how many senders at most RTCP is accepted
   */
  public SrtpReceiver(SrtpKeys keys, int maxRtpSsrcs, int maxRtcpSsrcs) {
    transform = SrtpTransform.of(keys);
    rtpTagBytes = keys.profile().rtpTagBytes();
    rtcpOverheadBytes = keys.profile().rtcpTagBytes() + SrtpTransform.RTCP_INDEX_BYTES;
    this.maxRtpSsrcs = maxRtpSsrcs;
    this.maxRtcpSsrcs = maxRtcpSsrcs;
  }

  /**
   * Writes the plain packet to {@code out}, header included.
   *
   * @param out another array than {@code in}; after a drop, what is in it behind {@code outOffset} is of no use
   * @return the length of the plain packet, or the code of an {@link SrtpDrop}, which has been counted
   */
  public int unprotectRtp(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    requireTwoArrays(in, out);
    int plainLength = length - rtpTagBytes;
    if (plainLength < RtpHeader.FIXED_BYTES) {
      return drop(SrtpDrop.TOO_SHORT);
    }
    if (plainLength > out.length - outOffset) {
      return drop(SrtpDrop.TOO_LONG);
    }
    int headerLength = RtpHeader.length(in, inOffset, plainLength);
    if (headerLength == RtpHeader.MALFORMED) {
      return drop(SrtpDrop.MALFORMED);
    }
    int sequenceNumber = Bytes.u16(in, inOffset + 2);
    int ssrc = Bytes.i32(in, inOffset + 8);
    ReplayWindow window = rtpWindows.get(ssrc);
    long index = window == null ? sequenceNumber : PacketIndex.estimate(window.highest(), sequenceNumber);
    SrtpDrop refused = refuse(
        window, index, RTP_WINDOW_PACKETS, rtpWindows.size(), maxRtpSsrcs, in[inOffset + length - 1]);
    if (refused != null) {
      return drop(refused);
    }
    int plain = transform.unprotectRtp(in, inOffset, headerLength, length, ssrc, index, out, outOffset);
    if (plain == SrtpTransform.FORGED) {
      guard.onForged();
      return drop(SrtpDrop.AUTHENTICATION_FAILED);
    }
    guard.onAuthentic();
    if (window == null) {
      window = new ReplayWindow(RTP_WINDOW_PACKETS);
      rtpWindows.put(ssrc, window);
    }
    newest = index > window.highest();
    window.accept(index);
    return plain;
  }

  /**
   * Writes the plain compound packet to {@code out}.
   *
   * @param out another array than {@code in}; after a drop, what is in it behind {@code outOffset} is of no use
   * @return the length of the plain packet, or the code of an {@link SrtpDrop}, which has been counted
   */
  public int unprotectRtcp(byte[] in, int inOffset, int length, byte[] out, int outOffset, long nowNs) {
    requireTwoArrays(in, out);
    int plainLength = length - rtcpOverheadBytes;
    if (plainLength < SrtpTransform.RTCP_HEADER_BYTES) {
      return drop(SrtpDrop.TOO_SHORT);
    }
    if (plainLength > out.length - outOffset) {
      return drop(SrtpDrop.TOO_LONG);
    }
    if ((in[inOffset] & 0xc0) != 0x80) {
      return drop(SrtpDrop.MALFORMED);
    }
    int indexWord = Bytes.i32(in, inOffset + transform.rtcpIndexPosition(length));
    if ((indexWord & SrtpTransform.E_BIT) == 0) {
      return drop(SrtpDrop.NOT_ENCRYPTED);
    }
    int index = indexWord & ~SrtpTransform.E_BIT;
    int ssrc = Bytes.i32(in, inOffset + 4);
    RtcpSender sender = rtcpSenders.get(ssrc);
    boolean full = sender == null && rtcpSenders.size() >= maxRtcpSsrcs;
    int others = full && isAnybodySilent(nowNs) ? maxRtcpSsrcs - 1 : rtcpSenders.size();
    SrtpDrop refused = refuse(sender == null ? null : sender.window, index, RTCP_WINDOW_PACKETS, others, maxRtcpSsrcs,
        in[inOffset + length - 1]);
    if (refused != null) {
      return drop(refused);
    }
    int plain = transform.unprotectRtcp(in, inOffset, length, ssrc, index, out, outOffset);
    if (plain == SrtpTransform.FORGED) {
      guard.onForged();
      return drop(SrtpDrop.AUTHENTICATION_FAILED);
    }
    guard.onAuthentic();
    if (sender == null) {
      if (full) {
        rtcpSenders.remove(mostSilent.ssrc);
      }
      sender = new RtcpSender(ssrc);
      rtcpSenders.put(ssrc, sender);
    }
    newest = index > sender.window.highest();
    sender.window.accept(index);
    sender.heardNs = nowNs;
    return plain;
  }

  /**
   * Tells whether the last packet that was authentic is newer than all before it of its SSRC: not one that was
   * overtaken.
   */
  public boolean isNewest() {
    return newest;
  }

  /** Whether a new sender may take the place of {@link #mostSilent}, once it has proved to be authentic. */
  private boolean isAnybodySilent(long nowNs) {
    if (nowNs < nobodySilentUntilNs) {
      return false;
    }
    mostSilent = null;
    rtcpSenders.forEach(sender -> {
      if (mostSilent == null || sender.heardNs < mostSilent.heardNs) {
        mostSilent = sender;
      }
    });
    nobodySilentUntilNs = mostSilent.heardNs + RTCP_SENDER_SILENCE_NS;
    return nowNs >= nobodySilentUntilNs;
  }

  /**
   * Frees what is kept for an SSRC, for RTP and RTCP. Its packets up to now could then be replayed, so from here on the
   * caller must ignore this SSRC. Only for one that its sender has given up: were it to go on, we would take its
   * roll-over counter for 0 and refuse it.
   */
  public void forget(int ssrc) {
    rtpWindows.remove(ssrc);
    rtcpSenders.remove(ssrc);
  }

  /** Of how many SSRCs RTP was authentic, less those forgotten. */
  public int rtpSsrcs() {
    return rtpWindows.size();
  }

  /** Of how many senders RTCP was authentic, less those forgotten. */
  public int rtcpSsrcs() {
    return rtcpSenders.size();
  }

  /** How many packets, RTP and RTCP, were dropped for this reason. */
  public long dropped(SrtpDrop reason) {
    return drops[reason.ordinal()];
  }

  private SrtpDrop refuse(
      ReplayWindow window, long index, int windowPackets, int known, int limit, int lastByte) {
    if (window == null && known >= limit) {
      return SrtpDrop.TOO_MANY_SSRCS;
    }
    SrtpDrop refused = window == null ? null : window.check(index);
    if (refused != null) {
      return refused;
    }
    boolean unlikely = window == null || index - window.highest() > windowPackets;
    return unlikely && guard.sparesUnlikely(lastByte) ? SrtpDrop.SUSPECT : null;
  }

  private int drop(SrtpDrop reason) {
    drops[reason.ordinal()]++;
    return reason.code();
  }

  private static void requireTwoArrays(byte[] in, byte[] out) {
    if (in == out) {
      throw new IllegalArgumentException("unprotect writes to another array than it reads from");
    }
  }
}
