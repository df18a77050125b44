package io.plenum.media.stream;

import io.plenum.media.Check;
import io.plenum.media.Dump;
import io.plenum.media.stream.SendStreamOptions.Repair;
import io.plenum.media.stream.StreamSelector.Decision;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import java.util.OptionalInt;

/**
 * One outgoing SSRC of a consumer, with the RTX SSRC that repairs it. The table of contents of the send side: a
 * {@link StreamSelector} decides what is forwarded, {@link SequenceRewriter}, {@link TimestampAligner} and
 * {@link Vp8Rewriter} number it, {@link SentPackets} and {@link Retransmitter} repair it, {@link SenderReports} and
 * {@link ReceiverReports} talk with the receiver about it.
 *
 * <p>For each packet of each source: {@link #write} copies it and patches the copy; the caller fills in mid,
 * abs-send-time and transport-wide sequence number, protects and sends. Then {@link #writeHeld} until it returns 0.
 */
public final class SendStream {
  /** Beyond the packet itself, room in the caller's buffer: an RTX header, or one byte of padding. */
  public static final int MAX_GROWTH_BYTES = Retransmitter.RTX_HEADER_BYTES;

  /** Packets of a key frame that overtook its first packet; more are left to the receiver's next request. */
  static final int MAX_HELD = 128;

  private final SendStreamOptions options;
  private final SendSource[] sources;
  private final StreamSelector selector;
  private final SequenceRewriter sequences;
  private final TimestampAligner timestamps;
  private final Vp8Rewriter vp8 = new Vp8Rewriter();
  private final SentPackets sent;
  private final TrafficCounter rate = new TrafficCounter();
  private final Retransmitter retransmitter;
  private final SenderReports senderReports;
  private final ReceiverReports receiverReports;

  /** The source stream that was forwarded last, -1 before the first packet. */
  private int source = -1;
  /** Of the highest number that went out; what was late or repaired does not change it. */
  private boolean lastMarker = true;
  private int lastNumber;
  /** Null before the first switch, and when nothing of it is wanted any more. */
  private FormerSource former;
  private long heldNext;
  private long heldEnd;
  private RoutedPacket written;
  private int writtenSequenceNumber;

  private long payloadBytes;
  private long packetsDiscarded;
  private long nackCount;
  private long pliCount;
  private long firCount;

  /** @param sources by stream index, at most {@link SentPackets#MAX_SOURCES} */
  public SendStream(SendStreamOptions options, StreamSelector selector, SendSource... sources) {
    Check.state(sources.length > 0 && sources.length <= SentPackets.MAX_SOURCES, "one to sixteen sources");
    this.options = options;
    this.selector = selector;
    this.sources = sources.clone();
    sequences = new SequenceRewriter(options.initialSequenceNumber());
    timestamps = new TimestampAligner(options.clockRate());
    sent = new SentPackets(options.maxResendAgeNs(), options.repair() == Repair.AS_SENT);
    retransmitter = new Retransmitter(options, sent, rate);
    senderReports = new SenderReports(options.clockRate());
    receiverReports = new ReceiverReports(senderReports);
  }

  /**
   * A packet of one of the sources came. If it is for this receiver, it stands in {@code out} from {@code outOffset}
   * on, which needs room for {@link #MAX_GROWTH_BYTES} more than the packet has.
   *
   * @return the length in {@code out}, or 0 if nothing is to be sent
   */
  public int write(RoutedPacket packet, int streamIndex, byte[] out, int outOffset, long nowNs) {
    heldEnd = heldNext;
    return writeSelected(packet, streamIndex, out, outOffset, nowNs);
  }

  /**
   * After each {@link #write}, until it returns 0: packets of a key frame that came before its first one, when nothing
   * could be done with them. The packet is {@link #written()}.
   */
  public int writeHeld(byte[] out, int outOffset, long nowNs) {
    while (heldNext < heldEnd) {
      RoutedPacket packet = sources[source].history().get(heldNext++);
      if (packet != null) {
        int length = writeSelected(packet, source, out, outOffset, nowNs);
        if (length > 0) {
          return length;
        }
      }
    }
    return 0;
  }

  /** The packet is older than what was written last: the receiver may miss it, also when nothing goes on for now. */
  public boolean awaits(RoutedPacket packet, int streamIndex) {
    return streamIndex == source && packet.sequence <= sequences.highestSource();
  }

  /** The packet that was written last: its extension offsets hold in the copy, too. */
  public RoutedPacket written() {
    return written;
  }

  private int writeSelected(RoutedPacket packet, int streamIndex, byte[] out, int outOffset, long nowNs) {
    boolean empty = packet.payloadLength() == 0;
    if (former != null && former.has(packet, streamIndex, nowNs)) {
      return writeFormer(packet, streamIndex, empty, out, outOffset, nowNs);
    }
    if (empty) {
      if (streamIndex != selector.currentStream()) {
        return 0;
      }
    } else {
      Decision decision = selector.select(packet, streamIndex);
      if (decision == Decision.IGNORE) {
        return 0;
      }
      if (decision == Decision.SWITCH) {
        begin(packet, streamIndex, nowNs);
      } else if (decision == Decision.DROP) {
        empty = true;
        if (options.vp8()) {
          vp8.drop(packet.payload);
        }
      }
    }
    int sequenceNumber = empty ? sequences.drop(packet.sequence) : sequences.forward(packet.sequence);
    packetsDiscarded += empty || sequenceNumber == SequenceRewriter.NONE ? 1 : 0;
    if (sequenceNumber == SequenceRewriter.NONE) {
      return 0;
    }
    written = packet;
    writtenSequenceNumber = sequenceNumber;
    if (empty) {
      return writeEmpty(packet, streamIndex, sequenceNumber, timestamps.offset(), out, outOffset, nowNs);
    }
    if (options.vp8()) {
      vp8.forward(packet.payload);
    }
    int length =
        writeMedia(packet, streamIndex, sequenceNumber, vp8, timestamps.offset(), out, outOffset, nowNs);
    int timestamp = (int) packet.timestamp + timestamps.offset();
    timestamps.onPacket(timestamp, nowNs);
    senderReports.onPacket(timestamp, nowNs);
    if (sequenceNumber == (sequences.highest() & 0xffff)) {
      lastMarker = selector.marker(packet);
      lastNumber = sequenceNumber;
    }
    return length;
  }

  /** It was lost on its way to us before the switch, and the receiver still waits for it. */
  private int writeFormer(RoutedPacket packet, int streamIndex, boolean isEmpty, byte[] out, int outOffset, long nowNs) {
    boolean empty = isEmpty || !selector.selectFormer(packet);
    int sequenceNumber = former.take(packet);
    if (sequenceNumber == SequenceRewriter.NONE) {
      return 0;
    }
    packetsDiscarded += empty ? 1 : 0;
    written = packet;
    writtenSequenceNumber = sequenceNumber;
    if (empty) {
      return writeEmpty(packet, streamIndex, sequenceNumber, former.timestampOffset(), out, outOffset, nowNs);
    }
    if (options.vp8()) {
      former.vp8().forward(packet.payload);
    }
    return writeMedia(
        packet, streamIndex, sequenceNumber, former.vp8(), former.timestampOffset(), out, outOffset, nowNs);
  }

  private void begin(RoutedPacket packet, int streamIndex, long nowNs) {
    if (source >= 0) {
      // The same stream goes on after a pause: what is older belongs to the time before.
      former = new FormerSource(source, sequences, vp8, timestamps.offset(), nowNs + options.maxResendAgeNs());
    }
    if (source >= 0 && source != streamIndex) {
      senderReports.onSwitch(sources[source].clock(), timestamps.offset(), nowNs);
      timestamps.onSwitch(sources[source].clock(), sources[streamIndex].clock(), packet.timestamp, nowNs);
    }
    source = streamIndex;
    // Where the last number is itself a hole, the receiver sees already that a picture is not complete.
    boolean complete = lastMarker || lastNumber != (sequences.highest() & 0xffff);
    sequences.sync(packet.sequence, complete ? 0 : 1);
    vp8.onSwitch();
    heldNext = packet.sequence + 1;
    heldEnd = heldNext + MAX_HELD;
  }

  /** @param ids picture ids for this packet, where it has any */
  private int writeMedia(RoutedPacket packet, int streamIndex, int sequenceNumber, Vp8Rewriter ids,
      int timestampOffset, byte[] out, int outOffset, long nowNs) {
    int timestamp = (int) packet.timestamp + timestampOffset;
    boolean marker = selector.marker(packet);
    int length = OutgoingPacket.write(packet, options, sequenceNumber, timestamp, marker, ids.pictureId(),
        ids.tl0PictureIndex(), out, outOffset);
    if (options.repair() != Repair.NONE) {
      sent.add(sequenceNumber, packet.sequence, streamIndex, timestamp, marker, ids.pictureId(), ids.tl0PictureIndex(),
          nowNs);
    }
    rate.add(length, nowNs);
    payloadBytes += packet.payloadLength();
    return length;
  }

  /**
   * A gap was left for this packet, and now that it came the receiver does not want it. An empty packet fills the gap,
   * or the receiver would ask for it again and again. It is repaired like any other: a decoder that orders pictures by
   * sequence number waits for it.
   */
  private int writeEmpty(RoutedPacket packet, int streamIndex, int sequenceNumber, int timestampOffset, byte[] out,
      int outOffset, long nowNs) {
    int timestamp = (int) packet.timestamp + timestampOffset;
    if (options.repair() != Repair.NONE) {
      sent.addFiller(sequenceNumber, packet.sequence, streamIndex, timestamp, nowNs);
    }
    int length = OutgoingPacket.writeFiller(packet, options, sequenceNumber, timestamp, out, outOffset);
    rate.add(length, nowNs);
    return length;
  }

  /** Packets are sent again as they were, for which {@link #onSent} must be told of each. */
  public boolean repairsAsSent() {
    return options.repair() == Repair.AS_SENT;
  }

  /** The packet that was written last has left in that {@link SentForm}. */
  public void onSent(long form) {
    sent.onSent(writtenSequenceNumber, form);
  }

  /** A NACK message about this SSRC begins. */
  public void onNackBegin() {
    nackCount++;
  }

  /** One of its packets: it goes to the sink if it can and may be sent again. {@code out} is used for each anew. */
  public void onNack(int sequenceNumber, byte[] out, int outOffset, long nowNs, Retransmitter.Sink sink) {
    retransmitter.onNack(sequenceNumber, sources, receiverReports.rttNs(), out, outOffset, nowNs, sink);
  }

  /**
   * One entry of a NACK (RFC 4585 §6.2.1): the packet {@code pid}, and of the 16 that follow those whose bit is set in
   * {@code blp}, the next one's being the lowest.
   */
  public void onNack(int pid, int blp, byte[] out, int outOffset, long nowNs, Retransmitter.Sink sink) {
    onNack(pid, out, outOffset, nowNs, sink);
    for (int bits = blp; bits != 0; bits &= bits - 1) {
      onNack(pid + 1 + Integer.numberOfTrailingZeros(bits) & 0xffff, out, outOffset, nowNs, sink);
    }
  }

  /** A whole NACK message at once. */
  public void onNack(int[] sequenceNumbers, int count, byte[] out, int outOffset, long nowNs, Retransmitter.Sink sink) {
    onNackBegin();
    for (int i = 0; i < count; i++) {
      onNack(sequenceNumbers[i], out, outOffset, nowNs, sink);
    }
  }

  /** The receiver needs a key frame; the owner asks {@link #currentStream()} for one. */
  public void onPli() {
    pliCount++;
  }

  /** As {@link #onPli}, but a FIR. */
  public void onFir() {
    firCount++;
  }

  /** A report block about our SSRC. */
  public void onReportBlock(ReportBlock block, long nowNs) {
    receiverReports.onReportBlock(block, rate.packets(), retransmitter.packetsRepaired(), retransmitter.packetsResent(),
        nowNs);
  }

  /** The sender's part of a report that goes out now; false if there is none. See {@link SenderReports}. */
  public boolean fillSenderInfo(SenderInfo info, long nowNs, long nowNtp) {
    if (source < 0 || !senderReports.fill(info, sources[source].clock(), timestamps.offset(), nowNs, nowNtp)) {
      return false;
    }
    info.ssrc = options.ssrc();
    info.packetCount = rate.packets() & 0xffff_ffffL;
    info.octetCount = payloadBytes & 0xffff_ffffL;
    return true;
  }

  /** The receiver was paused and goes on: with a key frame, if it is video. */
  public void restart() {
    selector.restart();
  }

  /** See {@link StreamSelector#setTarget}. */
  public void setTarget(int spatialLayer, int temporalLayer) {
    selector.setTarget(spatialLayer, temporalLayer);
  }

  public boolean needsKeyFrame(int streamIndex) {
    return selector.needsKeyFrame(streamIndex);
  }

  /** The source stream that is forwarded, -1 for none. */
  public int currentStream() {
    return selector.currentStream();
  }

  public int currentSpatialLayer() {
    return selector.currentSpatialLayer();
  }

  public int currentTemporalLayer() {
    return selector.currentTemporalLayer();
  }

  public int ssrc() {
    return options.ssrc();
  }

  public OptionalInt rtxSsrc() {
    return options.repair() == Repair.RTX ? OptionalInt.of(options.rtxSsrc()) : OptionalInt.empty();
  }

  /** -1 as long as it is not known. */
  public long rttNs() {
    return receiverReports.rttNs();
  }

  public int score() {
    return receiverReports.score();
  }

  public long bitsPerSecond(long nowNs) {
    return rate.bitsPerSecond(nowNs);
  }

  public long rtxBitsPerSecond(long nowNs) {
    return retransmitter.bitsPerSecond(nowNs);
  }

  /** The next number of the RTX stream, for a probe that the caller makes. */
  public int takeRtxSequenceNumber() {
    return retransmitter.takeRtxSequenceNumber();
  }

  public OutboundRtpStats stats(long nowNs) {
    return new OutboundRtpStats(options.ssrc(), rtxSsrc(), rate.packets(), rate.bytes(), rate.bitsPerSecond(nowNs),
        receiverReports.packetsLost(), receiverReports.fractionLost(), receiverReports.jitter(), packetsDiscarded,
        retransmitter.packetsResent(), retransmitter.packetsRepaired(), nackCount, retransmitter.packetsAsked(),
        retransmitter.packetsRefused(), pliCount, firCount, receiverReports.score(),
        Math.max(0, receiverReports.rttNs()) / 1e6);
  }

  public void dump(Dump out) {
    out.value("ssrc", Integer.toUnsignedLong(options.ssrc()))
        .value("rtxSsrc", options.repair() == Repair.RTX ? Integer.toUnsignedLong(options.rtxSsrc()) : null)
        .value("currentStream", currentStream()).value("currentSpatialLayer", currentSpatialLayer())
        .value("currentTemporalLayer", currentTemporalLayer()).value("highestSequence", sequences.highest())
        .value("timestampOffset", timestamps.offset()).value("sentCapacity", sent.capacity())
        .value("rttNs", receiverReports.rttNs()).value("score", receiverReports.score());
  }
}
