package io.plenum.media.congestion;

import io.plenum.protocol.rtcp.TransportFeedback;

/**
 * Estimates how much the path to one receiver carries (draft-ietf-rmcat-gcc-02): from the delay and loss that its
 * transport-cc feedback shows, from probes, or, if it sends none, from its REMB. One for each transport that has
 * video consumers; it decides nothing about layers.
 *
 * <p>Each outgoing packet that carries a transport-wide sequence number is told to {@link #onPacketSent}; the numbers
 * go up by one. Nothing is allocated for a packet or a feedback.
 */
public final class BandwidthEstimator {
  public interface Sink {
    /** The estimate has changed by some percent, or a second has gone by since it was told and it has changed. */
    void onTargetBitrate(long bitrateBps);

    /**
     * Send so many packets, padding or media, {@code bitrateBps} fast from now on, and give {@code probeId} with each
     * to {@link #onPacketSent}. It lasts some 15 ms; sending them at once does no harm.
     */
    void startProbe(int probeId, long bitrateBps, int packets, int packetBytes);
  }

  /** Below this no video makes sense; also the least that a user may set as a limit. */
  public static final long MIN_BITRATE_BPS = 30_000;
  /** What is assumed of a path of which nothing is known. */
  public static final long START_BITRATE_BPS = 600_000;

  private static final long THROUGHPUT_WINDOW_NS = 500_000_000L;
  /** No feedback for so long while packets go out: the path is gone, or so full that feedback does not come. */
  static final long FEEDBACK_TIMEOUT_NS = 3_000_000_000L;
  private static final long SILENCE_STEP_NS = 1_000_000_000L;
  private static final double SILENCE_DECREASE = 0.8;
  private static final double TELL_BELOW = 0.97;
  private static final double TELL_ABOVE = 1.05;
  private static final long TELL_INTERVAL_NS = 1_000_000_000L;
  private static final long INITIAL_RTT_NS = 200_000_000L;
  private static final double RTT_SMOOTHING = 0.125;
  /** The loss rule for REMB, which knows the delay only (draft-ietf-rmcat-gcc-02 §6). */
  private static final double REMB_HIGH_LOSS = 0.10;
  private static final double REMB_LOSS_WEIGHT = 0.5;
  private static final double REMB_LOW_LOSS = 0.02;
  private static final double REMB_INCREASE = 1.08;

  private final Sink sink;
  private final SentPackets sent = new SentPackets();
  private final DelayDetector detector = new DelayDetector();
  private final BitrateMeter throughput = new BitrateMeter(THROUGHPUT_WINDOW_NS);
  private final AimdRateController delayBased;
  private final LossBasedController lossBased;
  private final ProbeController probes = new ProbeController();

  private long minBps = MIN_BITRATE_BPS;
  private long maxBps = Long.MAX_VALUE;
  private long desiredBps;
  private long targetBps;
  private long toldBps;
  private long toldNs;
  private boolean hasTold;

  private boolean feedbackSeen;
  private long referenceTime;
  private long lastArrivalNs;
  private double smoothedRttNs = INITIAL_RTT_NS;
  /** When the first packet went out after the last feedback, moved on with each decrease; MAX_VALUE if none did. */
  private long unansweredSinceNs = Long.MAX_VALUE;
  private long lastSentNs;
  private long rembBps = -1;
  private double reportedLoss;
  /** What the reported loss allows beside the REMB. */
  private long lossLimitBps = Long.MAX_VALUE;

  /** Counts of one feedback. */
  private int newlyLost;
  private int newlyReceived;
  private long newestAcknowledgedSentNs;

  /** @param startBps the first estimate, {@link #START_BITRATE_BPS} if nothing better is known */
  public BandwidthEstimator(long startBps, Sink sink) {
    this.sink = sink;
    targetBps = Math.max(MIN_BITRATE_BPS, startBps);
    toldBps = targetBps;
    delayBased = new AimdRateController(targetBps, MIN_BITRATE_BPS, false);
    lossBased = new LossBasedController(targetBps, MIN_BITRATE_BPS);
  }

  /** What one may send now. */
  public long targetBitrateBps() {
    return targetBps;
  }

  /** 0…1, of the packets sent last. */
  public double loss() {
    return feedbackSeen ? lossBased.loss() : reportedLoss;
  }

  /** Smoothed; includes the time the receiver waits before it sends feedback. */
  public long rttNs() {
    return (long) smoothedRttNs;
  }

  /** What all consumers would take if the path carried it; above the target there are probes. */
  public void setDesiredBitrate(long bps) {
    desiredBps = bps;
  }

  /** The user's limits. Each is at least {@link #MIN_BITRATE_BPS}; {@code max} 0 means none. */
  public void setLimits(long min, long max, long nowNs) {
    minBps = Math.max(MIN_BITRATE_BPS, min);
    maxBps = max == 0 ? Long.MAX_VALUE : Math.max(minBps, max);
    settle(nowNs);
  }

  /**
   * A packet goes out.
   *
   * @param wideSequenceNumber 16 bits, one above that of the packet before
   * @param sizeBytes the whole RTP packet
   * @param probeId as given by {@link Sink#startProbe}, 0 for all other packets
   */
  public void onPacketSent(int wideSequenceNumber, int sizeBytes, int probeId, long nowNs) {
    sent.add(wideSequenceNumber, sizeBytes, probeId, nowNs);
    lastSentNs = nowNs;
    if (unansweredSinceNs == Long.MAX_VALUE) {
      unansweredSinceNs = nowNs;
    }
    probes.start(nowNs);
  }

  /**
   * A packet goes out once more under its number, because the receiver misses it. It stays one packet, which the path
   * has lost: when it is reported as received, that is the second one, of which neither delay nor round trip is known.
   */
  public void onPacketSentAgain(int wideSequenceNumber) {
    if (sent.isEmpty()) {
      return;
    }
    long sequence = sent.unwrap(wideSequenceNumber);
    byte state = sent.state(sequence);
    if (state == SentPackets.SENT) {
      sent.become(sequence, SentPackets.SENT_AGAIN);
    } else if (state == SentPackets.LOST) {
      sent.become(sequence, SentPackets.LOST_SENT_AGAIN);
    }
  }

  /** The receiver says what came. Reads the view from its beginning. */
  public void onFeedback(TransportFeedback feedback, long nowNs) {
    if (sent.isEmpty()) {
      return;
    }
    feedbackSeen = true;
    newlyLost = 0;
    newlyReceived = 0;
    newestAcknowledgedSentNs = Long.MIN_VALUE;
    walk(feedback, nowNs);
    if (newlyReceived == 0 && newlyLost == 0) {
      // Told before, or about packets that were never sent.
      return;
    }
    unansweredSinceNs = Long.MAX_VALUE;
    if (newlyReceived > 0) {
      smoothedRttNs += RTT_SMOOTHING * (nowNs - newestAcknowledgedSentNs - smoothedRttNs);
      delayBased.setRtt(rttNs());
      updateDelayBased(nowNs);
    }
    lossBased.onResult(newlyLost, newlyReceived, delayBased.bitrateBps(), rttNs(), nowNs);
    settle(nowNs);
  }

  private void walk(TransportFeedback feedback, long nowNs) {
    long arrivalBaseNs = unwrapReferenceTime(feedback.referenceTime()) * TransportFeedback.REFERENCE_TIME_NS;
    long base = sent.unwrap(feedback.baseSequenceNumber());
    // What is older than all we know, or was never sent, costs nothing.
    long undecided = Math.max(base, sent.oldest());
    feedback.rewind();
    while (feedback.next()) {
      long sequence = base + feedback.index();
      if (sequence > sent.newest()) {
        break;
      }
      markLost(undecided, sequence);
      undecided = Math.max(undecided, sequence + 1);
      onAcknowledged(sequence, arrivalBaseNs + feedback.ticks() * TransportFeedback.TICK_NS, nowNs);
    }
    markLost(undecided, Math.min(base + feedback.statusCount(), sent.newest() + 1));
  }

  private void markLost(long from, long to) {
    for (long sequence = from; sequence < to; sequence++) {
      byte state = sent.state(sequence);
      if (state == SentPackets.SENT || state == SentPackets.SENT_AGAIN) {
        sent.become(sequence, state == SentPackets.SENT ? SentPackets.LOST : SentPackets.LOST_SENT_AGAIN);
        newlyLost++;
      }
    }
  }

  private void onAcknowledged(long sequence, long arrivalNs, long nowNs) {
    byte state = sent.state(sequence);
    if (state == SentPackets.SENT_AGAIN || state == SentPackets.LOST_SENT_AGAIN) {
      newlyLost += state == SentPackets.SENT_AGAIN ? 1 : 0;
      sent.become(sequence, SentPackets.ACKNOWLEDGED);
      noteArrival(sent.sizeBytes(sequence), arrivalNs);
      return;
    }
    if (state != SentPackets.SENT && state != SentPackets.LOST) {
      return;
    }
    if (state == SentPackets.LOST) {
      newlyLost--;
    }
    sent.become(sequence, SentPackets.ACKNOWLEDGED);
    newlyReceived++;
    long sentNs = sent.sentNs(sequence);
    int sizeBytes = sent.sizeBytes(sequence);
    newestAcknowledgedSentNs = Math.max(newestAcknowledgedSentNs, sentNs);
    noteArrival(sizeBytes, arrivalNs);
    detector.onPacket(sentNs, arrivalNs, nowNs);
    if (sent.probeId(sequence) != 0) {
      probes.onAcknowledged(sent.probeId(sequence), sentNs, arrivalNs, sizeBytes);
    }
  }

  private void noteArrival(int sizeBytes, long arrivalNs) {
    // Packets overtake each other; a clock that was set back is followed.
    lastArrivalNs = arrivalNs < lastArrivalNs - THROUGHPUT_WINDOW_NS ? arrivalNs : Math.max(lastArrivalNs, arrivalNs);
    throughput.add(sizeBytes, arrivalNs);
  }

  /** 24 bits, so that the arrivals of all feedback lie on one line. */
  private long unwrapReferenceTime(int wrapped) {
    referenceTime += (wrapped - (int) referenceTime) << 8 >> 8;
    return referenceTime;
  }

  private void updateDelayBased(long nowNs) {
    BandwidthUsage usage = detector.usage();
    long throughputBps = throughput.bitrateBps(lastArrivalNs);
    if (usage != BandwidthUsage.OVERUSING || delayBased.mayDecrease(throughputBps, nowNs)) {
      delayBased.update(usage, throughputBps, nowNs);
    }
    long probedBps = probes.takeResult(nowNs);
    if (probedBps > delayBased.bitrateBps() && usage != BandwidthUsage.OVERUSING) {
      delayBased.setBitrate(probedBps, nowNs);
      lossBased.setBitrate(Math.max(lossBased.bitrateBps(), probedBps));
    }
  }

  /** The receiver estimates for itself; counts until transport-cc feedback comes. */
  public void onRemb(long bitrateBps, long nowNs) {
    rembBps = bitrateBps;
    settle(nowNs);
  }

  /** From RRs, in 1/256; counts only together with REMB. About once a second, as each report changes the estimate. */
  public void onReportedLoss(int fractionLost, long nowNs) {
    reportedLoss = fractionLost / 256.0;
    if (reportedLoss > REMB_HIGH_LOSS) {
      lossLimitBps = (long) (targetBps * (1 - REMB_LOSS_WEIGHT * reportedLoss));
    } else if (reportedLoss < REMB_LOW_LOSS && lossLimitBps < Long.MAX_VALUE) {
      lossLimitBps = lossLimitBps > rembBps ? Long.MAX_VALUE : (long) (lossLimitBps * REMB_INCREASE) + 1;
    }
    settle(nowNs);
  }

  public void onTimeout(long nowNs) {
    if (nowNs >= silenceDeadlineNs() && nowNs - lastSentNs >= SILENCE_STEP_NS) {
      // The last packets, or the feedback about them, were lost, and then nothing was sent: that is no silence.
      unansweredSinceNs = Long.MAX_VALUE;
    } else if (nowNs >= silenceDeadlineNs()) {
      unansweredSinceNs = nowNs - FEEDBACK_TIMEOUT_NS + SILENCE_STEP_NS;
      long decreasedBps = (long) (SILENCE_DECREASE * delayBased.bitrateBps());
      delayBased.setBitrate(decreasedBps, nowNs);
      lossBased.setBitrate(Math.min(lossBased.bitrateBps(), decreasedBps));
      settle(nowNs);
    }
    if (nowNs >= probes.nextDeadlineNs()) {
      // One probe may go out before the first feedback; a receiver that sends none gets no more.
      boolean inVain = detector.usage() == BandwidthUsage.OVERUSING || !feedbackSeen && probes.hasProbed();
      Probe probe = probes.next(targetBps, Math.min(desiredBps, maxBps), inVain, nowNs);
      if (probe != null) {
        sink.startProbe(probe.id, probe.bitrateBps, probe.packets, probe.packetBytes);
      }
    }
  }

  public long nextDeadlineNs() {
    return Math.min(silenceDeadlineNs(), probes.nextDeadlineNs());
  }

  /** One whose receiver never sent feedback is not silent: it does not speak transport-cc. */
  private long silenceDeadlineNs() {
    return !feedbackSeen || unansweredSinceNs == Long.MAX_VALUE
        ? Long.MAX_VALUE : unansweredSinceNs + FEEDBACK_TIMEOUT_NS;
  }

  private void settle(long nowNs) {
    long estimateBps = Math.min(delayBased.bitrateBps(), lossBased.bitrateBps());
    if (!feedbackSeen && rembBps >= 0) {
      estimateBps = Math.min(rembBps, lossLimitBps);
    }
    targetBps = Math.max(minBps, Math.min(maxBps, estimateBps));
    boolean due = !hasTold || nowNs - toldNs >= TELL_INTERVAL_NS
        || targetBps < toldBps * TELL_BELOW || targetBps > toldBps * TELL_ABOVE;
    if (due && targetBps != toldBps) {
      hasTold = true;
      toldBps = targetBps;
      toldNs = nowNs;
      sink.onTargetBitrate(targetBps);
    }
  }
}
