package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.congestion.BandwidthEstimator;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.protocol.rtcp.Remb;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.TransportFeedback;
import java.util.Collection;
import java.util.Map;

/**
 * Watches the path to the endpoint and shares it among the consumers: {@link BandwidthEstimator} says what it carries,
 * {@link LayerAllocation} who gets what. How the endpoint reports is what its video consumers have negotiated:
 * transport-cc if one of them can, else REMB, else nothing; then nothing is shared, and everyone gets what it prefers.
 */
final class Downlink implements BandwidthEstimator.Sink {
  /** In the order of their worth. */
  enum Kind { NONE, REMB, TRANSPORT_CC }

  /** What the downlink wants from its session, which sends or enqueues and does not call back. */
  interface Sink {
    /** Send that many probation packets now, and tell {@link #onPacketSent} of those that have a number. */
    void sendProbation(int probeId, int packets, int packetBytes, HeaderExtensionIds ids, long nowNs);

    /** Something has changed by a twentieth or more. At most once per {@link #SHARE_INTERVAL_NS}. */
    void onEstimate(long desiredBps, long effectiveDesiredBps, long availableBps);
  }

  /** As mediasoup-demo: enough for a good picture of one, and soon corrected by the first probe. */
  static final long INITIAL_BITRATE_BPS = 1_000_000;
  /** The estimate, bitrates and waiting times of layers move all the time: as mediasoup, that is looked at so often. */
  static final long SHARE_INTERVAL_NS = 1_000_000_000L;
  /**
   * As mediasoup: a change of the estimate beyond these does not wait for that. A REMB is only what the client says, so of
   * those a rise waits all the same: it costs nobody anything.
   */
  private static final double FALL = 0.75;
  private static final double RISE = 1.5;
  /** A client may say something else with each packet; each sharing goes through all its consumers. */
  static final long MIN_SHARE_INTERVAL_NS = 100_000_000L;

  /** What is measured of a video is never twice the same: telling each change kept the control loops busy. */
  private static final double REPORTED_CHANGE = 0.05;

  /** More than a layer's bitrate and its margin to climb, or the estimate could come to rest between the two. */
  private static final double PROBE_MARGIN = 1.2;

  /** Where more is lost, more is not asked for. */
  private static final double MAX_PADDED_LOSS = 0.02;

  private final Sink sink;
  private final BandwidthEstimator estimator = new BandwidthEstimator(INITIAL_BITRATE_BPS, this);
  private final LayerAllocation allocation;
  private final DesiredBitrate desired = new DesiredBitrate();
  private final RembProbation rembProbation = new RembProbation();
  private Kind kind = Kind.NONE;
  /** Of the consumer that decided the kind: the probation stream has its header extensions. */
  private HeaderExtensionIds ids;
  private long sharedBps;
  private long nextShareNs = Long.MAX_VALUE;
  /** Of something that cannot wait until {@link #nextShareNs}, but for {@link #MIN_SHARE_INTERVAL_NS}. */
  private long earlyShareNs = Long.MAX_VALUE;
  private boolean shared;
  private long lastShareNs;
  private long shares;
  private boolean sharing;
  private long nextReportNs = Long.MIN_VALUE;
  private long reportedBps;
  private long reportedDesiredBps;
  private int lossReports;
  private int lossSum;
  /** Asked for by the estimator in the call that is not over yet. */
  private int probeId;
  private int probePackets;
  private int probePacketBytes;

  Downlink(Collection<Consumer> consumers, Sink sink) {
    this.sink = sink;
    this.allocation = new LayerAllocation(consumers);
  }

  Kind kind() {
    return kind;
  }

  /** Whether packets are to carry transport-wide sequence numbers. */
  boolean numbersPackets() {
    return kind == Kind.TRANSPORT_CC;
  }

  /** The estimate in bit/s, 0 if there is none. */
  long availableBps() {
    return kind == Kind.NONE ? 0 : estimator.targetBitrateBps();
  }

  /** A consumer was made; all those of one endpoint negotiate alike, so what has been decided stays. */
  void onConsumer(Consumer consumer, long nowNs) {
    Kind theirs = kindOf(consumer);
    if (theirs.compareTo(kind) > 0) {
      kind = theirs;
      ids = consumer.extensionIds();
    }
    onDemandChanged(nowNs);
  }

  private static Kind kindOf(Consumer consumer) {
    var feedback = consumer.rtpParameters().mediaCodec().rtcpFeedback();
    if (consumer.kind() != MediaKind.VIDEO) {
      return Kind.NONE;
    }
    if (consumer.extensionIds().transportCc > 0 && feedback.contains(RtcpFeedback.TRANSPORT_CC)) {
      return Kind.TRANSPORT_CC;
    }
    boolean remb = consumer.extensionIds().absSendTime > 0 && feedback.contains(RtcpFeedback.GOOG_REMB);
    return remb ? Kind.REMB : Kind.NONE;
  }

  /** What one of the consumers could take has changed, or there is one more or less. */
  void onDemandChanged(long nowNs) {
    if (kind != Kind.NONE && !sharing) {
      share(nowNs);
    }
  }

  /** What a producer sends has changed; it may do that as often as its publisher likes. */
  void onSupplyChanged(long nowNs) {
    if (kind != Kind.NONE && !sharing) {
      shareSoon(nowNs);
    }
  }

  /**
   * An RTP packet goes out; probation too, if it is numbered.
   *
   * @param number its transport-wide sequence number, -1 if it carries none
   */
  void onPacketSent(int number, int sizeBytes, int probeId, long nowNs) {
    if (number >= 0) {
      estimator.onPacketSent(number, sizeBytes, probeId, nowNs);
    } else if (kind == Kind.REMB) {
      rembProbation.onMediaSent(sizeBytes, nowNs);
    }
  }

  /** An RTP packet goes out once more, under the number that it had: -1 for none. */
  void onPacketSentAgain(int number, int sizeBytes, long nowNs) {
    if (number >= 0) {
      estimator.onPacketSentAgain(number);
    } else if (kind == Kind.REMB) {
      rembProbation.onMediaSent(sizeBytes, nowNs);
    }
  }

  void onTransportFeedback(TransportFeedback feedback, long nowNs) {
    if (kind == Kind.TRANSPORT_CC) {
      estimator.onFeedback(feedback, nowNs);
    }
  }

  void onRemb(Remb remb, long nowNs) {
    if (kind == Kind.REMB) {
      estimator.onRemb(remb.bitrateBps(), nowNs);
    }
  }

  /** About video that we send; those that come between two sharings count together. */
  void onVideoReportBlock(ReportBlock block) {
    if (kind == Kind.REMB) {
      lossReports++;
      lossSum += block.fractionLost;
    }
  }

  /** All of one RTCP packet has been told. */
  void onRtcpEnd(long nowNs) {
    settle(nowNs);
  }

  long nextDeadlineNs() {
    return kind == Kind.NONE ? Long.MAX_VALUE
        : Math.min(Math.min(nextShareNs, earlyShareNs), Math.min(estimator.nextDeadlineNs(), rembProbation.nextDeadlineNs()));
  }

  void onTimeout(long nowNs) {
    if (estimator.nextDeadlineNs() <= nowNs) {
      estimator.onTimeout(nowNs);
    }
    settle(nowNs);
    int padding = rembProbation.takeDueBytes(nowNs);
    if (padding > 0) {
      int packets = (padding + RembProbation.PACKET_BYTES - 1) / RembProbation.PACKET_BYTES;
      sink.sendProbation(0, packets, padding / packets, ids, nowNs);
    }
  }

  @Override
  public void onTargetBitrate(long bitrateBps) {
    // Looked at in settle, when the estimator is done.
  }

  @Override
  public void startProbe(int probeId, long bitrateBps, int packets, int packetBytes) {
    this.probeId = probeId;
    this.probePackets = packets;
    this.probePacketBytes = packetBytes;
  }

  private void settle(long nowNs) {
    if (lossReports > 0 && nowNs >= nextShareNs) {
      estimator.onReportedLoss(lossSum / lossReports, nowNs);
      lossReports = 0;
      lossSum = 0;
    }
    long availableBps = estimator.targetBitrateBps();
    boolean jumped = availableBps < sharedBps * FALL || kind != Kind.REMB && availableBps > sharedBps * RISE;
    if (nowNs >= nextShareNs || nowNs >= earlyShareNs) {
      share(nowNs);
    } else if (jumped && nextShareNs != Long.MAX_VALUE) {
      shareSoon(nowNs);
    }
    if (probePackets > 0) {
      int packets = probePackets;
      probePackets = 0;
      if (kind == Kind.TRANSPORT_CC && nextShareNs != Long.MAX_VALUE) {
        sink.sendProbation(probeId, packets, probePacketBytes, ids, nowNs);
      }
    }
  }

  private void shareSoon(long nowNs) {
    if (!shared || nowNs - lastShareNs >= MIN_SHARE_INTERVAL_NS) {
      share(nowNs);
    } else {
      earlyShareNs = lastShareNs + MIN_SHARE_INTERVAL_NS;
    }
  }

  private void share(long nowNs) {
    sharing = true;
    shared = true;
    lastShareNs = nowNs;
    earlyShareNs = Long.MAX_VALUE;
    shares++;
    sharedBps = estimator.targetBitrateBps();
    allocation.allocate(sharedBps, nowNs);
    desired.update(allocation.desiredBps(), nowNs);
    // Whoever has all it wants gains nothing from a probe; who waits needs the margin that a higher layer must leave.
    long wantedBps = allocation.hasRefused() ? (long) (desired.bps() * PROBE_MARGIN) : 0;
    estimator.setDesiredBitrate(wantedBps);
    if (kind == Kind.REMB) {
      rembProbation.onShared(sharedBps, estimator.loss() < MAX_PADDED_LOSS ? wantedBps : 0, nowNs);
    }
    nextShareNs = allocation.hasTakers() ? nowNs + SHARE_INTERVAL_NS : Long.MAX_VALUE;
    sharing = false;
    if (nowNs >= nextReportNs
        && (differs(sharedBps, reportedBps) || differs(allocation.desiredBps(), reportedDesiredBps))) {
      nextReportNs = nowNs + SHARE_INTERVAL_NS;
      reportedBps = sharedBps;
      reportedDesiredBps = allocation.desiredBps();
      sink.onEstimate(reportedDesiredBps, desired.bps(), sharedBps);
    }
  }

  /** How often the path has been shared anew. */
  long shares() {
    return shares;
  }

  private static boolean differs(long bps, long reportedBps) {
    return Math.abs(bps - reportedBps) > reportedBps * REPORTED_CHANGE;
  }

  /** mediasoup's names; nothing where nothing is estimated. */
  void addStats(Map<String, Object> stats) {
    if (kind != Kind.NONE) {
      stats.put("availableOutgoingBitrate", availableBps());
      stats.put("rtpPacketLossSent", estimator.loss());
    }
  }

  void dump(Dump out) {
    out.value("kind", kind)
        .value("availableBps", availableBps())
        .value("desiredBps", allocation.desiredBps())
        .value("effectiveDesiredBps", desired.bps())
        .value("shares", shares)
        .value("loss", estimator.loss())
        .value("rttMs", estimator.rttNs() / 1_000_000);
  }
}
