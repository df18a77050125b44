package io.plenum.simulation;

import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.Consumer;
import io.plenum.media.stream.ReceiveStream;
import io.plenum.media.stream.ReceiveStreamOptions;
import io.plenum.media.stream.SenderClock;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.Rtx;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.rtp.codec.Vp8Payload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a simulated peer receives of one consumer: asks for what is missing, keeps all that came. */
public final class ReceivedTrack {
  /** A receiver that has packets but no beginning of a key frame asks for one after so long. */
  private static final long KEY_FRAME_PATIENCE_NS = 300 * VirtualTime.MS;
  /** One that cannot go on, because a packet does not come however often it asks, waits longer. */
  private static final long HOLE_PATIENCE_NS = VirtualTime.SECOND;

  /** One packet as it came, first or repaired. {@code content} is null for padding. */
  public record Arrived(long sequence, long timestamp, boolean marker, boolean repaired, long arrivedNs, boolean key,
      boolean start, int pictureId, int tl0PictureIndex, int temporalLayer, Content content) {}

  private final SimulatedPeer peer;
  private final Consumer consumer;
  private final int payloadType;
  private final int rtxPayloadType;
  private final ReceiveStream receive;
  private final SenderClock clock;
  private final PayloadInfo payload = new PayloadInfo();
  private final Vp8Payload vp8 = new Vp8Payload();
  /** By unwrapped sequence number. */
  public final TreeMap<Long, Arrived> packets = new TreeMap<>();
  public final int ssrc;
  public final int rtxSsrc;
  public long keyFrameRequests;
  public long senderReports;
  public long bytes;
  public long rtxBytes;
  public long rtxPackets;
  public long paddingProbes;
  /** When each packet came by RTX, by its original number. */
  public final Map<Integer, List<Long>> repairsNs = new HashMap<>();
  public long lastArrivalNs;
  public long longestSilenceNs;
  /** The publisher is hostile: what comes is counted and not looked at. */
  public boolean mayBeDamaged;
  private long waitingSinceNs = Long.MIN_VALUE;
  private boolean sawKeyFrame;
  /** All packets up to this one are there, from the last key frame on that could be begun with. */
  private long wholeUpTo = -1;
  private long stuckSinceNs;

  ReceivedTrack(SimulatedPeer peer, Consumer consumer) {
    this.peer = peer;
    this.consumer = consumer;
    RtpParameters parameters = consumer.rtpParameters();
    RtpEncodingParameters encoding = parameters.encodings().get(0);
    ssrc = encoding.ssrc().intValue();
    rtxSsrc = encoding.rtx() == null ? 0 : (int) encoding.rtx().ssrc();
    payloadType = parameters.mediaCodec().payloadType();
    rtxPayloadType = rtxSsrc == 0 ? -1 : parameters.rtxOf(payloadType).payloadType();
    clock = new SenderClock(parameters.mediaCodec().clockRate());
    boolean nack = parameters.mediaCodec().rtcpFeedback().contains(RtcpFeedback.NACK);
    receive = new ReceiveStream(isVideo()
        ? new ReceiveStreamOptions(ssrc, 90_000, true, nack, true, 0, 0)
        : ReceiveStreamOptions.audio(ssrc, 48_000, nack), new Feedback());
    if (rtxSsrc != 0) {
      receive.setRtxSsrc(rtxSsrc);
    }
    peer.time().drive(receive::nextDeadlineNs, receive::onTimeout);
  }

  public Consumer consumer() {
    return consumer;
  }

  public boolean isVideo() {
    return consumer.kind() == MediaKind.VIDEO;
  }

  public ReceiveStream stream() {
    return receive;
  }

  /**
   * Share of the packets that a receiver had in time to play them, among those that were captured in a span of time.
   *
   * @param playoutDelayNs from capture to play
   */
  double playedShare(long fromNs, long toNs, long intervalNs, long playoutDelayNs) {
    long played = packets.values().stream().filter(arrived -> arrived.content() != null)
        .filter(arrived -> arrived.content().captureNs() >= fromNs && arrived.content().captureNs() < toNs)
        .filter(arrived -> arrived.arrivedNs() - arrived.content().captureNs() <= playoutDelayNs).count();
    return played / ((toNs - fromNs) / (double) intervalNs);
  }

  public boolean hasClock() {
    return clock.known();
  }

  /** The publisher's wall clock at that timestamp, as the last sender report has it. */
  public long ntpTimeOf(long timestamp) {
    return clock.ntpTimeOf(timestamp);
  }

  void onRtp(RtpPacket packet, long nowNs) {
    boolean rtx = packet.ssrc() == rtxSsrc && rtxSsrc != 0;
    if (lastArrivalNs != 0) {
      longestSilenceNs = Math.max(longestSilenceNs, nowNs - lastArrivalNs);
    }
    lastArrivalNs = nowNs;
    if (packet.payloadType() != (rtx ? rtxPayloadType : payloadType)) {
      throw new AssertionError("payload type " + packet.payloadType() + " on ssrc " + packet.ssrc());
    }
    if (rtx) {
      rtxBytes += packet.length();
      rtxPackets++;
      if (Rtx.restore(packet, ssrc, payloadType) != Rtx.Restored.ORIGINAL) {
        paddingProbes++;
        return;
      }
      repairsNs.computeIfAbsent(packet.sequenceNumber(), number -> new ArrayList<>()).add(nowNs);
    } else {
      bytes += packet.length();
    }
    if ((rtx ? receive.onRtx(packet, nowNs) : receive.onRtp(packet, nowNs)).accepted()) {
      keep(packet, rtx, nowNs);
    }
  }

  private void keep(RtpPacket packet, boolean repaired, long nowNs) {
    payload.clear();
    Content content = null;
    if (packet.payloadLength() > 0 && !mayBeDamaged) {
      if (isVideo()) {
        if (vp8.parse(packet, payload) != null) {
          throw new AssertionError("a VP8 descriptor was damaged");
        }
        receive.onPayload(payload, nowNs);
      }
      int offset = isVideo() ? Publication.videoContentOffset() : 0;
      content = Content.read(packet.bytes(), packet.payloadOffset() + offset, packet.payloadLength() - offset);
      if (content == null) {
        throw new AssertionError("payload bytes were changed on the way");
      }
    }
    packets.put(receive.sequence(), new Arrived(receive.sequence(), packet.timestamp(), packet.marker(), repaired, nowNs,
        payload.keyFrame, payload.frameStart, payload.pictureId, payload.tl0PictureIndex, payload.temporalLayer, content));
    if (isVideo()) {
      waitForKeyFrame(nowNs);
      waitForRepair(nowNs);
    }
  }

  private void waitForRepair(long nowNs) {
    long before = wholeUpTo;
    if (wholeUpTo < 0 || payload.keyFrame && payload.frameStart && receive.sequence() > wholeUpTo) {
      wholeUpTo = receive.sequence();
    }
    while (packets.containsKey(wholeUpTo + 1)) {
      wholeUpTo++;
    }
    if (wholeUpTo != before || packets.lastKey() == wholeUpTo) {
      stuckSinceNs = nowNs;
    } else if (sawKeyFrame && nowNs - stuckSinceNs > HOLE_PATIENCE_NS) {
      stuckSinceNs = nowNs;
      requestKeyFrame();
    }
  }

  private void waitForKeyFrame(long nowNs) {
    sawKeyFrame |= payload.keyFrame && payload.frameStart;
    if (sawKeyFrame) {
      return;
    }
    if (waitingSinceNs == Long.MIN_VALUE) {
      waitingSinceNs = nowNs;
    } else if (nowNs - waitingSinceNs > KEY_FRAME_PATIENCE_NS) {
      waitingSinceNs = nowNs;
      requestKeyFrame();
    }
  }

  public void requestKeyFrame() {
    keyFrameRequests++;
    peer.sendPli(ssrc);
  }

  void onSenderReport(SenderInfo info, long nowNs) {
    senderReports++;
    receive.onSenderReport(info.ntpTime, nowNs);
    clock.onSenderReport(info.ntpTime, info.rtpTimestamp, nowNs);
  }

  boolean fillReportBlock(ReportBlock block, long nowNs) {
    if (packets.isEmpty()) {
      return false;
    }
    receive.fillReportBlock(block, nowNs);
    return true;
  }

  private final class Feedback implements ReceiveStream.Sink {
    @Override
    public void requestRetransmission(int mediaSsrc, int[] sequenceNumbers, int count) {
      peer.sendNack(mediaSsrc, sequenceNumbers, count);
    }

    @Override
    public void requestKeyFrame(int mediaSsrc) {
      ReceivedTrack.this.requestKeyFrame();
    }

    @Override
    public void scoreChanged(int mediaSsrc, int score) {}

    @Override
    public void activeChanged(int mediaSsrc) {}
  }
}
