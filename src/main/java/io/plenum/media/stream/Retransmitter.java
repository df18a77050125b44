package io.plenum.media.stream;

import io.plenum.media.stream.SendStreamOptions.Repair;
import io.plenum.protocol.wire.Bytes;

/**
 * Answers a receiver's NACKs: finds out what was sent under the number, takes the bytes from the producer's history,
 * and writes the packet again, as RTX (RFC 4588 §4) or as it was. Each packet at most once per round trip, and all of
 * them within a {@link RetransmissionBudget}.
 */
public final class Retransmitter {
  /** Gets each packet as it is to be protected and sent; the bytes are the caller's own buffer. */
  public interface Sink {
    /**
     * @param packet where mid, abs-send-time and transport-cc have their room: same offsets, counted from
     *     {@code offset}
     */
    void sendRetransmission(RoutedPacket packet, byte[] bytes, int offset, int length);

    /**
     * The same of a packet that must leave as it did the first time, bit by bit.
     *
     * @param form and {@code sentNs}: the {@link SentForm} in which it left then, and when
     * @return false if it would have been another packet, and was not sent
     */
    default boolean sendAsSent(RoutedPacket packet, byte[] bytes, int offset, int length, long form, long sentNs) {
      return false;
    }
  }

  /** Until the round trip is known. */
  public static final long DEFAULT_RTT_NS = 100_000_000;
  /** However short the path: two NACKs within this time were sent before the answer to the first was there. */
  public static final long MIN_RESEND_INTERVAL_NS = 10_000_000;
  /** RFC 4588 §4: the original sequence number. */
  public static final int RTX_HEADER_BYTES = 2;

  private final SendStreamOptions options;
  private final SentPackets sent;
  private final TrafficCounter resentRate = new TrafficCounter();
  private final RetransmissionBudget budget;
  private int nextRtxSequenceNumber;
  private long repaired;
  private long asked;
  private long refused;

  Retransmitter(SendStreamOptions options, SentPackets sent, TrafficCounter mediaRate) {
    this.options = options;
    this.sent = sent;
    budget = new RetransmissionBudget(mediaRate, resentRate);
    nextRtxSequenceNumber = options.initialRtxSequenceNumber() & 0xffff;
  }

  /** Sends one packet again if it may; {@code rttNs} is -1 if it is not known. */
  void onNack(int sequenceNumber, SendSource[] sources, long rttNs, byte[] out, int outOffset, long nowNs, Sink sink) {
    asked++;
    RoutedPacket packet = null;
    int entry = sent.find(sequenceNumber, nowNs);
    if (entry != SentPackets.NOT_FOUND && canRepair(entry)) {
      long intervalNs = rttNs < 0 ? DEFAULT_RTT_NS : Math.max(MIN_RESEND_INTERVAL_NS, rttNs);
      if (sent.mayResend(entry, intervalNs, nowNs)) {
        packet = sources[sent.streamIndex(entry)].history().get(sent.source(entry));
      }
    }
    if (packet == null || !budget.allows(packet.length + RTX_HEADER_BYTES, nowNs)) {
      refused++;
      return;
    }
    boolean asSent = options.repair() == Repair.AS_SENT;
    int length = asSent ? writeAsSent(packet, entry, sequenceNumber, out, outOffset)
        : writeRtx(packet, entry, sequenceNumber, out, outOffset);
    boolean first = !sent.wasResent(entry);
    sent.onResent(entry, nowNs);
    if (!asSent) {
      sink.sendRetransmission(packet, out, outOffset, length);
    } else if (!sink.sendAsSent(packet, out, outOffset, length, sent.form(entry), sent.sentNs(entry))) {
      refused++;
      return;
    }
    repaired += first ? 1 : 0;
    resentRate.add(length, nowNs);
  }

  private boolean canRepair(int entry) {
    return options.repair() == Repair.RTX
        || options.repair() == Repair.AS_SENT && sent.form(entry) != SentForm.NONE;
  }

  private int writeAsSent(RoutedPacket packet, int entry, int sequenceNumber, byte[] out, int outOffset) {
    return sent.filler(entry)
        ? OutgoingPacket.writeFiller(packet, options, sequenceNumber, sent.timestamp(entry), out, outOffset)
        : OutgoingPacket.write(packet, options, sequenceNumber, sent.timestamp(entry), sent.marker(entry),
            sent.pictureId(entry), sent.tl0PictureIndex(entry), out, outOffset);
  }

  /** A number on the RTX stream for a packet that somebody else makes: a probe. */
  int takeRtxSequenceNumber() {
    int number = nextRtxSequenceNumber;
    nextRtxSequenceNumber = number + 1 & 0xffff;
    return number;
  }

  long packetsResent() {
    return resentRate.packets();
  }

  long bytesResent() {
    return resentRate.bytes();
  }

  long bitsPerSecond(long nowNs) {
    return resentRate.bitsPerSecond(nowNs);
  }

  long packetsRepaired() {
    return repaired;
  }

  long packetsAsked() {
    return asked;
  }

  long packetsRefused() {
    return refused;
  }

  private int writeRtx(RoutedPacket packet, int entry, int sequenceNumber, byte[] out, int outOffset) {
    int payloadOffset = outOffset + packet.payloadOffset + RTX_HEADER_BYTES;
    System.arraycopy(packet.bytes, 0, out, outOffset, packet.payloadOffset);
    // RFC 4588 §4: the first two payload bytes are the original sequence number.
    Bytes.put16(out, payloadOffset - RTX_HEADER_BYTES, sequenceNumber);
    int payloadLength = sent.filler(entry) ? 0 : packet.payloadLength();
    System.arraycopy(packet.bytes, packet.payloadOffset, out, payloadOffset, payloadLength);
    Bytes.put8(out, outOffset + 1, (sent.marker(entry) ? 0x80 : 0) | options.rtxPayloadType());
    Bytes.put16(out, outOffset + 2, takeRtxSequenceNumber());
    Bytes.put32(out, outOffset + 4, sent.timestamp(entry));
    Bytes.put32(out, outOffset + 8, options.rtxSsrc());
    if (options.vp8() && payloadLength > 0) {
      Vp8Rewriter.patch(out, payloadOffset, packet.payload, sent.pictureId(entry), sent.tl0PictureIndex(entry));
    }
    return packet.payloadOffset + RTX_HEADER_BYTES + payloadLength;
  }
}
