package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.PacketReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    // (Mathis et al. 1997), with a delayed acknowledgement for every second packet making no difference to byte
    // counting.
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
  void aLostRetransmissionIsRepairedWithoutTimeoutWhileOthersArrive() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.a.send(0, 53, new byte[100_000], SendOptions.RELIABLE, net.nowNs);
    net.runFor(SECOND);
    PacketReader reader = new PacketReader();
    DataChunk data = new DataChunk();
    Integer[] victim = new Integer[1];
    int[] times = new int[1];
    net.filter = (a, packet) -> {
      reader.parse(packet, 0, packet.length, true);
      while (a && reader.nextChunk()) {
        boolean isData = reader.chunkType() == ChunkType.I_DATA && data.parse(reader) == null;
        if (isData && victim[0] == null) {
          victim[0] = data.tsn() + 2;
        }
        if (isData && victim[0] == data.tsn() && ++times[0] <= 3) {
          return false;
        }
      }
      return true;
    };
    for (int i = 0; i < 4; i++) {
      net.a.send(0, 53, new byte[250_000], SendOptions.RELIABLE, net.nowNs);
    }
    assertTrue(net.runUntil(() -> net.sinkB.messages.size() == 5, net.nowNs + SECOND));
    assertEquals(4, times[0], "lost three times, arrived once");
    assertEquals(0, net.a.counters().retransmissionTimeouts());
  }

  @Test
  void theRoundTripIsMeasuredWhateverTheClockBeginsWith() {
    for (long startNs : new long[] {0, -5 * SECOND, Long.MAX_VALUE / 4}) {
      VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT);
      net.nowNs = startNs;
      net.a.connect(startNs);
      net.runFor(SECOND);
      net.a.send(0, 53, new byte[10_000], SendOptions.RELIABLE, net.nowNs);
      net.runFor(SECOND);
      // 20 ms there and back; the last packet's acknowledgement may have been delayed.
      long rttNs = net.a.transfer().smoothedRttNs();
      assertTrue(rttNs >= 20 * MS && rttNs < 60 * MS, () -> rttNs + " ns from " + startNs);
    }
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

  /** Of twenty megabytes from A to B over a path that loses as much each way: a number of simulated seconds, averaged over three seeds. */
  private static double secondsFor20Megabytes(double loss, long rttMs) {
    double sum = 0;
    for (long seed = 1; seed <= 3; seed++) {
      VirtualSctpNetwork net = new VirtualSctpNetwork(seed, new Path(0, 0, rttMs * MS / 2, 0)).connected();
      net.path = new Path(loss, 0, rttMs * MS / 2, 0);
      net.sinkB.keepMessages = false;
      int blocks = 20_000_000 / MESSAGE_BYTES;
      int[] sent = new int[1];
      byte[] message = new byte[MESSAGE_BYTES];
      Runnable refill = () -> {
        while (sent[0] < blocks && net.a.send(0, 53, message, SendOptions.RELIABLE, net.nowNs) == SendResult.QUEUED) {
          sent[0]++;
        }
      };
      net.a.setBufferedAmountLowThreshold(0, 1_000_000);
      net.sinkA.onLow = refill;
      long startNs = net.nowNs;
      refill.run();
      assertTrue(net.runUntil(() -> net.b.counters().messagesReceived() == blocks, startNs + 3_600 * SECOND), "seed " + seed);
      sum += (net.nowNs - startNs) / (double) SECOND;
      assertTrue(loss > 0.05 || net.a.counters().retransmissionTimeouts() <= 1,
          "seed " + seed + ": " + net.a.counters().retransmissionTimeouts() + " losses were not noticed by what came after them");
    }
    return sum / 3;
  }

  @ParameterizedTest
  @ValueSource(longs = {20, 60})
  void atThreePercentLossTwentyMegabytesTakeWhatTheFormulaSaysAndNoTimeouts(long rttMs) {
    double allowed = 1_160 * 1_000.0 / rttMs * Math.sqrt(1.5 / 0.03);
    double seconds = secondsFor20Megabytes(0.03, rttMs);
    assertTrue(seconds < 20_000_000 / allowed * 1.05, () -> seconds + " s");
    assertTrue(seconds > 20_000_000 / allowed * 0.85, () -> seconds + " s are less than is fair");
  }

  @Test
  void atTenPercentLossTimeoutsAreManyAndShort() {
    double seconds = secondsFor20Megabytes(0.1, 20);
    assertTrue(seconds < 115, () -> seconds + " s; 118 with 400 ms for each timeout at least, 130 with a window halved for each loss");
  }

  @Test
  void theWindowGrowsAlsoByWhatIsAcknowledgedBehindAHole() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.association.send(0, 53, new byte[50_000], SendOptions.RELIABLE, peer.nowNs);
    long before = peer.association.transfer().congestionWindow();
    peer.sack(peer.remoteInitialTsn - 1, 1 << 20, 2, 3);
    long after = peer.association.transfer().congestionWindow();
    assertTrue(after > before, () -> before + " and then " + after);
  }
}
