package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.stream.Acceptance;
import io.plenum.media.stream.HistoryBudget;
import io.plenum.media.stream.InboundRtpStats;
import io.plenum.media.stream.KeyFrameBudget;
import io.plenum.media.stream.LayerRates;
import io.plenum.media.stream.PacketHistory;
import io.plenum.media.stream.ReceiveStream;
import io.plenum.media.stream.ReceiveStreamOptions;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.stream.SendSource;
import io.plenum.media.stream.SenderClock;
import io.plenum.media.stream.StreamScore;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.codec.DescribedPayload;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.rtp.codec.PayloadParser;
import java.util.OptionalInt;

/**
 * One encoding of a producer: what arrives under one SSRC and its RTX, up to the point where the router hands it on. A
 * stream that is known by rid begins when its first packet tells the SSRC.
 */
public final class ProducerStream {
  /** Packets kept for retransmission at the most: two seconds of 10 Mbit/s. */
  private static final int MAX_VIDEO_HISTORY_PACKETS = 2_048;
  private static final long VIDEO_HISTORY_NS = 2_000_000_000L;
  private static final int MAX_AUDIO_HISTORY_PACKETS = 128;
  private static final long AUDIO_HISTORY_NS = 1_000_000_000L;
  private static final int NOT_MIRRORED = -1;

  /** Where packets and wishes of the stream go: its producer. */
  interface Owner {
    void onRoutedPacket(ProducerStream stream, RoutedPacket packet, long nowNs);

    /** The stream scores otherwise than before. */
    void onStreamScore(ProducerStream stream, long nowNs);

    /** It has begun, has fallen silent, or is back. */
    void onStreamActive(ProducerStream stream, long nowNs);
  }

  private final int index;
  private final StreamPlan plan;
  private final Owner owner;
  private final RtpFeedback feedback;
  private final PayloadParser parser;
  private final RoutedPacketWriter writer;
  private final KeyFrameBudget keyFrameBudget;
  private final PacketHistory history;
  private final SendSource source;
  /** Null where each packet says by itself what layer it is of. */
  private final UndescribedPackets undescribed;
  private final PayloadInfo payload = new PayloadInfo();
  private ReceiveStream receive;
  private int pendingRtxSsrc;
  private boolean hasPendingRtxSsrc;
  /** Of the packet, report or timeout in hand. */
  private long nowNs;
  private boolean received;
  private boolean paused;
  private long malformedPayloads;
  private int mirroredScore = NOT_MIRRORED;
  /** What others know: who comes later asks for {@link #score}. */
  private int toldScore;

  /**
   * @param historyBudget of the peer
   * @param keyFrameBudget of the producer; null if it has but this one stream
   */
  ProducerStream(int index, StreamPlan plan, Owner owner, RtpFeedback feedback, PayloadParser parser, RoutedPacketWriter writer,
      HistoryBudget historyBudget, KeyFrameBudget keyFrameBudget) {
    this.index = index;
    this.plan = plan;
    this.owner = owner;
    this.feedback = feedback;
    this.parser = parser;
    this.writer = writer;
    this.keyFrameBudget = keyFrameBudget;
    this.history = plan.video()
        ? new PacketHistory(MAX_VIDEO_HISTORY_PACKETS, VIDEO_HISTORY_NS, historyBudget)
        : new PacketHistory(MAX_AUDIO_HISTORY_PACKETS, AUDIO_HISTORY_NS, historyBudget);
    this.source = new SendSource(history, new SenderClock(plan.clockRate()));
    this.undescribed = plan.spatialLayers() > 1 && parser instanceof DescribedPayload described
        ? new UndescribedPackets(history, described) : null;
    if (plan.ssrc() != null) {
      begin(plan.ssrc());
    }
    if (plan.rtxSsrc() != null) {
      learnRtxSsrc(plan.rtxSsrc());
    }
    toldScore = score();
  }

  /** Position among the producer's encodings, lowest quality first. */
  public int index() {
    return index;
  }

  public StreamPlan plan() {
    return plan;
  }

  /** False until the SSRC is known. */
  public boolean started() {
    return receive != null;
  }

  public int ssrc() {
    return receive == null ? 0 : receive.ssrc();
  }

  /** Empty until it is signalled or learnt. */
  public OptionalInt rtxSsrc() {
    return hasPendingRtxSsrc ? OptionalInt.of(pendingRtxSsrc) : OptionalInt.empty();
  }

  /** There is something to report on: an SSRC that was only signalled has sent nothing yet. */
  public boolean hasReceived() {
    return received;
  }

  /** The stream's SSRC became known by mid or rid. */
  public void begin(int ssrc) {
    receive = new ReceiveStream(
        new ReceiveStreamOptions(ssrc, plan.clockRate(), plan.video(), plan.nack(), plan.pli(),
            inactivityTimeoutNs(plan),
            plan.video() ? plan.keyFrameMinIntervalNs() : 0),
        keyFrameBudget,
        new ReceiveStream.Sink() {
          @Override
          public void requestRetransmission(int mediaSsrc, int[] sequenceNumbers, int count) {
            feedback.sendNack(mediaSsrc, sequenceNumbers, count);
          }

          @Override
          public void requestKeyFrame(int mediaSsrc) {
            feedback.sendKeyFrameRequest(mediaSsrc, plan.pli());
          }

          @Override
          public void scoreChanged(int mediaSsrc, int score) {
            tellScore(nowNs);
          }

          @Override
          public void activeChanged(int mediaSsrc) {
            owner.onStreamActive(ProducerStream.this, nowNs);
            // One that is known by rid scored 0 until now, though its own score has not changed.
            tellScore(nowNs);
          }
        });
    if (hasPendingRtxSsrc) {
      receive.setRtxSsrc(pendingRtxSsrc);
    }
  }

  private static long inactivityTimeoutNs(StreamPlan plan) {
    if (!plan.simulcast()) {
      return 0;
    }
    return plan.dtx() ? ReceiveStreamOptions.DTX_INACTIVITY_TIMEOUT_NS : ReceiveStreamOptions.SIMULCAST_INACTIVITY_TIMEOUT_NS;
  }

  public void learnRtxSsrc(int ssrc) {
    pendingRtxSsrc = ssrc;
    hasPendingRtxSsrc = true;
    if (receive != null) {
      receive.setRtxSsrc(ssrc);
    }
  }

  /** A packet of the media SSRC. */
  public void onRtp(RtpPacket packet, long nowNs) {
    this.nowNs = nowNs;
    if (receive != null) {
      onAccepted(receive.onRtp(packet, nowNs), packet, nowNs);
    }
  }

  /** A packet restored from RTX: it has the media SSRC and its original sequence number. */
  public void onRtx(RtpPacket restored, long nowNs) {
    this.nowNs = nowNs;
    if (receive != null) {
      onAccepted(receive.onRtx(restored, nowNs), restored, nowNs);
    }
  }

  public void onRtxPadding() {
    if (receive != null) {
      receive.onRtxPadding();
    }
  }

  private void onAccepted(Acceptance acceptance, RtpPacket packet, long nowNs) {
    received |= acceptance.accepted();
    if (!acceptance.accepted() || paused) {
      return;
    }
    long sequence = receive.sequence();
    payload.clear();
    boolean readable = packet.payloadLength() > 0;
    if (readable && parser.parse(packet, payload) != null) {
      malformedPayloads++;
      readable = false;
    }
    RoutedPacket routed = history.claim(sequence, writer.capacityFor(packet), nowNs);
    writer.write(packet, routed);
    boolean waits = undescribed != null && payload.layersUnknown;
    if (readable && !waits) {
      receive.onPayload(payload, nowNs);
    } else if (!readable) {
      // Padding, or what no receiver could decode: consumers learn that the number was used, and close the gap.
      routed.length = routed.payloadOffset;
    }
    routed.sequence = sequence;
    routed.receivedNs = nowNs;
    routed.payload.copyFrom(payload);
    if (waits) {
      waitForStructure(routed, nowNs);
    } else if (undescribed != null && undescribed.count() > 0 && payload.keyFrame) {
      undescribed.onStructure(sequence);
      undescribed.release(sequence, before -> owner.onRoutedPacket(this, before, nowNs));
      owner.onRoutedPacket(this, routed, nowNs);
      undescribed.release(Long.MAX_VALUE, behind -> owner.onRoutedPacket(this, behind, nowNs));
    } else {
      owner.onRoutedPacket(this, routed, nowNs);
    }
  }

  /** It is probably on its way again; but if it was the first packet of all, nobody knows that it is missing. */
  private void waitForStructure(RoutedPacket routed, long nowNs) {
    if (undescribed.count() == UndescribedPackets.MAX_PACKETS) {
      undescribed.giveUp(packet -> owner.onRoutedPacket(this, packet, nowNs));
    }
    undescribed.add(routed.sequence);
    receive.onKeyFrameWanted(nowNs);
  }

  /** What consumers need of it: its last packets and its wall clock. */
  SendSource source() {
    return source;
  }

  void onKeyFrameWanted(long nowNs) {
    if (receive != null && plan.video()) {
      receive.onKeyFrameWanted(nowNs);
    }
  }

  public void onSenderReport(SenderInfo info, long nowNs) {
    if (receive == null) {
      return;
    }
    receive.onSenderReport(info.ntpTime, nowNs);
    source.clock().onSenderReport(info.ntpTime, info.rtpTimestamp, nowNs);
  }

  public void onRtt(long rttNs) {
    if (receive != null) {
      receive.onRtt(rttNs);
    }
  }

  /** Once per report that is sent. */
  public void fillReportBlock(ReportBlock block, long nowNs) {
    this.nowNs = nowNs;
    receive.fillReportBlock(block, nowNs);
  }

  void pause() {
    paused = true;
    if (undescribed != null) {
      undescribed.clear();
    }
    if (receive != null) {
      receive.pause();
    }
  }

  void resume(long nowNs) {
    paused = false;
    if (receive != null) {
      receive.resume(nowNs);
    }
  }

  /** Its producer has closed. */
  void close() {
    history.clear();
  }

  /** RTP came lately. */
  public boolean active() {
    return receive != null && receive.active();
  }

  /** How long RTP has come without a break that made it inactive; 0 if it is not {@link #active}. */
  public long activeForNs(long nowNs) {
    return receive == null ? 0 : receive.activeForNs(nowNs);
  }

  /** How well it arrives where it enters the room, 0…10; for a stream that came over a pipe that is another router. */
  public int score() {
    if (mirroredScore != NOT_MIRRORED) {
      return mirroredScore;
    }
    return receive == null ? 0 : receive.score();
  }

  /** From now on it scores what it does where it enters the room. */
  void mirrorScore(int originScore, long nowNs) {
    mirroredScore = Math.max(0, Math.min(StreamScore.BEST, originScore));
    tellScore(nowNs);
  }

  private void tellScore(long nowNs) {
    if (score() != toldScore) {
      toldScore = score();
      owner.onStreamScore(this, nowNs);
    }
  }

  public long bitsPerSecond(long nowNs) {
    return receive == null ? 0 : receive.bitsPerSecond(nowNs);
  }

  /** By spatial and temporal layer; null until the stream has begun. */
  LayerRates layerRates() {
    return receive == null ? null : receive.layerRates();
  }

  public long nextDeadlineNs() {
    return receive == null ? Long.MAX_VALUE : receive.nextDeadlineNs();
  }

  public void onTimeout(long nowNs) {
    this.nowNs = nowNs;
    if (receive != null) {
      receive.onTimeout(nowNs);
    }
  }

  /** Null until the stream has begun. */
  InboundRtpStats stats(long nowNs) {
    return receive == null ? null : receive.stats(nowNs);
  }

  void dump(Dump out) {
    out.value("index", index)
        .value("rid", plan.rid())
        .value("historyPackets", history.capacity())
        .value("historyBytes", history.heldBytes())
        .value("malformedPayloads", malformedPayloads)
        .value("clockKnown", source.clock().known())
        .value("waitingForStructure", undescribed == null ? 0 : undescribed.count())
        .part("receive", part -> {
          if (receive != null) {
            receive.dump(part);
          }
        });
  }
}
