package io.plenum.media.stream;

import io.plenum.media.Dump;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import java.util.OptionalInt;

/**
 * One media SSRC that a producer sends, with the RTX SSRC that repairs it. The table of contents of the receive side:
 * {@link SequenceTracker} says which packets are new, {@link ReceptionStats} writes our reports about them,
 * {@link NackGenerator} asks for what is missing, {@link KeyFrameRequester} for key frames, {@link RateCounter},
 * {@link LayerRates} and {@link StreamScore} count.
 *
 * <p>For each packet: {@link #onRtp} or {@link #onRtx}; if that accepts it, the owner reads the payload and calls
 * {@link #onPayload}, and hands the packet on with {@link #sequence()}.
 */
public final class ReceiveStream {
  /** What the stream wants from its owner, who sends or enqueues and does not call back. */
  public interface Sink {
    /** @param sequenceNumbers 16 bit each, ours again when the call returns */
    void requestRetransmission(int ssrc, int[] sequenceNumbers, int count);

    void requestKeyFrame(int ssrc);

    void scoreChanged(int ssrc, int score);

    /** The stream's first packet came, or the first after a silence, or it has fallen silent: {@link #active} says which. */
    void activeChanged(int ssrc);
  }

  private final ReceiveStreamOptions options;
  private final Sink sink;
  private final SequenceTracker sequences = new SequenceTracker();
  private final ReceptionStats reception;
  private final NackGenerator nacks;
  private final KeyFrameRequester keyFrames;
  private final StreamScore score = new StreamScore(StreamScore.BEST);
  private final RateCounter mediaRate = new RateCounter();
  private final LayerRates layerRates = new LayerRates();

  private boolean hasRtx;
  private int rtxSsrc;
  private boolean paused;
  private boolean active;
  private long activeSinceNs;
  private long lastPacketNs;
  /** So much is missing that only a key frame helps; the request follows once the packet in hand is settled. */
  private boolean keyFrameNeeded;
  private int lastLength;
  private double rttMs;

  private long packetsDiscarded;
  private long rtxPacketsDiscarded;
  private long packetsRetransmitted;
  private long packetsRepaired;
  private long nackCount;
  private long nackPacketCount;
  private long pliCount;
  private long firCount;
  private long repairedPrior;
  private long retransmittedPrior;

  public ReceiveStream(ReceiveStreamOptions options, Sink sink) {
    this(options, null, sink);
  }

  /** @param keyFrameBudget shared with the producer's other streams; null if there are none */
  public ReceiveStream(ReceiveStreamOptions options, KeyFrameBudget keyFrameBudget, Sink sink) {
    this.options = options;
    this.sink = sink;
    reception = new ReceptionStats(options.clockRate());
    keyFrames = new KeyFrameRequester(options.ssrc(), options.keyFrameMinIntervalNs(), keyFrameBudget,
        this::sendKeyFrameRequest);
    nacks = new NackGenerator(new NackGenerator.Sink() {
      @Override
      public void requestRetransmission(int[] sequenceNumbers, int count) {
        nackCount++;
        nackPacketCount += count;
        sink.requestRetransmission(options.ssrc(), sequenceNumbers, count);
      }

      @Override
      public void requestKeyFrame() {
        keyFrameNeeded = true;
      }
    });
  }

  /** RTX may be signalled, or be learnt from the first packet that carries our rid as repaired. */
  public void setRtxSsrc(int ssrc) {
    hasRtx = true;
    rtxSsrc = ssrc;
  }

  /** A packet of the media SSRC, padding-only ones too: they have a sequence number like all others. */
  public Acceptance onRtp(RtpPacket packet, long nowNs) {
    Acceptance acceptance = sequences.onPacket(packet.sequenceNumber());
    if (!acceptance.accepted()) {
      if (acceptance == Acceptance.DUPLICATE) {
        reception.onDuplicate();
      }
      packetsDiscarded++;
      return acceptance;
    }
    if (acceptance == Acceptance.RESTARTED) {
      reception.onRestart();
      nacks.reset();
      // After an outage too long to count what was lost, nothing that comes can be decoded; nor can what another sender
      // goes on with.
      keyFrameNeeded = true;
    }
    reception.onPacket(packet.timestamp(), sequences.sequence() == sequences.highest(), nowNs);
    accept(packet, packet.length(), nowNs);
    return acceptance;
  }

  /** A media packet restored from RTX (RFC 4588 §4): its sequence number is the original one. */
  public Acceptance onRtx(RtpPacket restored, long nowNs) {
    packetsRetransmitted++;
    Acceptance acceptance = sequences.onRecovered(restored.sequenceNumber());
    if (!acceptance.accepted()) {
      rtxPacketsDiscarded++;
      return acceptance;
    }
    packetsRepaired++;
    accept(restored, restored.length(), nowNs);
    return acceptance;
  }

  /** RTX without a payload: a bandwidth probe. */
  public void onRtxPadding() {
    rtxPacketsDiscarded++;
  }

  /** What the payload of the packet just accepted says. Not called for padding. */
  public void onPayload(PayloadInfo payload, long nowNs) {
    layerRates.add(payload, lastLength, nowNs);
    if (payload.keyFrame) {
      // Each packet of H264's says that it belongs to one, and what of it came before must not be given up.
      if (payload.frameStart && payload.spatialLayer == 0) {
        nacks.onKeyFrame(sequences.sequence());
      }
      keyFrames.onKeyFrame();
    }
  }

  /** A consumer, or we ourselves, cannot go on without a key frame. */
  public void onKeyFrameWanted(long nowNs) {
    if (!paused) {
      keyFrames.onKeyFrameWanted(nowNs);
    }
  }

  public void onSenderReport(long ntpTime, long nowNs) {
    reception.onSenderReport(ntpTime, nowNs);
  }

  /** To the sender and back, measured elsewhere (XR, ICE, a report of another stream of the same peer). */
  public void onRtt(long rttNs) {
    rttMs = rttNs / 1e6;
    nacks.onRtt(rttNs);
  }

  /** Fills the report on this stream and closes the report interval; once per report that is sent. */
  public void fillReportBlock(ReportBlock block, long nowNs) {
    block.ssrc = options.ssrc();
    reception.fillReportBlock(block, sequences, nowNs);
    int before = score.score();
    if (active || options.inactivityTimeoutNs() == 0) {
      score.onInterval(reception.intervalExpected(), reception.intervalLost(), packetsRepaired - repairedPrior,
          packetsRetransmitted - retransmittedPrior);
    }
    repairedPrior = packetsRepaired;
    retransmittedPrior = packetsRetransmitted;
    tellScoreIfNot(before);
  }

  /** The producer is paused: silence is no fault, and nothing is missing. */
  public void pause() {
    paused = true;
    nacks.reset();
    keyFrames.onKeyFrame();
  }

  public void resume(long nowNs) {
    paused = false;
    lastPacketNs = nowNs;
  }

  public long nextDeadlineNs() {
    if (paused) {
      return Long.MAX_VALUE;
    }
    return Math.min(inactivityDeadlineNs(), Math.min(nacks.nextDeadlineNs(), keyFrames.nextDeadlineNs()));
  }

  public void onTimeout(long nowNs) {
    if (paused) {
      return;
    }
    nacks.onTimeout(nowNs);
    keyFrames.onTimeout(nowNs);
    if (nowNs >= inactivityDeadlineNs()) {
      active = false;
      nacks.reset();
      int before = score.score();
      score.reset(0);
      sink.activeChanged(options.ssrc());
      tellScoreIfNot(before);
    }
  }

  /** Unwrapped, of the packet accepted last. */
  public long sequence() {
    return sequences.sequence();
  }

  public int ssrc() {
    return options.ssrc();
  }

  public OptionalInt rtxSsrc() {
    return hasRtx ? OptionalInt.of(rtxSsrc) : OptionalInt.empty();
  }

  public int score() {
    return score.score();
  }

  /** RTP came lately; always true after the first packet if no inactivity timeout is set. */
  public boolean active() {
    return active;
  }

  /** How long RTP has come without a break that made it inactive; 0 if it is not {@link #active}. */
  public long activeForNs(long nowNs) {
    return active ? nowNs - activeSinceNs : 0;
  }

  public long bitsPerSecond(long nowNs) {
    return mediaRate.bitsPerSecond(nowNs);
  }

  public LayerRates layerRates() {
    return layerRates;
  }

  public InboundRtpStats stats(long nowNs) {
    return new InboundRtpStats(options.ssrc(), rtxSsrc(), mediaRate.packets(), mediaRate.bytes(),
        mediaRate.bitsPerSecond(nowNs), layerRates.byLayer(nowNs), reception.packetsLost(sequences),
        reception.fractionLost(), reception.jitter(), packetsDiscarded, packetsRetransmitted, packetsRepaired,
        nackCount, nackPacketCount, pliCount, firCount, score.score(), rttMs, rtxPacketsDiscarded);
  }

  public void dump(Dump out) {
    out.value("ssrc", Integer.toUnsignedLong(options.ssrc()))
        .value("rtxSsrc", hasRtx ? Integer.toUnsignedLong(rtxSsrc) : null)
        .value("active", active).value("paused", paused).value("score", score.score())
        .value("highestSequence", sequences.highest()).value("missing", nacks.missingCount())
        .value("nackDeadlineNs", nacks.nextDeadlineNs()).value("keyFrameDeadlineNs", keyFrames.nextDeadlineNs())
        .value("inactivityDeadlineNs", inactivityDeadlineNs());
  }

  private void accept(RtpPacket packet, int length, long nowNs) {
    lastLength = length;
    lastPacketNs = nowNs;
    if (packet.payloadLength() > 0) {
      mediaRate.add(length, nowNs);
    }
    if (options.nack() && !paused) {
      nacks.onPacket(sequences.sequence(), nowNs);
    }
    if (keyFrameNeeded) {
      keyFrameNeeded = false;
      if (options.video()) {
        onKeyFrameWanted(nowNs);
      }
    }
    if (!active) {
      active = true;
      activeSinceNs = nowNs;
      int before = score.score();
      score.reset(StreamScore.BEST);
      sink.activeChanged(options.ssrc());
      tellScoreIfNot(before);
    }
  }

  private long inactivityDeadlineNs() {
    return active && options.inactivityTimeoutNs() > 0 ? lastPacketNs + options.inactivityTimeoutNs() : Long.MAX_VALUE;
  }

  private void sendKeyFrameRequest(int ssrc) {
    if (options.pli()) {
      pliCount++;
    } else {
      firCount++;
    }
    sink.requestKeyFrame(ssrc);
  }

  private void tellScoreIfNot(int before) {
    if (score.score() != before) {
      sink.scoreChanged(options.ssrc(), score.score());
    }
  }
}
