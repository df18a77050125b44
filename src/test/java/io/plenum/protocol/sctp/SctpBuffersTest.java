package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.SctpTransferTest.payload;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Back-pressure: what waits is told, and limited. */
class SctpBuffersTest {
  private static SendResult send(SctpAssociation association, int streamId, int length, long nowNs) {
    return association.send(streamId, 53, payload(1, length), SendOptions.RELIABLE, nowNs);
  }

  @Test
  void whatWaitsIsCountedByStreamAndSinksAsItGoes() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT);
    send(net.a, 1, 5_000, 0);
    send(net.a, 1, 5_000, 0);
    send(net.a, 2, 70_000, 0);
    assertEquals(10_000, net.a.bufferedAmount(1));
    assertEquals(70_000, net.a.bufferedAmount(2));
    assertEquals(0, net.a.bufferedAmount(3));
    assertEquals(80_000, net.a.totalBufferedAmount());
    net.connected();
    net.runFor(5 * SECOND);
    assertEquals(0, net.a.totalBufferedAmount());
    assertEquals(0, net.a.bufferedAmount(2));
  }

  @Test
  void theLowThresholdIsToldOnceForEachTimeItIsPassed() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.a.setBufferedAmountLowThreshold(1, 20_000);
    send(net.a, 1, 100_000, net.nowNs);
    net.runFor(5 * SECOND);
    assertEquals(List.of(1), net.sinkA.low);
    send(net.a, 1, 10_000, net.nowNs);
    net.runFor(5 * SECOND);
    assertEquals(List.of(1), net.sinkA.low, "it was never above the threshold");
    send(net.a, 1, 100_000, net.nowNs);
    net.runFor(5 * SECOND);
    assertEquals(List.of(1, 1), net.sinkA.low);
  }

  @Test
  void aSinkMaySendFromInsideACall() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.sinkB.onMessage = message ->
        net.b.send(message.streamId(), 53, message.payload(), SendOptions.RELIABLE, net.nowNs);
    send(net.a, 1, 1_000, net.nowNs);
    net.runFor(SECOND);
    assertEquals(1, net.sinkA.messages.size());
  }

  @Test
  void aSinkMayAbortFromInsideACall() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.sinkB.onMessage = message -> net.b.abort("enough", net.nowNs);
    send(net.a, 1, 1_000, net.nowNs);
    net.runFor(SECOND);
    assertEquals(SctpState.ENDED, net.a.state());
    assertEquals(SctpState.ENDED, net.b.state());
  }

  @Test
  void moreThanTheBuffersHoldIsRefused() {
    SctpOptions options = SctpOptions.ofDataChannels().withBufferBytes(10_000, 6_000, 300_000);
    SctpAssociation association =
        new SctpAssociation(options, new java.util.SplittableRandom(1), new RecordingSctpSink());
    assertEquals(SendResult.QUEUED, send(association, 1, 5_500, 0));
    assertEquals(SendResult.STREAM_BUFFER_FULL, send(association, 1, 500, 0));
    assertEquals(SendResult.QUEUED, send(association, 2, 4_000, 0));
    assertEquals(SendResult.BUFFER_FULL, send(association, 3, 1_000, 0));
  }

  @Test
  void tinyMessagesAreCountedWithWhatTheyCost() {
    SctpAssociation association =
        new SctpAssociation(SctpOptions.ofDataChannels(), new java.util.SplittableRandom(1), new RecordingSctpSink());
    int queued = 0;
    while (association.send(queued % 100, 53, new byte[1], SendOptions.RELIABLE, 0) == SendResult.QUEUED) {
      queued++;
    }
    int limit = SctpOptions.SEND_BUFFER_BYTES / SendQueue.MESSAGE_OVERHEAD_BYTES;
    assertTrue(queued <= limit, queued + " messages of a byte");
    assertEquals(queued, association.totalBufferedAmount());
  }

  @Test
  void whatCannotBeSentSaysWhy() {
    SctpOptions options = SctpOptions.ofDataChannels().withMessageBytes(1_000, 1_000);
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT, options, options);
    assertEquals(SendResult.TOO_LONG, net.a.send(0, 53, new byte[1_001], SendOptions.RELIABLE, 0));
    assertEquals(SendResult.EMPTY, net.a.send(0, 53, new byte[0], SendOptions.RELIABLE, 0));
    assertEquals(SendResult.NO_SUCH_STREAM, net.a.send(65_535, 53, new byte[1], SendOptions.RELIABLE, 0));
    assertEquals(SendResult.NO_SUCH_STREAM, net.a.send(-1, 53, new byte[1], SendOptions.RELIABLE, 0));
    net.a.abort("", 0);
    assertEquals(SendResult.NOT_OPEN, net.a.send(0, 53, new byte[1], SendOptions.RELIABLE, 0));
  }

  @Test
  void whatIsHeldAboveClosesTheWindowAndNothingIsLostHoweverLongThatLasts() {
    SctpOptions options = SctpOptions.ofDataChannels().withBufferBytes(4_000_000, 4_000_000, 600_000);
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, new Path(0.01, 0.01, 10 * MS, 5 * MS), options, options).connected();
    long[] held = new long[1];
    boolean[] holding = {true};
    net.sinkB.onMessage = message -> {
      if (holding[0]) {
        net.b.hold(message.payload().length);
        held[0] += message.payload().length;
      }
    };
    for (int i = 0; i < 60; i++) {
      assertEquals(SendResult.QUEUED, send(net.a, 1, 50_000, net.nowNs));
    }
    net.runFor(5 * SECOND);
    long afterAWhile = held[0];
    // A message may be told before the window that it closes.
    assertTrue(afterAWhile >= 550_000 && afterAWhile <= 700_000, () -> "held " + held[0]);
    net.runFor(120 * SECOND);
    assertTrue(held[0] <= 600_000 + 600_000 / 8 + 50_000, () -> "probes took " + held[0]);
    assertEquals(SctpState.ESTABLISHED, net.a.state(), "a peer that has no room is alive");
    holding[0] = false;
    long atOnce = net.nowNs;
    net.b.release((int) held[0], net.nowNs);
    net.runUntil(() -> net.sinkB.messages.size() == 60, net.nowNs + 60 * SECOND);
    assertEquals(60, net.sinkB.messages.size());
    assertTrue(net.nowNs - atOnce < 10 * SECOND, "the window's opening was told");
  }
}
