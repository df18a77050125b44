package io.plenum.protocol.srtp;

import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.wire.Bytes;

/**
 * Protects what one transport sends (RFC 3711, RFC 7714), in place. Driven by the transport, on its loop only.
 *
 * <p><b>The contract that keeps the keys safe:</b> no index of an SSRC may ever carry two different packets, or both
 * can be read, and with GCM anything can then be forged. So
 * <ul>
 * <li>a packet that is sent again under its own SSRC and sequence number is the same plain packet, bit by bit, header
 * extensions included; whatever must differ (a new transport-wide sequence number, say) goes as RTX (RFC 4588);
 * <li>sequence numbers go on by less than 2^15 at a time and never start anew; start below 2^15, so that a receiver
 * that misses the first packets guesses the roll-over counter right (RFC 3711 §3.3.1);
 * <li>an SSRC that was {@link #forget forgotten} is never sent with these keys again.
 * </ul>
 */
public final class SrtpSender {
  /** The most that {@link #protectRtp} adds, whatever the profile. */
  public static final int MAX_RTP_OVERHEAD_BYTES = 16;

  /** The most that {@link #protectRtcp} adds, whatever the profile. */
  public static final int MAX_RTCP_OVERHEAD_BYTES = 20;

  /**
   * How far behind the newest packet of its SSRC one may be sent again: twice what the longest packet history holds.
   * Anything older is more likely a sequence number that jumped, and protecting it would use an index twice.
   */
  static final int MAX_RESEND_DISTANCE = 8192;

  private static final long INDEX_END = 1L << 48;
  private static final long RTCP_INDEX_END = 1L << 31;

  private final SrtpTransform transform;
  private final int rtpTagBytes;
  private final int rtcpOverheadBytes;
  private final long highestIndexBefore;
  private final long firstRtcpIndex;
  private final SsrcTable<Stream> streams = new SsrcTable<>();
  private final long[] drops = new long[SrtpDrop.values().length];

  /** What must not be lost as long as the keys live. */
  private static final class Stream {
    long highestIndex;
    long nextRtcpIndex;
  }

  public SrtpSender(SrtpKeys keys) {
    this(keys, -1, 0);
  }

  /** A sender as if each SSRC had sent this much already: the keys' end is too far away for a test to walk there. */
  SrtpSender(SrtpKeys keys, long highestIndexBefore, long firstRtcpIndex) {
    this.highestIndexBefore = highestIndexBefore;
    this.firstRtcpIndex = firstRtcpIndex;
    transform = SrtpTransform.of(keys);
    rtpTagBytes = keys.profile().rtpTagBytes();
    rtcpOverheadBytes = keys.profile().rtcpTagBytes() + SrtpTransform.RTCP_INDEX_BYTES;
  }

  /**
   * Encrypts the payload in place and puts the tag behind it.
   *
   * @param headerLength fixed header, CSRCs and extensions: what stays readable
   * @param length of the whole packet; behind it the array has room for {@link #MAX_RTP_OVERHEAD_BYTES}
   * @return the new length, or an {@link SrtpDrop}'s code, and then nothing was written: {@code TOO_OLD} if the packet
   *     is further behind than anything we resend, {@code KEYS_EXHAUSTED}
   * @throws IllegalArgumentException if there is no room or no such packet; that is our own mistake, never a peer's
   */
  public int protectRtp(byte[] packet, int offset, int headerLength, int length) {
    requireRoom(packet, offset, length, rtpTagBytes);
    if (headerLength < RtpHeader.FIXED_BYTES || headerLength > length) {
      throw new IllegalArgumentException("an RTP header of " + headerLength + " in a packet of " + length + " bytes");
    }
    int ssrc = Bytes.i32(packet, offset + 8);
    int sequenceNumber = Bytes.u16(packet, offset + 2);
    Stream stream = stream(ssrc);
    long index = stream.highestIndex < 0 ? sequenceNumber : PacketIndex.estimate(stream.highestIndex, sequenceNumber);
    if (index <= stream.highestIndex - MAX_RESEND_DISTANCE) {
      return drop(SrtpDrop.TOO_OLD);
    }
    if (index >= INDEX_END) {
      return drop(SrtpDrop.KEYS_EXHAUSTED);
    }
    stream.highestIndex = Math.max(stream.highestIndex, index);
    return transform.protectRtp(packet, offset, headerLength, length, ssrc, index);
  }

  /**
   * Encrypts a compound packet in place, all but its first eight bytes, and puts tag and index behind it. Each call
   * takes a new index, so RTCP may be sent again at will.
   *
   * @param length of the whole compound packet; behind it the array has room for {@link #MAX_RTCP_OVERHEAD_BYTES}
   * @return the new length, or the code of {@link SrtpDrop#KEYS_EXHAUSTED}
   * @throws IllegalArgumentException if there is no room or no such packet
   */
  public int protectRtcp(byte[] packet, int offset, int length) {
    requireRoom(packet, offset, length, rtcpOverheadBytes);
    if (length < SrtpTransform.RTCP_HEADER_BYTES) {
      throw new IllegalArgumentException("an RTCP packet of " + length + " bytes");
    }
    int ssrc = Bytes.i32(packet, offset + 4);
    Stream stream = stream(ssrc);
    if (stream.nextRtcpIndex >= RTCP_INDEX_END) {
      return drop(SrtpDrop.KEYS_EXHAUSTED);
    }
    int index = (int) stream.nextRtcpIndex++;
    return transform.protectRtcp(packet, offset, length, ssrc, index);
  }

  /** Frees what is kept for an SSRC of ours that will never be sent again with these keys. */
  public void forget(int ssrc) {
    streams.remove(ssrc);
  }

  /** How many of our SSRCs are kept. The caller decides which SSRCs there are, and with that the limit. */
  public int streams() {
    return streams.size();
  }

  /** How many packets were not sent for this reason. */
  public long dropped(SrtpDrop reason) {
    return drops[reason.ordinal()];
  }

  private Stream stream(int ssrc) {
    Stream stream = streams.get(ssrc);
    if (stream == null) {
      stream = new Stream();
      stream.highestIndex = highestIndexBefore;
      stream.nextRtcpIndex = firstRtcpIndex;
      streams.put(ssrc, stream);
    }
    return stream;
  }

  private int drop(SrtpDrop reason) {
    drops[reason.ordinal()]++;
    return reason.code();
  }

  private static void requireRoom(byte[] packet, int offset, int length, int overhead) {
    if (offset < 0 || length < 0 || packet.length - offset - length < overhead) {
      throw new IllegalArgumentException("no room for " + overhead + " bytes behind " + length + " at " + offset
          + " of " + packet.length);
    }
  }
}
