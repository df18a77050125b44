package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.SctpTransferTest.payload;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.ReConfigChunk;
import io.plenum.protocol.sctp.packet.ReConfigChunk.OutgoingReset;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Response;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Result;
import io.plenum.protocol.wire.Bytes;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamResetTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aStreamIsResetAfterItsLastMessageAndBeginsAnew(long seed) {
    VirtualSctpNetwork net = new VirtualSctpNetwork(seed, new Path(0.15, 0.1, 10 * MS, 30 * MS)).connected();
    for (int round = 0; round < 5; round++) {
      int before = net.sinkA.outgoingResets.size();
      for (int i = 0; i < 5; i++) {
        assertEquals(SendResult.QUEUED,
            net.a.send(7, 53, payload(round * 5 + i, 20_000), SendOptions.RELIABLE, net.nowNs), "round " + round);
      }
      net.a.resetStreams(new int[] {7}, net.nowNs);
      assertEquals(SendResult.STREAM_CLOSING, net.a.send(7, 53, payload(0, 9), SendOptions.RELIABLE, net.nowNs));
      assertTrue(net.runUntil(() -> net.sinkA.outgoingResets.size() > before, net.nowNs + 120 * SECOND),
          "seed " + seed);
    }
    assertEquals(List.of(7, 7, 7, 7, 7), net.sinkA.outgoingResets);
    assertEquals(25, net.sinkB.messages.size());
    List<String> ofStream = net.sinkB.told.stream().filter(told -> told.endsWith(" 7")).toList();
    for (int i = 0; i < 30; i++) {
      assertEquals(i % 6 == 5 ? "reset 7" : "message 7", ofStream.get(i), "seed " + seed + " at " + i);
    }
  }

  @Test
  void moreStreamsThanOneRequestHoldsAreResetInTurn() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.a.resetStreams(IntStream.range(0, 1_000).toArray(), net.nowNs);
    net.runFor(SECOND);
    assertArrayEquals(IntStream.range(0, 1_000).toArray(),
        net.sinkB.incomingResets.stream().mapToInt(Integer::intValue).toArray());
    assertEquals(1_000, net.sinkA.outgoingResets.size());
  }

  @Test
  void aRequestIsInProgressUntilAllBeforeItHasCome() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    int tsn = ScriptedPeer.INITIAL_TSN;
    OutgoingReset request = new OutgoingReset(tsn, 0, tsn + 1, new int[] {3});
    peer.data(3, tsn, 3, 0, payload(0, 10));
    peer.send(packet -> ReConfigChunk.write(packet, request));
    assertEquals(Result.IN_PROGRESS, lastResult(peer));
    assertEquals(List.of(), peer.sink.incomingResets);
    peer.data(3, tsn + 1, 3, 1, payload(1, 10));
    peer.send(packet -> ReConfigChunk.write(packet, request));
    assertEquals(Result.PERFORMED, lastResult(peer));
    assertEquals(List.of(3), peer.sink.incomingResets);
    // A third time, because the answer was lost: the same answer, and nothing more.
    peer.send(packet -> ReConfigChunk.write(packet, request));
    assertEquals(Result.PERFORMED, lastResult(peer));
    assertEquals(List.of(3), peer.sink.incomingResets);
    // The row of numbers begins at 0 again.
    peer.data(3, tsn + 2, 3, 0, payload(2, 10));
    assertEquals(3, peer.sink.messages.size());
  }

  @Test
  void aRequestOutOfItsTurnIsRefused() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    int tsn = ScriptedPeer.INITIAL_TSN;
    peer.send(packet -> ReConfigChunk.write(packet, new OutgoingReset(tsn + 5, 0, tsn - 1, new int[] {3})));
    assertEquals(Result.BAD_SEQUENCE_NUMBER, lastResult(peer));
    assertEquals(List.of(), peer.sink.incomingResets);
  }

  @Test
  void aPeerThatRefusesLeavesTheStreamAsItWas() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.association.resetStreams(new int[] {4}, 0);
    int number = Bytes.i32(peer.last(ChunkType.RE_CONFIG).value(), 4);
    peer.send(packet -> ReConfigChunk.write(packet, new Response(number, Result.DENIED)));
    assertEquals(List.of(-5), peer.sink.outgoingResets);
    assertEquals(SendResult.QUEUED, peer.association.send(4, 53, payload(0, 10), SendOptions.RELIABLE, 0));
  }

  @Test
  void aRequestInProgressIsAskedAgainUnderANewNumber() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.association.resetStreams(new int[] {4}, 0);
    int number = Bytes.i32(peer.last(ChunkType.RE_CONFIG).value(), 4);
    peer.send(packet -> ReConfigChunk.write(packet, new Response(number, Result.IN_PROGRESS)));
    peer.run(SECOND);
    assertEquals(number + 1, Bytes.i32(peer.last(ChunkType.RE_CONFIG).value(), 4));
    peer.send(packet -> ReConfigChunk.write(packet, new Response(number + 1, Result.PERFORMED)));
    assertEquals(List.of(4), peer.sink.outgoingResets);
  }

  private static Result lastResult(ScriptedPeer peer) {
    return Result.values()[Bytes.i32(peer.last(ChunkType.RE_CONFIG).value(), 8)];
  }

  @Test
  void whatDoesNotFitBehindALongAnswerLeavesInTheNextPacketAndNotSomeDay() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    OutgoingReset request =
        new OutgoingReset(ScriptedPeer.INITIAL_TSN, 0, ScriptedPeer.INITIAL_TSN - 1, new int[] {3});
    peer.send(packet -> ReConfigChunk.write(packet, request));
    assertEquals(1, peer.count(ChunkType.RE_CONFIG));
    byte[] information = new byte[1_164];
    peer.send(packet -> {
      packet.putChunk(ChunkType.HEARTBEAT, 0, information, 0, information.length);
      // The answer was lost. Nothing happens for which there would be another packet.
      ReConfigChunk.write(packet, request);
    });
    assertEquals(1, peer.count(ChunkType.HEARTBEAT_ACK));
    assertEquals(2, peer.count(ChunkType.RE_CONFIG));
    assertEquals(List.of(3), peer.sink.incomingResets);
  }
}
