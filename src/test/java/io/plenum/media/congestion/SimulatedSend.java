package io.plenum.media.congestion;

import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.TransportFeedback;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** A sender that uses its estimate, a bottleneck, a receiver with real transport-cc feedback, and a way back. */
final class SimulatedSend implements BandwidthEstimator.Sink {
  static final long MS = 1_000_000;
  static final long SECOND = 1_000 * MS;
  private static final long STEP_NS = MS;
  private static final int PACKET_BYTES = 1100;

  private record Packet(int number, long arrivalNs) {}

  private record Feedback(byte[] bytes, long arrivalNs) {}

  final SimulatedLink link;
  final BandwidthEstimator estimator = new BandwidthEstimator(BandwidthEstimator.START_BITRATE_BPS, this);
  final List<Long> told = new ArrayList<>();
  final List<Long> probedBps = new ArrayList<>();
  /** What the layers that are sent need at most. */
  long mediaMaxBps = Long.MAX_VALUE;
  boolean feedbackArrives = true;
  /** The two clocks have different beginnings. */
  long receiverClockOffsetNs = 123_456_789_000L;
  long now = 5 * SECOND;

  /** Delay after which a lost packet goes out once more under its number, and arrives; 0 for never. */
  long sendsAgainAfterNs;
  int sentAgain;

  private final long backDelayNs;
  private final TransportCcReceiver receiver = new TransportCcReceiver(this::onFeedbackSent);
  private final RtcpReader reader = new RtcpReader();
  private final Deque<Packet> forth = new ArrayDeque<>();
  private final Deque<Packet> again = new ArrayDeque<>();
  private final Deque<Feedback> back = new ArrayDeque<>();
  private int nextNumber = 65_000;
  private double frameBytes;
  private double owedBytes;
  private double budgetBytes;

  SimulatedSend(SimulatedLink link, long backDelayNs) {
    this.link = link;
    this.backDelayNs = backDelayNs;
  }

  @Override
  public void onTargetBitrate(long bitrateBps) {
    told.add(bitrateBps);
  }

  @Override
  public void startProbe(int probeId, long bitrateBps, int packets, int packetBytes) {
    probedBps.add(bitrateBps);
    for (int i = 0; i < packets; i++) {
      send(packetBytes, probeId);
    }
  }

  private void onFeedbackSent(byte[] bytes, int offset, int length) {
    back.add(new Feedback(Arrays.copyOfRange(bytes, offset, offset + length), now + backDelayNs));
  }

  private void send(int sizeBytes, int probeId) {
    int number = nextNumber++ & 0xffff;
    estimator.onPacketSent(number, sizeBytes, probeId, now);
    long arrival = link.send(sizeBytes, now);
    if (arrival >= 0) {
      forth.add(new Packet(number, arrival));
    } else if (sendsAgainAfterNs > 0) {
      again.add(new Packet(number, now + sendsAgainAfterNs));
    }
  }

  /** Runs, and answers the mean target over the last second. */
  double run(double seconds) {
    long end = now + (long) (seconds * SECOND);
    double sum = 0;
    int samples = 0;
    while (now < end) {
      now += STEP_NS;
      sendMedia();
      while (!forth.isEmpty() && forth.peek().arrivalNs <= now) {
        Packet packet = forth.poll();
        receiver.onPacket(1, packet.number, packet.arrivalNs + receiverClockOffsetNs);
      }
      while (!again.isEmpty() && again.peek().arrivalNs <= now) {
        Packet packet = again.poll();
        sentAgain++;
        estimator.onPacketSentAgain(packet.number);
        receiver.onPacket(1, packet.number, now + backDelayNs + receiverClockOffsetNs);
      }
      receiver.onTimeout(now + receiverClockOffsetNs);
      while (!back.isEmpty() && back.peek().arrivalNs <= now) {
        deliver(back.poll());
      }
      if (now >= estimator.nextDeadlineNs()) {
        estimator.onTimeout(now);
      }
      if (end - now < SECOND) {
        sum += estimator.targetBitrateBps();
        samples++;
      }
    }
    return sum / samples;
  }

  private void deliver(Feedback feedback) {
    if (!feedbackArrives) {
      return;
    }
    reader.read(feedback.bytes, 0, feedback.bytes.length, new RtcpHandler() {
      @Override
      public void onTransportFeedback(TransportFeedback view) {
        estimator.onFeedback(view, now);
      }
    });
  }

  private void sendMedia() {
    double rate = Math.min(mediaMaxBps, estimator.targetBitrateBps());
    double stepBytes = rate / 8 * STEP_NS / SECOND;
    frameBytes += stepBytes;
    if (now % (33 * MS) < STEP_NS) {
      owedBytes = Math.min(owedBytes + frameBytes, 20 * PACKET_BYTES + frameBytes);
      frameBytes = 0;
    }
    // An SFU passes frames on as they come, paced by the publisher at two and a half times the rate.
    budgetBytes = Math.min(owedBytes, budgetBytes + 2.5 * stepBytes);
    while (budgetBytes >= PACKET_BYTES) {
      budgetBytes -= PACKET_BYTES;
      owedBytes -= PACKET_BYTES;
      send(PACKET_BYTES, 0);
    }
  }
}
