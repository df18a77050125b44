package io.plenum.protocol.rtcp;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * Walks a datagram of RTCP, compound (RFC 3550 §6.1) or reduced-size (RFC 5506), and tells a {@link RtcpHandler} what
 * it says. One object is used again and again and allocates nothing. All work is bounded by the datagram's length: no
 * number inside it makes the reader do more.
 *
 * <p>If the lengths do not add up to the datagram, nothing is told. If only the inside of one packet is wrong, that
 * packet is left out, the others are told, and the reason comes back all the same.
 */
public final class RtcpReader {
  private final SenderInfo senderInfo = new SenderInfo();
  private final ReportBlock reportBlock = new ReportBlock();
  private final Remb remb = new Remb();
  private final TransportFeedback transportFeedback = new TransportFeedback();
  private long unknownPackets;

  /** Packets of a type, format or application that we do not know, since the beginning; they are no error. */
  public long unknownPackets() {
    return unknownPackets;
  }

  /** Reads a whole datagram. Returns the first thing that was wrong with it, or null. */
  public Malformed read(byte[] bytes, int offset, int length, RtcpHandler handler) {
    Malformed wrong = checkLengths(bytes, offset, length);
    if (wrong != null) {
      return wrong;
    }
    int end = offset + length;
    int position = offset;
    while (position < end) {
      int packetLength = 4 * (Bytes.u16(bytes, position + 2) + 1);
      int bodyLength = packetLength - RtcpType.HEADER_BYTES;
      if ((bytes[position] & 0x20) != 0) {
        bodyLength -= Bytes.u8(bytes, position + packetLength - 1);
      }
      Malformed wrongBody = readPacket(bytes, position, bodyLength, handler);
      wrong = wrong == null ? wrongBody : wrong;
      position += packetLength;
    }
    return wrong;
  }

  private static Malformed checkLengths(byte[] bytes, int offset, int length) {
    if (length < RtcpType.HEADER_BYTES) {
      return Malformed.TOO_SHORT;
    }
    int end = offset + length;
    int position = offset;
    while (position < end) {
      if (position + RtcpType.HEADER_BYTES > end) {
        return Malformed.TOO_SHORT;
      }
      int first = bytes[position];
      if ((first & 0xc0) != 0x80) {
        return Malformed.WRONG_VERSION;
      }
      int packetLength = 4 * (Bytes.u16(bytes, position + 2) + 1);
      if (position + packetLength > end) {
        return Malformed.WRONG_LENGTH;
      }
      if ((first & 0x20) != 0) {
        // RFC 3550 wants a multiple of four, on the last packet only; Chromium pads each transport-cc feedback by 1…3.
        int padding = Bytes.u8(bytes, position + packetLength - 1);
        if (padding == 0 || padding > packetLength - RtcpType.HEADER_BYTES) {
          return Malformed.WRONG_PADDING;
        }
      }
      position += packetLength;
    }
    return null;
  }

  private Malformed readPacket(byte[] bytes, int position, int length, RtcpHandler handler) {
    int count = bytes[position] & 0x1f;
    int body = position + RtcpType.HEADER_BYTES;
    switch (Bytes.u8(bytes, position + 1)) {
      case RtcpType.SR:
        return readSenderReport(bytes, body, length, count, handler);
      case RtcpType.RR:
        return readReceiverReport(bytes, body, length, count, handler);
      case RtcpType.SDES:
        return readSdes(bytes, body, length, count, handler);
      case RtcpType.BYE:
        return readBye(bytes, body, length, count, handler);
      case RtcpType.RTPFB:
        return readTransportLayerFeedback(bytes, body, length, count, handler);
      case RtcpType.PSFB:
        return readPayloadFeedback(bytes, body, length, count, handler);
      case RtcpType.XR:
        return readExtendedReport(bytes, body, length, handler);
      default:
        unknownPackets++;
        return null;
    }
  }

  private Malformed readSenderReport(byte[] bytes, int body, int length, int blocks, RtcpHandler handler) {
    if (length < 24 + blocks * ReportBlock.BYTES) {
      return Malformed.TOO_SHORT;
    }
    senderInfo.ssrc = Bytes.i32(bytes, body);
    senderInfo.ntpTime = Bytes.i64(bytes, body + 4);
    senderInfo.rtpTimestamp = Bytes.u32(bytes, body + 12);
    senderInfo.packetCount = Bytes.u32(bytes, body + 16);
    senderInfo.octetCount = Bytes.u32(bytes, body + 20);
    handler.onSenderReport(senderInfo);
    readReportBlocks(bytes, body + 24, blocks, Bytes.i32(bytes, body), handler);
    return null;
  }

  private Malformed readReceiverReport(byte[] bytes, int body, int length, int blocks, RtcpHandler handler) {
    if (length < 4 + blocks * ReportBlock.BYTES) {
      return Malformed.TOO_SHORT;
    }
    int senderSsrc = Bytes.i32(bytes, body);
    handler.onReceiverReport(senderSsrc);
    readReportBlocks(bytes, body + 4, blocks, senderSsrc, handler);
    return null;
  }

  private void readReportBlocks(byte[] bytes, int from, int blocks, int senderSsrc, RtcpHandler handler) {
    for (int i = 0; i < blocks; i++) {
      int block = from + i * ReportBlock.BYTES;
      reportBlock.ssrc = Bytes.i32(bytes, block);
      reportBlock.fractionLost = Bytes.u8(bytes, block + 4);
      // 24 bits, signed: a duplicate makes it smaller.
      reportBlock.cumulativeLost = Bytes.u24(bytes, block + 5) << 8 >> 8;
      reportBlock.extendedHighestSequence = Bytes.u32(bytes, block + 8);
      reportBlock.jitter = Bytes.u32(bytes, block + 12);
      reportBlock.lastSenderReport = Bytes.u32(bytes, block + 16);
      reportBlock.delaySinceLastSenderReport = Bytes.u32(bytes, block + 20);
      handler.onReportBlock(senderSsrc, reportBlock);
    }
  }

  private static Malformed readSdes(byte[] bytes, int body, int length, int chunks, RtcpHandler handler) {
    Malformed wrong = walkSdes(bytes, body, length, chunks, null);
    return wrong != null ? wrong : walkSdes(bytes, body, length, chunks, handler);
  }

  /** RFC 3550 §6.5: chunks of an SSRC and items; a zero byte ends the items, and fills up to the next 32 bits. */
  private static Malformed walkSdes(byte[] bytes, int body, int length, int chunks, RtcpHandler handler) {
    int end = body + length;
    int position = body;
    for (int i = 0; i < chunks; i++) {
      if (position + 4 > end) {
        return Malformed.TOO_SHORT;
      }
      int ssrc = Bytes.i32(bytes, position);
      position += 4;
      while (true) {
        if (position >= end) {
          return Malformed.MISSING_FIELD;
        }
        int item = bytes[position];
        if (item == 0) {
          position += 4 - (position - body) % 4;
          break;
        }
        if (position + 2 > end || position + 2 + Bytes.u8(bytes, position + 1) > end) {
          return Malformed.WRONG_LENGTH;
        }
        int textLength = Bytes.u8(bytes, position + 1);
        if (item == RtcpType.SDES_CNAME && handler != null) {
          handler.onCname(ssrc, bytes, position + 2, textLength);
        }
        position += 2 + textLength;
      }
    }
    return null;
  }

  private static Malformed readBye(byte[] bytes, int body, int length, int ssrcs, RtcpHandler handler) {
    int reason = 4 * ssrcs;
    if (length < reason) {
      return Malformed.TOO_SHORT;
    }
    if (length > reason && reason + 1 + Bytes.u8(bytes, body + reason) > length) {
      return Malformed.WRONG_LENGTH;
    }
    for (int i = 0; i < ssrcs; i++) {
      handler.onBye(Bytes.i32(bytes, body + 4 * i));
    }
    return null;
  }

  private Malformed readTransportLayerFeedback(byte[] bytes, int body, int length, int format, RtcpHandler handler) {
    if (format == RtcpType.RTPFB_NACK) {
      return readNack(bytes, body, length, handler);
    }
    if (format == RtcpType.RTPFB_TRANSPORT_CC) {
      Malformed wrong = transportFeedback.parse(bytes, body, length);
      if (wrong == null) {
        handler.onTransportFeedback(transportFeedback);
      }
      return wrong;
    }
    unknownPackets++;
    return null;
  }

  private static Malformed readNack(byte[] bytes, int body, int length, RtcpHandler handler) {
    if (length < 12) {
      return Malformed.TOO_SHORT;
    }
    int senderSsrc = Bytes.i32(bytes, body);
    int mediaSsrc = Bytes.i32(bytes, body + 4);
    int items = (length - 8) / 4;
    handler.onNackBegin(senderSsrc, mediaSsrc, items);
    for (int i = 0; i < items; i++) {
      int item = body + 8 + 4 * i;
      handler.onNack(senderSsrc, mediaSsrc, Bytes.u16(bytes, item), Bytes.u16(bytes, item + 2));
    }
    return null;
  }

  private Malformed readPayloadFeedback(byte[] bytes, int body, int length, int format, RtcpHandler handler) {
    if (length < 8) {
      return Malformed.TOO_SHORT;
    }
    switch (format) {
      case RtcpType.PSFB_PLI:
        handler.onPli(Bytes.i32(bytes, body), Bytes.i32(bytes, body + 4));
        return null;
      case RtcpType.PSFB_FIR:
        return readFir(bytes, body, length, handler);
      case RtcpType.PSFB_APPLICATION:
        return readApplicationFeedback(bytes, body, length, handler);
      default:
        unknownPackets++;
        return null;
    }
  }

  private static Malformed readFir(byte[] bytes, int body, int length, RtcpHandler handler) {
    int entries = (length - 8) / 8;
    if (entries == 0) {
      return Malformed.TOO_SHORT;
    }
    for (int i = 0; i < entries; i++) {
      int entry = body + 8 + 8 * i;
      handler.onFir(Bytes.i32(bytes, body), Bytes.i32(bytes, entry), Bytes.u8(bytes, entry + 4));
    }
    return null;
  }

  private Malformed readApplicationFeedback(byte[] bytes, int body, int length, RtcpHandler handler) {
    if (length < 12 || Bytes.i32(bytes, body + 8) != RtcpType.REMB_IDENTIFIER) {
      unknownPackets++;
      return null;
    }
    Malformed wrong = remb.parse(bytes, body, length);
    if (wrong == null) {
      handler.onRemb(remb);
    }
    return wrong;
  }

  private static Malformed readExtendedReport(byte[] bytes, int body, int length, RtcpHandler handler) {
    Malformed wrong = walkExtendedReport(bytes, body, length, null);
    return wrong != null ? wrong : walkExtendedReport(bytes, body, length, handler);
  }

  /** RFC 3611 §3: blocks of a type, a byte of its own, a length in words, and that. */
  private static Malformed walkExtendedReport(byte[] bytes, int body, int length, RtcpHandler handler) {
    if (length < 4) {
      return Malformed.TOO_SHORT;
    }
    int senderSsrc = Bytes.i32(bytes, body);
    int end = body + length;
    int position = body + 4;
    while (position < end) {
      if (position + 4 > end) {
        return Malformed.TOO_SHORT;
      }
      int type = Bytes.u8(bytes, position);
      int block = position + 4;
      int blockLength = 4 * Bytes.u16(bytes, position + 2);
      position = block + blockLength;
      if (position > end) {
        return Malformed.WRONG_LENGTH;
      }
      if (type == RtcpType.XR_RECEIVER_REFERENCE_TIME) {
        if (blockLength != 8) {
          return Malformed.WRONG_LENGTH;
        }
        if (handler != null) {
          handler.onReceiverReferenceTime(senderSsrc, Bytes.i64(bytes, block));
        }
      } else if (type == RtcpType.XR_DLRR) {
        if (blockLength % RtcpType.DLRR_ENTRY_BYTES != 0) {
          return Malformed.WRONG_LENGTH;
        }
        for (int entry = block; handler != null && entry < position; entry += RtcpType.DLRR_ENTRY_BYTES) {
          handler.onDlrr(senderSsrc, Bytes.i32(bytes, entry), Bytes.u32(bytes, entry + 4), Bytes.u32(bytes, entry + 8));
        }
      }
    }
    return null;
  }
}
