package io.plenum.media.congestion;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.TransportFeedback;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What happens for each packet and each feedback leaves nothing for the garbage collector. */
class NoAllocationTest {
  private static final long MS = 1_000_000;
  private static final int PACKETS = 100_000;

  private final RtcpReader reader = new RtcpReader();
  private final BandwidthEstimator estimator = new BandwidthEstimator(600_000, new BandwidthEstimator.Sink() {
    @Override
    public void onTargetBitrate(long bitrateBps) {}

    @Override
    public void startProbe(int probeId, long bitrateBps, int packets, int packetBytes) {}
  });
  private long now;
  private final RtcpHandler handler = new RtcpHandler() {
    @Override
    public void onTransportFeedback(TransportFeedback feedback) {
      estimator.onFeedback(feedback, now);
    }
  };
  private final TransportCcReceiver receiver =
      new TransportCcReceiver((bytes, offset, length) -> reader.read(bytes, offset, length, handler));
  private final RemoteBitrateEstimator remote = new RemoteBitrateEstimator(bps -> {});
  private int number;

  private void sendAndReceive(int packets) {
    for (int i = 0; i < packets; i++) {
      now += MS;
      number++;
      estimator.onPacketSent(number & 0xffff, 1000, 0, now);
      if (number % 50 != 0) {
        receiver.onPacket(1, number & 0xffff, now);
        remote.onPacket((int) (now * (1 << 18) / 1_000_000_000L) & 0xff_ffff, 1000, now);
      }
      receiver.onTimeout(now);
      remote.onTimeout(now);
      estimator.onTimeout(now);
    }
  }

  @Test
  void nothingIsAllocatedForAPacketOrAFeedback() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    sendAndReceive(PACKETS);
    long before = threads.getCurrentThreadAllocatedBytes();
    sendAndReceive(PACKETS);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < PACKETS, "allocated " + allocated + " bytes for " + PACKETS + " packets");
    assertTrue(estimator.loss() > 0.01 && estimator.targetBitrateBps() > 600_000, "it did something");
  }
}
