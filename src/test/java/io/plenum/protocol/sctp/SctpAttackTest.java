package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.SctpTransferTest.payload;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that speaks well-formed SCTP and means harm: what it can make us hold or do has a limit. */
class SctpAttackTest {
  private static final int TSN = ScriptedPeer.INITIAL_TSN;
  /** The two high bits: skip the chunk and report it (RFC 9260 §3.2). */
  private static final int UNKNOWN_THAT_IS_REPORTED = 0xc7;
  private final ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());

  @Test
  void aFloodOfInitsLeavesNothingBehindAndIsAnsweredRarelyAndWithLittle() {
    peer.sink.wire = packet -> { };
    for (int i = 1; i <= 20_000; i++) {
      peer.sendInit(i, i, Capabilities.NONE);
      peer.nowNs += 100_000;
    }
    assertEquals(SctpState.CLOSED, peer.association.state());
    assertNull(peer.association.transfer(), "no state before a cookie comes back");
    assertEquals(Long.MAX_VALUE, peer.association.nextDeadlineNs(), "not even a timer");
    assertAnswersOfTwoSeconds(20_000);
    assertTrue(peer.sink.packetBytes < 160L * peer.sink.packets, "bytes for " + peer.sink.packets);
  }

  private void assertAnswersOfTwoSeconds(int questions) {
    assertEquals(PacketReceiver.ANSWERS_AT_ONCE + 2L * PacketReceiver.ANSWERS_PER_SECOND, peer.sink.packets, 1);
    assertEquals(questions - peer.sink.packets, peer.association.counters().drops(SctpDrop.TOO_MANY_ANSWERS));
  }

  @Test
  void outOfTheBluePacketsAreAnsweredRarely() {
    peer.sink.wire = packet -> { };
    for (int i = 0; i < 20_000; i++) {
      peer.sendTagged(7, packet -> ScriptedPeer.data(packet, 3, TSN, 0, 0, payload(1, 10)));
      peer.nowNs += 100_000;
    }
    assertAnswersOfTwoSeconds(20_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {ChunkType.COOKIE_ECHO, ChunkType.HEARTBEAT, UNKNOWN_THAT_IS_REPORTED})
  void questionsInAnAssociationAreAnsweredRarelyAndDataGoesOn(int type) {
    peer.established();
    byte[] value = type == ChunkType.COOKIE_ECHO ? peer.cookie : payload(1, 8);
    peer.sink.wire = packet -> { };
    long before = peer.sink.packets;
    for (int i = 0; i < 20_000; i++) {
      peer.chunk(type, 0, value);
      peer.nowNs += 100_000;
    }
    long answers = peer.sink.packets - before;
    assertTrue(answers <= PacketReceiver.ANSWERS_AT_ONCE + 2L * PacketReceiver.ANSWERS_PER_SECOND, answers + " answers");
    assertTrue(answers >= 2L * PacketReceiver.ANSWERS_PER_SECOND, "an honest peer is answered: " + answers);
    peer.data(3, TSN, 0, 0, payload(1, 10));
    assertEquals(1, peer.sink.messages.size());
  }

  @Test
  void aFloodOfInitsInAnAssociationDoesNotDisturbIt() {
    peer.established();
    int tag = peer.remoteTag;
    for (int i = 1; i <= 1_000; i++) {
      peer.sendInit(i, i, Capabilities.NONE);
    }
    peer.sendTagged(tag, packet -> ScriptedPeer.data(packet, 3, TSN, 0, 0, payload(1, 10)));
    assertEquals(1, peer.sink.messages.size());
    assertEquals(0, peer.sink.restarts);
  }

  @Test
  void unknownParametersOfAnInitAreNotAWayToMakeUsSend() {
    peer.sendTagged(0, packet -> {
      packet.beginChunk(ChunkType.INIT, 0);
      packet.put32(5);
      packet.put32(1_000);
      packet.put32(0x00010001);
      packet.put32(1);
      for (int i = 0; i < 200; i++) {
        packet.put32(0xc1230008);
        packet.put32(i);
      }
      packet.endChunk();
    });
    assertEquals(1, peer.sink.packets);
    assertTrue(peer.sink.packetBytes < 300, "answered with " + peer.sink.packetBytes);
  }

  @Test
  void aSackForWhatWasNeverSentIsDropped() {
    peer.established();
    send(1_000);
    int last = peer.remoteInitialTsn;
    peer.sack(last + 1, 1 << 20);
    peer.sack(last + 1_000_000, 1 << 20);
    assertEquals(2, peer.association.counters().drops(SctpDrop.BOGUS_SACK));
    assertTrue(peer.association.transfer().flight() > 0, "it is still on its way");
    peer.sack(last, 1 << 20);
    assertEquals(0, peer.association.transfer().flight());
    assertEquals(SctpState.ESTABLISHED, peer.association.state());
  }

  private void send(int length) {
    assertEquals(SendResult.QUEUED,
        peer.association.send(0, 53, payload(1, length), SendOptions.RELIABLE, peer.nowNs));
  }

  @Test
  void gapBlocksOutOfOrderOrBeyondWhatWasSentAreSkipped() {
    peer.established();
    send(9_000);
    int before = peer.remoteInitialTsn - 1;
    // Eight chunks: 1 to 8 after the cumulative one.
    peer.sack(before, 1 << 20, 5, 6, 3, 4, 6, 5, 0, 0, 7, 600, 7, 7);
    assertEquals(4, peer.association.counters().drops(SctpDrop.BOGUS_GAP_BLOCK));
    peer.sack(before + 8, 1 << 20);
    assertEquals(0, peer.association.transfer().flight());
  }

  @Test
  void aSackFullOfGapBlocksCostsNoMoreThanWhatIsOutstanding() {
    peer.established();
    // Optimistic acknowledgements open the window until as much is outstanding as may be.
    byte[] tiny = new byte[1];
    for (int i = 0; i < 40_000; i++) {
      peer.association.send(i % 1_000, 53, tiny, SendOptions.RELIABLE, peer.nowNs);
    }
    int[] gaps = new int[2 * 400];
    for (int i = 0; i < gaps.length; i += 2) {
      gaps[i] = 1;
      gaps[i + 1] = 60_000;
    }
    for (int i = 0; i < 1_000; i++) {
      peer.sack(peer.remoteInitialTsn - 1, 1 << 20, gaps);
    }
    assertEquals(400_000, peer.association.counters().drops(SctpDrop.BOGUS_GAP_BLOCK));
  }

  @Test
  void aPeerThatAcknowledgesAllAndThenFallsSilentMakesUsKeepNoMoreThanTheLimits() {
    peer.established();
    peer.sink.wire = packet -> { };
    byte[] chunk = new byte[1_160];
    // One chunk at a time, so that each acknowledgement opens the window by a packet.
    for (int i = 0; i < 3_800; i++) {
      while (peer.association.send(0, 53, chunk, SendOptions.RELIABLE, peer.nowNs) == SendResult.QUEUED) { }
      peer.nowNs += MS;
      peer.sack(peer.remoteInitialTsn + i, 0xffff_ffffL);
    }
    for (int i = 0; i < 1_000; i++) {
      while (peer.association.send(0, 53, chunk, SendOptions.RELIABLE, peer.nowNs) == SendResult.QUEUED) { }
    }
    assertEquals(CongestionControl.MAX_WINDOW_BYTES, peer.association.transfer().congestionWindow());
    assertTrue(peer.association.transfer().flight() <= CongestionControl.MAX_WINDOW_BYTES + 1_200);
    assertTrue(peer.association.totalBufferedAmount() <= SctpOptions.SEND_BUFFER_BYTES);
    peer.run(peer.nowNs + 3_600 * SECOND);
    assertEquals(SctpState.ENDED, peer.association.state());
    assertEquals(0, peer.association.totalBufferedAmount());
  }

  @Test
  void tinyChunksInFlightAreLimitedInNumber() {
    peer.established();
    peer.sink.wire = packet -> { };
    // Every SACK says that nothing is missing but the first, so that nothing can be forgotten.
    byte[] tiny = new byte[1];
    for (int i = 0; i < 60_000; i++) {
      peer.association.send(i % 100, 53, tiny, SendOptions.RELIABLE, peer.nowNs);
      if (i % 400 == 0) {
        int sent = (int) Math.min(65_000, peer.association.counters().messagesSent());
        if (sent > 1) {
          peer.sack(peer.remoteInitialTsn - 1, 1 << 20, 2, sent);
        }
      }
    }
    assertTrue(peer.association.counters().messagesSent() <= OutstandingData.MAX_CHUNKS,
        "TSNs given out: " + peer.association.counters().messagesSent());
  }

  @Test
  void fragmentsThatNeverEndAreCutOffAtTheLongestMessage() {
    peer.established();
    byte[] piece = new byte[1_000];
    int sent = 0;
    while (peer.association.state() == SctpState.ESTABLISHED && sent < 10_000) {
      peer.data(sent == 0 ? DataChunk.FLAG_BEGIN : 0, TSN + sent, 0, 0, piece);
      sent++;
    }
    assertEquals(SctpState.ENDED, peer.association.state());
    assertEquals(SctpOptions.MAX_MESSAGE_BYTES / 1_000 + 1, sent);
    assertEquals("a message longer than 262144 bytes", peer.sink.lastReason);
    assertEquals(1, peer.count(ChunkType.ABORT));
  }

  @Test
  void messagesThatAreBegunAndNeverEndedFillTheWindowAndNoMore() {
    peer.established();
    byte[] piece = new byte[1_100];
    long worst = 0;
    int sent = 0;
    while (peer.association.state() == SctpState.ESTABLISHED && sent < 100_000) {
      peer.data(DataChunk.FLAG_BEGIN, TSN + sent, sent % 60_000, sent / 60_000, piece);
      sent++;
      if (peer.association.transfer() != null) {
        worst = Math.max(worst, peer.association.transfer().waiting());
      }
    }
    assertEquals("too many unfinished messages", peer.sink.lastReason);
    assertTrue(worst <= SctpOptions.RECEIVER_WINDOW_BYTES + 2_000, worst + " bytes");
    assertTrue(sent < SctpOptions.RECEIVER_WINDOW_BYTES / 1_100 + 2);
  }

  @Test
  void tinyFragmentsAreCountedWithWhatTheyCost() {
    int window = 300_000;
    ScriptedPeer small =
        new ScriptedPeer(SctpOptions.ofDataChannels().withBufferBytes(100_000, 100_000, window)).established();
    small.sink.wire = packet -> { };
    byte[] one = {1};
    // Every second TSN, so that nothing is ever whole, each a message of its own.
    for (int sent = 0; sent < 10_000; sent++) {
      small.data(DataChunk.FLAG_BEGIN, TSN + 1 + 2 * sent, 0, sent, one);
    }
    assertTrue(small.association.transfer().waiting() <= window);
    assertTrue(small.association.counters().drops(SctpDrop.RECEIVE_BUFFER_FULL) > 9_000);
    assertEquals(SctpState.ESTABLISHED, small.association.state());
  }

  @Test
  void dataFarAheadOfWhatIsMissingIsDropped() {
    peer.established();
    byte[] one = {1};
    peer.data(3, TSN + ReceivedTsns.WINDOW, 0, 1, one);
    peer.data(3, TSN + Integer.MAX_VALUE / 2, 0, 1, one);
    assertEquals(2, peer.association.counters().drops(SctpDrop.TSN_OUT_OF_WINDOW));
    assertEquals(0, peer.association.transfer().waiting());
  }

  @Test
  void dataOnAStreamThatWasNotAgreedOnIsAcknowledgedAndDropped() {
    ScriptedPeer pipe = new ScriptedPeer(SctpOptions.ofPipe(5000, 5000, false)).established();
    pipe.data(3, TSN, 1_024, 0, new byte[10]);
    pipe.data(3, TSN + 1, 1_023, 0, new byte[10]);
    assertEquals(1, pipe.association.counters().drops(SctpDrop.INVALID_STREAM));
    assertEquals(1, pipe.sink.messages.size());
    pipe.data(3, TSN + 1, 1_023, 0, new byte[10]);
    assertEquals(TSN + 1, io.plenum.protocol.wire.Bytes.i32(pipe.last(ChunkType.SACK).value(), 0));
  }

  @Test
  void aPeerWithAClosedWindowCostsTheSendBufferAndAProbeNowAndThen() {
    peer.established();
    peer.sack(peer.remoteInitialTsn - 1, 0);
    byte[] chunk = new byte[1_000];
    while (peer.association.send(0, 53, chunk, SendOptions.RELIABLE, peer.nowNs) == SendResult.QUEUED) { }
    assertTrue(peer.association.totalBufferedAmount() <= SctpOptions.SEND_BUFFER_BYTES);
    for (int i = 0; i < 3_600; i++) {
      peer.run(peer.nowNs + SECOND);
      peer.sack(peer.remoteInitialTsn - 1, 0);
    }
    assertEquals(SctpState.ESTABLISHED, peer.association.state(), "it answers, so it lives (RFC 9260 §6.1)");
    assertTrue(peer.count(ChunkType.DATA) < 100, "probes in an hour: " + peer.count(ChunkType.DATA));
    // And when it opens again, all goes on.
    peer.sack(peer.remoteInitialTsn, 1 << 20);
    peer.sack(peer.remoteInitialTsn, 1 << 20);
    assertTrue(peer.association.transfer().flight() > 0);
  }

  @Test
  void aForwardTsnIntoNowhereIsDropped() {
    peer.established();
    peer.send(packet -> {
      ForwardTsnChunk.writeBegin(packet, false, TSN + Integer.MAX_VALUE / 2);
      packet.endChunk();
    });
    peer.data(3, TSN, 0, 0, new byte[10]);
    assertEquals(1, peer.sink.messages.size());
  }

  @Test
  void aPacketFullOfHeartbeatsIsAnsweredWithNoMoreThanItself() {
    peer.established();
    long before = peer.sink.packetBytes;
    peer.send(packet -> {
      for (int i = 0; i < 290; i++) {
        packet.putChunk(ChunkType.HEARTBEAT, 0, new byte[0], 0, 0);
      }
    });
    assertTrue(peer.sink.packetBytes - before <= 290 * 4 + 2 * 12);
  }

  @Test
  void aHeartbeatAckThatNobodyAskedForProvesNothing() {
    peer.established();
    assertNotNull(peer.association.transfer());
    peer.chunk(ChunkType.HEARTBEAT_ACK, 0, new byte[12]);
    assertEquals(0, peer.association.transfer().smoothedRttNs());
  }

  @Test
  void aMessageNumberThatHasBeenDeliveredIsNotDeliveredAgain() {
    peer.established();
    peer.data(3, TSN, 0, 0, payload(1, 10));
    peer.data(3, TSN + 1, 0, 0, payload(2, 10));
    assertEquals(1, peer.sink.messages.size());
    assertEquals(0, peer.association.transfer().waiting());
  }

  @Test
  void overlappingDuplicateSacksDoNotOpenTheWindow() {
    peer.established();
    send(9_000);
    long window = peer.association.transfer().congestionWindow();
    int before = peer.remoteInitialTsn - 1;
    peer.sack(before + 2, 1 << 20);
    long afterOne = peer.association.transfer().congestionWindow();
    for (int i = 0; i < 100; i++) {
      peer.sack(before + 2, 1 << 20);
    }
    assertEquals(afterOne, peer.association.transfer().congestionWindow());
    assertFalse(afterOne < window);
  }
}
