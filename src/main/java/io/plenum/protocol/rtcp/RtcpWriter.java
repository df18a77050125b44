package io.plenum.protocol.rtcp;

import io.plenum.protocol.wire.Bytes;

/**
 * Writes RTCP packets one after another into the caller's bytes, which makes them a compound (RFC 3550 §6.1) or a
 * reduced-size packet (RFC 5506). Each method answers whether there was room, and writes nothing when there was none.
 *
 * <pre>{@code
 * writer.begin(bytes, 0, 1200);
 * writer.senderReport(info);
 * writer.reportBlock(block);
 * writer.cname(info.ssrc, cname);
 * send(bytes, 0, writer.length());
 * }</pre>
 */
public final class RtcpWriter {
  /** One fits the count of an SR or RR (RFC 3550 §6.4.1). */
  public static final int MAX_REPORT_BLOCKS = RtcpType.MAX_COUNT;
  /** One byte holds the count (draft-alvestrand-rmcat-remb-03 §2.2). */
  public static final int MAX_REMB_SSRCS = 255;

  private byte[] bytes;
  private int start;
  private int limit;
  private int position;
  /** The SR, RR or XR that can still grow, or -1. */
  private int openPacket;

  /** Starts anew: packets go to {@code bytes} from {@code offset}, {@code capacity} bytes at most. */
  public void begin(byte[] bytes, int offset, int capacity) {
    this.bytes = bytes;
    start = offset;
    limit = offset + capacity;
    position = offset;
    openPacket = -1;
  }

  /** How many bytes are written. */
  public int length() {
    return position - start;
  }

  public boolean senderReport(SenderInfo info) {
    if (!openPacket(RtcpType.SR, 0, 28)) {
      return false;
    }
    int body = openPacket + RtcpType.HEADER_BYTES;
    Bytes.put32(bytes, body, info.ssrc);
    Bytes.put64(bytes, body + 4, info.ntpTime);
    Bytes.put32(bytes, body + 12, (int) info.rtpTimestamp);
    Bytes.put32(bytes, body + 16, (int) info.packetCount);
    Bytes.put32(bytes, body + 20, (int) info.octetCount);
    return true;
  }

  public boolean receiverReport(int senderSsrc) {
    if (!openPacket(RtcpType.RR, 0, 8)) {
      return false;
    }
    Bytes.put32(bytes, openPacket + RtcpType.HEADER_BYTES, senderSsrc);
    return true;
  }

  /** Adds to the SR or RR just written; false also if there is none, or it has {@link #MAX_REPORT_BLOCKS}. */
  public boolean reportBlock(ReportBlock block) {
    if (!isOpen(RtcpType.SR) && !isOpen(RtcpType.RR)) {
      return false;
    }
    int count = bytes[openPacket] & 0x1f;
    int from = position;
    if (count == MAX_REPORT_BLOCKS || !growOpenPacket(ReportBlock.BYTES)) {
      return false;
    }
    Bytes.put8(bytes, openPacket, 0x80 | count + 1);
    Bytes.put32(bytes, from, block.ssrc);
    Bytes.put8(bytes, from + 4, block.fractionLost);
    // RFC 3550 §A.3: what does not fit 24 bits stays at their end.
    Bytes.put24(bytes, from + 5, Math.max(-0x80_0000, Math.min(0x7f_ffff, block.cumulativeLost)));
    Bytes.put32(bytes, from + 8, (int) block.extendedHighestSequence);
    Bytes.put32(bytes, from + 12, (int) block.jitter);
    Bytes.put32(bytes, from + 16, (int) block.lastSenderReport);
    Bytes.put32(bytes, from + 20, (int) block.delaySinceLastSenderReport);
    return true;
  }

  /** An SDES with one CNAME (RFC 3550 §6.5.1): UTF-8, at most 255 bytes. */
  public boolean cname(int ssrc, byte[] cname) {
    // At least one zero byte ends the items.
    int items = 2 + cname.length + 1 + 3 & ~3;
    if (cname.length > 255 || !openPacket(RtcpType.SDES, 1, 8 + items)) {
      return false;
    }
    int body = openPacket + RtcpType.HEADER_BYTES;
    openPacket = -1;
    Bytes.put32(bytes, body, ssrc);
    Bytes.put8(bytes, body + 4, RtcpType.SDES_CNAME);
    Bytes.put8(bytes, body + 5, cname.length);
    System.arraycopy(cname, 0, bytes, body + 6, cname.length);
    for (int i = body + 6 + cname.length; i < position; i++) {
      bytes[i] = 0;
    }
    return true;
  }

  public boolean bye(int ssrc) {
    if (!openPacket(RtcpType.BYE, 1, 8)) {
      return false;
    }
    Bytes.put32(bytes, openPacket + RtcpType.HEADER_BYTES, ssrc);
    openPacket = -1;
    return true;
  }

  /** Begins an XR (RFC 3611 §2); {@link #receiverReferenceTime} and {@link #dlrr} add its blocks. */
  public boolean extendedReport(int senderSsrc) {
    if (!openPacket(RtcpType.XR, 0, 8)) {
      return false;
    }
    Bytes.put32(bytes, openPacket + RtcpType.HEADER_BYTES, senderSsrc);
    return true;
  }

  /** Adds to the XR just begun. {@code ntpTime} as in {@link SenderInfo#ntpTime}. */
  public boolean receiverReferenceTime(long ntpTime) {
    int from = position;
    if (!isOpen(RtcpType.XR) || !growOpenPacket(12)) {
      return false;
    }
    putXrHeader(from, RtcpType.XR_RECEIVER_REFERENCE_TIME, 2);
    Bytes.put64(bytes, from + 4, ntpTime);
    return true;
  }

  /** Adds a DLRR block with one entry to the XR just begun. */
  public boolean dlrr(int ssrc, long lastReceiverReport, long delaySinceLastReceiverReport) {
    int from = position;
    if (!isOpen(RtcpType.XR) || !growOpenPacket(4 + RtcpType.DLRR_ENTRY_BYTES)) {
      return false;
    }
    putXrHeader(from, RtcpType.XR_DLRR, RtcpType.DLRR_ENTRY_BYTES / 4);
    Bytes.put32(bytes, from + 4, ssrc);
    Bytes.put32(bytes, from + 8, (int) lastReceiverReport);
    Bytes.put32(bytes, from + 12, (int) delaySinceLastReceiverReport);
    return true;
  }

  private void putXrHeader(int from, int type, int words) {
    Bytes.put8(bytes, from, type);
    Bytes.put8(bytes, from + 1, 0);
    Bytes.put16(bytes, from + 2, words);
  }

  /**
   * A generic NACK (RFC 4585 §6.2.1) for as many sequence numbers as there is room for.
   *
   * @param sequenceNumbers 16 bits each, ascending (65535 is followed by 0)
   * @return how many of the {@code count} from {@code from} are asked for now, 0 if there was no room
   */
  public int nack(int senderSsrc, int mediaSsrc, int[] sequenceNumbers, int from, int count) {
    if (count == 0 || !openPacket(RtcpType.RTPFB, RtcpType.RTPFB_NACK, 16)) {
      return 0;
    }
    putFeedbackSsrcs(senderSsrc, mediaSsrc);
    int item = position - 4;
    int done = 0;
    while (true) {
      int pid = sequenceNumbers[from + done++] & 0xffff;
      int blp = 0;
      while (done < count) {
        int ahead = sequenceNumbers[from + done] - pid & 0xffff;
        if (ahead > 16) {
          break;
        }
        // The same number twice is asked for once.
        blp |= ahead == 0 ? 0 : 1 << ahead - 1;
        done++;
      }
      Bytes.put16(bytes, item, pid);
      Bytes.put16(bytes, item + 2, blp);
      if (done == count || !growOpenPacket(4)) {
        openPacket = -1;
        return done;
      }
      item = position - 4;
    }
  }

  /** A picture loss indication (RFC 4585 §6.3.1). */
  public boolean pli(int senderSsrc, int mediaSsrc) {
    if (!openPacket(RtcpType.PSFB, RtcpType.PSFB_PLI, 12)) {
      return false;
    }
    putFeedbackSsrcs(senderSsrc, mediaSsrc);
    openPacket = -1;
    return true;
  }

  /** A full intra request with one entry (RFC 5104 §4.3.1). A new request has a new number, 8 bits. */
  public boolean fir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
    if (!openPacket(RtcpType.PSFB, RtcpType.PSFB_FIR, 20)) {
      return false;
    }
    // RFC 5104 §4.3.1.2: the media SSRC of the header is not used and is 0.
    putFeedbackSsrcs(senderSsrc, 0);
    Bytes.put32(bytes, openPacket + 12, mediaSsrc);
    Bytes.put32(bytes, openPacket + 16, commandSequenceNumber << 24);
    openPacket = -1;
    return true;
  }

  /**
   * A REMB (draft-alvestrand-rmcat-remb-03 §2.2) for the first {@code ssrcCount} of {@code ssrcs}, at most
   * {@link #MAX_REMB_SSRCS}. The bitrate is rounded down to what 18 bits and an exponent can say.
   */
  public boolean remb(int senderSsrc, long bitrateBps, int[] ssrcs, int ssrcCount) {
    if (ssrcCount > MAX_REMB_SSRCS
        || !openPacket(RtcpType.PSFB, RtcpType.PSFB_APPLICATION, 4 + Remb.FIXED_BYTES + 4 * ssrcCount)) {
      return false;
    }
    putFeedbackSsrcs(senderSsrc, 0);
    long bitrate = Math.max(0, bitrateBps);
    int exponent = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(bitrate) - Remb.MANTISSA_BITS);
    Bytes.put32(bytes, openPacket + 12, RtcpType.REMB_IDENTIFIER);
    Bytes.put32(bytes, openPacket + 16, ssrcCount << 24 | exponent << Remb.MANTISSA_BITS | (int) (bitrate >> exponent));
    for (int i = 0; i < ssrcCount; i++) {
      Bytes.put32(bytes, openPacket + 20 + 4 * i, ssrcs[i]);
    }
    openPacket = -1;
    return true;
  }

  /** What the builder has collected; {@code feedbackCount} counts the feedback packets, 8 bits. */
  public boolean transportFeedback(
      int senderSsrc, int mediaSsrc, int feedbackCount, TransportFeedbackBuilder feedback) {
    int length = feedback.length();
    if (feedback.isEmpty() || position + length > limit) {
      return false;
    }
    feedback.writeTo(bytes, position, senderSsrc, mediaSsrc, feedbackCount);
    position += length;
    openPacket = -1;
    return true;
  }

  private void putFeedbackSsrcs(int senderSsrc, int mediaSsrc) {
    Bytes.put32(bytes, openPacket + 4, senderSsrc);
    Bytes.put32(bytes, openPacket + 8, mediaSsrc);
  }

  private boolean isOpen(int type) {
    return openPacket >= 0 && Bytes.u8(bytes, openPacket + 1) == type;
  }

  private boolean openPacket(int type, int count, int length) {
    if (position + length > limit) {
      return false;
    }
    openPacket = position;
    position += length;
    Bytes.put8(bytes, openPacket, 0x80 | count);
    Bytes.put8(bytes, openPacket + 1, type);
    Bytes.put16(bytes, openPacket + 2, length / 4 - 1);
    return true;
  }

  private boolean growOpenPacket(int length) {
    if (position + length > limit) {
      return false;
    }
    position += length;
    Bytes.put16(bytes, openPacket + 2, (position - openPacket) / 4 - 1);
    return true;
  }
}
