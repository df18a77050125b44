package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of what RFC 9260's congestion control allows is used. Time is virtual, so these are numbers, not speeds. */
class SctpThroughputTest {
  private static final int MESSAGE_BYTES = 50_000;

  /** Payload that A brings to B in so long, always having more to send. */
  private static long transfer(VirtualSctpNetwork net, long ns) {
    net.sinkB.keepMessages = false;
    byte[] message = new byte[MESSAGE_BYTES];
    long start = net.b.counters().messageBytesReceived();
    Runnable refill = () -> {
      while (net.a.send(0, 53, message, SendOptions.RELIABLE, net.nowNs) == SendResult.QUEUED) { }
    };
    net.a.setBufferedAmountLowThreshold(0, 1_000_000);
    net.sinkA.onLow = refill;
    refill.run();
    net.runFor(ns);
    net.sinkA.onLow = () -> { };
    return net.b.counters().messageBytesReceived() - start;
  }

  @ParameterizedTest
  @CsvSource({"1,true", "2,true", "3,true", "1,false", "2,false"})
  void onePercentLossOver20MsCostsNoMoreThanTheCongestionControlOfTheRfcDemands(long seed, boolean interleaving) {
    SctpOptions options = VirtualSctpNetwork.without(!interleaving);
    // 20 ms there and back.
    VirtualSctpNetwork net = new VirtualSctpNetwork(seed, new Path(0, 0, 10 * MS, 0), options, options).connected();
    double loss = 0.01;
    net.path = new Path(loss, 0, 10 * MS, 0);
    double seconds = 60;
    double bytesPerSecond = transfer(net, (long) (seconds * SECOND)) / seconds;
    // AIMD that halves at each loss and grows by a packet per round trip: rate = packet / rtt * sqrt(3 / (2 loss))
    // (Mathis et al. 1997), with a delayed acknowledgement for every second packet making no difference to byte counting.
    double allowed = 1_160 / 0.020 * Math.sqrt(1.5 / loss);
    assertTrue(bytesPerSecond > allowed / 2,
        () -> "seed " + seed + ": " + (long) bytesPerSecond + " of " + (long) allowed + " bytes/s");
    assertTrue(bytesPerSecond < allowed * 2,
        () -> "seed " + seed + ": more than is fair: " + (long) bytesPerSecond + " of " + (long) allowed + " bytes/s");
  }

  @Test
  void aCleanPathIsFilledUpToTheWindow() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, new Path(0, 0, 50 * MS, 0)).connected();
    transfer(net, 4 * SECOND);
    long bytes = transfer(net, 2 * SECOND);
    // Four MB in flight each 100 ms, headers included, is the most.
    assertTrue(bytes > 2L * 30_000_000, "only " + bytes + " bytes in 2 s");
    assertTrue(bytes < 2L * 42_000_000, bytes + " bytes in 2 s");
    assertEquals(0, net.a.counters().chunksRetransmitted());
    assertTrue(net.a.transfer().congestionWindow() <= CongestionControl.MAX_WINDOW_BYTES);
  }

  @Test
  void aLostPacketIsRepairedInARoundTripAndNotByTimeout() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    int[] fromA = new int[1];
    net.filter = (a, packet) -> !a || packet.length < 1_000 || ++fromA[0] != 3;
    net.a.send(0, 53, new byte[20_000], SendOptions.RELIABLE, net.nowNs);
    assertTrue(net.runUntil(() -> net.sinkB.messages.size() == 1, net.nowNs + 200 * MS));
    assertEquals(1, net.a.counters().fastRetransmits());
    assertEquals(0, net.a.counters().retransmissionTimeouts());
  }

  @Test
  void aLostLastPacketIsRepairedByTimeout() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    int[] fromA = new int[1];
    net.filter = (a, packet) -> !a || ++fromA[0] != 1;
    net.a.send(0, 53, new byte[100], SendOptions.RELIABLE, net.nowNs);
    assertTrue(net.runUntil(() -> net.sinkB.messages.size() == 1, net.nowNs + SECOND));
    assertEquals(1, net.a.counters().retransmissionTimeouts());
  }

  @Test
  void doubledPacketsRetransmitNothing() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(4, Path.PERFECT).connected();
    net.path = new Path(0, 0.3, 10 * MS, 0);
    net.a.send(0, 53, new byte[200_000], SendOptions.RELIABLE, net.nowNs);
    net.runFor(5 * SECOND);
    assertEquals(1, net.sinkB.messages.size());
    assertEquals(0, net.a.counters().chunksRetransmitted());
  }
}
