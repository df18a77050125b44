package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two associations on a path that loses, reorders and doubles. */
class SctpTransferTest {
  private static final int PPID = 53;

  /** Content that tells which message it is, and whether all of it is there. */
  static byte[] payload(int number, int length) {
    byte[] payload = new byte[Math.max(4, length)];
    new SplittableRandom(number).nextBytes(payload);
    Bytes.put32(payload, 0, number);
    return payload;
  }

  static int number(SctpMessage message) {
    int number = Bytes.i32(message.payload(), 0);
    assertArrayEquals(payload(number, message.payload().length), message.payload(), "message " + number);
    return number;
  }

  private static final int[] LENGTHS = {4, 100, 1_159, 1_160, 1_161, 5_000, 70_000, 262_144};

  @ParameterizedTest
  @CsvSource({"1,true", "2,true", "3,false", "4,false", "42,true", "43,false"})
  void everyReliableMessageArrivesOnceAndInOrderOverAHostilePath(long seed, boolean interleaving) {
    VirtualSctpNetwork net = new VirtualSctpNetwork(
        seed, Path.HOSTILE, VirtualSctpNetwork.without(!interleaving), VirtualSctpNetwork.without(!interleaving));
    net.connected();
    SplittableRandom random = new SplittableRandom(seed);
    int[] sent = new int[2];
    // Both ways, on four streams, until 150 have gone each way.
    int total = 150;
    long limit = net.nowNs + 3_600 * SECOND;
    while (sent[0] < total || sent[1] < total) {
      for (int side = 0; side < 2; side++) {
        SctpAssociation from = side == 0 ? net.a : net.b;
        int length = LENGTHS[random.nextInt(LENGTHS.length)];
        while (sent[side] < total && from.send(sent[side] % 4, PPID, payload(sent[side], length), SendOptions.RELIABLE,
            net.nowNs) == SendResult.QUEUED) {
          sent[side]++;
          length = LENGTHS[random.nextInt(LENGTHS.length)];
        }
      }
      net.runFor(50 * MS);
      assertTrue(net.nowNs < limit, "seed " + seed + ": it never ends");
    }
    assertTrue(net.runUntil(() -> net.sinkA.messages.size() >= total && net.sinkB.messages.size() >= total, limit),
        () -> "seed " + seed + ": " + net.sinkA.messages.size() + " and " + net.sinkB.messages.size());
    net.runFor(10 * SECOND);
    for (RecordingSctpSink sink : List.of(net.sinkA, net.sinkB)) {
      assertEquals(total, sink.messages.size(), "seed " + seed);
      Map<Integer, Integer> last = new HashMap<>();
      for (SctpMessage message : sink.messages) {
        int number = number(message);
        assertEquals(number % 4, message.streamId());
        assertEquals(PPID, message.payloadProtocolId());
        assertTrue(last.getOrDefault(message.streamId(), -1) < number, "seed " + seed + ": out of order");
        last.put(message.streamId(), number);
      }
    }
    assertEquals(0, net.a.transfer().waiting());
    assertEquals(0, net.b.transfer().waiting());
    assertEquals(0, net.a.transfer().flight());
  }

  @ParameterizedTest
  @CsvSource({"1,true", "2,false", "7,true", "8,false"})
  void everyUnorderedReliableMessageArrivesOnce(long seed, boolean interleaving) {
    VirtualSctpNetwork net = new VirtualSctpNetwork(
        seed, Path.HOSTILE, VirtualSctpNetwork.without(!interleaving), VirtualSctpNetwork.without(!interleaving));
    net.connected();
    for (int i = 0; i < 200; i++) {
      assertEquals(SendResult.QUEUED,
          net.a.send(i % 3, PPID, payload(i, LENGTHS[i % 7]), SendOptions.RELIABLE_UNORDERED, net.nowNs));
      net.runFor(20 * MS);
    }
    assertTrue(net.runUntil(() -> net.sinkB.messages.size() >= 200, net.nowNs + 600 * SECOND), "seed " + seed);
    net.runFor(10 * SECOND);
    assertEquals(200, net.sinkB.messages.stream().map(SctpTransferTest::number).distinct().count());
    assertEquals(200, net.sinkB.messages.size());
  }

  @ParameterizedTest
  @CsvSource({"1,true", "2,false", "3,true", "4,false"})
  void orderedMessagesOfLimitedLifetimeArriveInOrderOrNotAtAllAndNeverHoldUpTheOthers(long seed, boolean interleaving) {
    SctpOptions options = VirtualSctpNetwork.without(!interleaving);
    VirtualSctpNetwork net = new VirtualSctpNetwork(seed, new Path(0.2, 0.02, 20 * MS, 20 * MS), options, options);
    net.connected();
    SendOptions shortLived = new SendOptions(false, 100 * MS, SendOptions.UNLIMITED);
    int total = 600;
    List<Integer> reliable = new ArrayList<>();
    for (int i = 0; i < total; i++) {
      boolean limited = i % 4 != 0;
      SendOptions how = limited ? shortLived : SendOptions.RELIABLE;
      assertEquals(SendResult.QUEUED, net.a.send(i % 2, PPID, payload(i, 40 + i % 5 * 1_000), how, net.nowNs));
      if (!limited) {
        reliable.add(i);
      }
      net.runFor(20 * MS);
    }
    net.runFor(120 * SECOND);
    List<Integer> arrived = net.sinkB.messages.stream().map(SctpTransferTest::number).toList();
    assertTrue(arrived.containsAll(reliable), "seed " + seed + ": a reliable message is missing");
    assertTrue(arrived.size() < total, "seed " + seed + ": nothing was given up, so nothing was tested");
    assertEquals(arrived.size(), arrived.stream().distinct().count(), "seed " + seed);
    for (int stream = 0; stream < 2; stream++) {
      int parity = stream;
      List<Integer> ofStream = arrived.stream().filter(n -> n % 2 == parity).toList();
      assertEquals(ofStream.stream().sorted().toList(), ofStream, "seed " + seed);
    }
    assertEquals(total - arrived.size(), net.a.counters().messagesAbandoned(), 0.2 * total);
    assertEquals(0, net.b.transfer().waiting(), "what was given up must not stay");
    assertEquals(0, net.a.transfer().flight());
  }

  @Test
  void aMessageOfNoRetransmissionsIsSentOnceAndThenSkipped() {
    for (boolean interleaving : new boolean[] {true, false}) {
      SctpOptions options = VirtualSctpNetwork.without(!interleaving);
      VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT, options, options).connected();
      net.runFor(SECOND);
      SendOptions once = new SendOptions(false, SendOptions.UNLIMITED, 0);
      int[] fromA = new int[1];
      // The second of four fragments is lost, each time it is tried.
      net.filter = (a, packet) -> !a || ++fromA[0] != 2;
      net.a.send(0, PPID, payload(1, 4_000), once, net.nowNs);
      net.a.send(0, PPID, payload(2, 10), once, net.nowNs);
      net.runFor(10 * SECOND);
      assertEquals(List.of(2), net.sinkB.messages.stream().map(SctpTransferTest::number).toList());
      assertEquals(0, net.a.counters().chunksRetransmitted());
      assertEquals(1, net.a.counters().messagesAbandoned());
      assertEquals(0, net.b.transfer().waiting());
    }
  }

  @Test
  void givingUpOneMessageAfterAnotherDoesNotCountAsSilenceOfThePeer() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.runFor(SECOND);
    net.filter = (a, packet) -> !a || packet.length < 200;
    for (int i = 0; i < 3 * SctpTimings.MAX_RETRANSMISSIONS; i++) {
      net.a.send(0, PPID, payload(i, 500), new SendOptions(true, SendOptions.UNLIMITED, 0), net.nowNs);
      net.runFor(2 * SECOND);
    }
    assertEquals(SctpState.ESTABLISHED, net.a.state());
    assertEquals(3 * SctpTimings.MAX_RETRANSMISSIONS, net.a.counters().messagesAbandoned());
    long rtoNs = net.a.transfer().retransmissionTimeoutNs();
    assertTrue(rtoNs <= SctpTimings.RTO_INITIAL_NS, () -> "it has backed off: " + rtoNs + " ns");
  }

  @Test
  void aMessageIsRetransmittedAsOftenAsItMayAndNotOnceMore() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.runFor(SECOND);
    net.filter = (a, packet) -> !a || packet.length < 200;
    net.a.send(0, PPID, payload(1, 500), new SendOptions(true, SendOptions.UNLIMITED, 2), net.nowNs);
    net.runFor(60 * SECOND);
    assertEquals(2, net.a.counters().chunksRetransmitted());
    assertEquals(1, net.a.counters().messagesAbandoned());
    assertEquals(SctpState.ESTABLISHED, net.a.state());
    net.filter = (a, packet) -> true;
    net.a.send(0, PPID, payload(2, 500), SendOptions.RELIABLE, net.nowNs);
    net.runFor(SECOND);
    assertEquals(List.of(2), net.sinkB.messages.stream().map(SctpTransferTest::number).toList());
  }

  @Test
  void aMessageWhoseLifetimeEndsBeforeItHasWhollyGoneIsSkippedByThePeer() {
    for (boolean interleaving : new boolean[] {true, false}) {
      SctpOptions options = VirtualSctpNetwork.without(!interleaving);
      VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT, options, options).connected();
      net.runFor(SECOND);
      // Longer than the first window, so that the rest waits for acknowledgements that come after its time.
      SendOptions brief = new SendOptions(false, 15 * MS, SendOptions.UNLIMITED);
      net.a.send(0, PPID, payload(1, 100_000), brief, net.nowNs);
      net.a.send(0, PPID, payload(2, 100), SendOptions.RELIABLE, net.nowNs);
      net.runFor(5 * SECOND);
      assertEquals(List.of(2), net.sinkB.messages.stream().map(SctpTransferTest::number).toList());
      assertEquals(0, net.b.transfer().waiting());
      assertEquals(0, net.a.totalBufferedAmount());
    }
  }

  @Test
  void aMessageThatExpiresBeforeItsTurnCostsNothingOnTheWire() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.runFor(SECOND);
    net.a.send(0, PPID, payload(0, 200_000), SendOptions.RELIABLE, net.nowNs);
    net.a.send(0, PPID, payload(1, 100), new SendOptions(false, MS, SendOptions.UNLIMITED), net.nowNs);
    net.a.send(0, PPID, payload(2, 100), SendOptions.RELIABLE, net.nowNs);
    net.runFor(5 * SECOND);
    assertEquals(List.of(0, 2), net.sinkB.messages.stream().map(SctpTransferTest::number).toList());
    assertEquals(200_100, net.a.counters().messageBytesSent());
  }

  @Test
  void withoutThePeersConsentLimitsAreIgnoredAndEverythingArrives() {
    Capabilities none = Capabilities.NONE;
    VirtualSctpNetwork net = new VirtualSctpNetwork(5, new Path(0.2, 0, 20 * MS, 0), SctpOptions.ofDataChannels(),
        SctpOptions.ofDataChannels().withCapabilities(none));
    net.connected();
    assertEquals(none, net.a.transfer().capabilities());
    for (int i = 0; i < 50; i++) {
      net.a.send(0, PPID, payload(i, 2_000), new SendOptions(false, SendOptions.UNLIMITED, 0), net.nowNs);
    }
    net.runFor(120 * SECOND);
    assertEquals(50, net.sinkB.messages.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theHandshakeSucceedsOverAHostilePathFromOneSideOrBoth(long seed) {
    VirtualSctpNetwork net = new VirtualSctpNetwork(seed, new Path(0.3, 0.2, 10 * MS, 50 * MS));
    if (seed % 2 == 0) {
      net.b.connect(0);
    }
    net.a.connect(0);
    net.a.send(1, PPID, payload(7, 3_000), SendOptions.RELIABLE, 0);
    net.b.send(1, PPID, payload(8, 3_000), SendOptions.RELIABLE, 0);
    assertTrue(net.runUntil(() -> net.sinkA.messages.size() == 1 && net.sinkB.messages.size() == 1, 60 * SECOND),
        "seed " + seed + ": " + net.a.state() + " " + net.b.state());
    assertEquals(7, number(net.sinkB.messages.get(0)));
    assertEquals(8, number(net.sinkA.messages.get(0)));
    assertEquals(0, net.sinkA.restarts + net.sinkB.restarts);
  }

  @Test
  void messagesOfAllLengthsAroundThePacketsEdgesArriveWhole() {
    for (boolean interleaving : new boolean[] {true, false}) {
      SctpOptions options = VirtualSctpNetwork.without(!interleaving);
      VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT, options, options).connected();
      int count = 0;
      for (int length = 1_130; length < 1_200; length++, count++) {
        assertEquals(SendResult.QUEUED, net.a.send(0, PPID, payload(count, length), SendOptions.RELIABLE, net.nowNs));
      }
      byte[] one = {42};
      net.a.send(1, PPID, one, SendOptions.RELIABLE, net.nowNs);
      net.runFor(5 * SECOND);
      List<SctpMessage> all = net.sinkB.messages;
      assertEquals(count + 1, all.size());
      assertArrayEquals(one, all.stream().filter(m -> m.streamId() == 1).findFirst().orElseThrow().payload());
      all.stream().filter(m -> m.streamId() == 0).forEach(SctpTransferTest::number);
    }
  }

  @Test
  void noPacketIsLongerThanThePathsLimit() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(9, Path.HOSTILE);
    net.capture = new ArrayList<>();
    net.connected();
    for (int i = 0; i < 20; i++) {
      net.a.send(i, PPID, payload(i, 50_000), new SendOptions(false, 200 * MS, SendOptions.UNLIMITED), net.nowNs);
    }
    net.runFor(20 * SECOND);
    assertTrue(net.capture.stream().allMatch(packet -> packet.length <= SctpOptions.MAX_PACKET_BYTES));
  }

  @Test
  void interleavedMessagesDoNotWaitForALongOne() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.a.send(0, PPID, payload(0, 262_144), SendOptions.RELIABLE, net.nowNs);
    net.a.send(1, PPID, payload(1, 100), SendOptions.RELIABLE, net.nowNs);
    net.runFor(5 * SECOND);
    assertEquals(List.of(1, 0), net.sinkB.messages.stream().map(SctpTransferTest::number).toList());
  }
}
