package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.SctpTransferTest.payload;
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
}
