package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.SctpTransferTest.payload;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import io.plenum.protocol.sctp.packet.ChunkType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SctpShutdownTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everythingThatWaitsArrivesBeforeTheEnd(long seed) {
    VirtualSctpNetwork net = new VirtualSctpNetwork(seed, new Path(0.1, 0.1, 10 * MS, 20 * MS)).connected();
    for (int i = 0; i < 10; i++) {
      net.a.send(i, 53, payload(i, 30_000), SendOptions.RELIABLE, net.nowNs);
      net.b.send(i, 53, payload(i, 30_000), SendOptions.RELIABLE, net.nowNs);
    }
    net.a.shutdown(net.nowNs);
    if (seed % 2 == 0) {
      net.b.shutdown(net.nowNs);
    }
    assertEquals(SendResult.NOT_OPEN, net.a.send(0, 53, payload(0, 1), SendOptions.RELIABLE, net.nowNs));
    assertTrue(net.runUntil(() -> net.a.state() == SctpState.ENDED && net.b.state() == SctpState.ENDED,
        net.nowNs + 120 * SECOND), "seed " + seed + ": " + net.a.state() + " " + net.b.state());
    assertEquals(10, net.sinkA.messages.size(), "seed " + seed);
    assertEquals(10, net.sinkB.messages.size(), "seed " + seed);
    assertEquals("ended", net.sinkB.told.get(net.sinkB.told.size() - 1));
    assertEquals(Long.MAX_VALUE, net.a.nextDeadlineNs());
  }

  @Test
  void anAbortIsHeardAtOnceWithItsReason() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    net.a.send(0, 53, payload(0, 200_000), SendOptions.RELIABLE, net.nowNs);
    net.a.abort("the room is closed", net.nowNs);
    net.runFor(SECOND);
    assertEquals(SctpState.ENDED, net.b.state());
    assertEquals("aborted by the peer: user initiated abort: the room is closed", net.sinkB.lastReason);
    assertEquals(0, net.a.totalBufferedAmount());
  }

  @Test
  void closingBeforeThereIsAPeerEndsSilently() {
    RecordingSctpSink sink = new RecordingSctpSink();
    SctpAssociation association =
        new SctpAssociation(SctpOptions.ofDataChannels(), new java.util.SplittableRandom(1), sink);
    association.shutdown(0);
    assertEquals(List.of(SctpState.ENDED), sink.states);
    assertEquals(0, sink.packets);
  }

  @Test
  void aPeerThatNeverAnswersShutdownIsAborted() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.association.shutdown(0);
    assertEquals(SctpState.SHUTDOWN_SENT, peer.association.state());
    peer.run(120 * SECOND);
    assertEquals(SctpState.ENDED, peer.association.state());
    assertEquals(1 + SctpTimings.MAX_RETRANSMISSIONS, peer.count(ChunkType.SHUTDOWN));
    assertEquals(1, peer.count(ChunkType.ABORT));
  }

  @Test
  void aPeerThatAcknowledgesNothingCannotKeepAShutdownOpen() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.association.send(0, 53, payload(0, 1_000), SendOptions.RELIABLE, 0);
    peer.association.shutdown(0);
    long endNs = 6 * 60 * SECOND;
    while (peer.nowNs < endNs && peer.association.state() != SctpState.ENDED) {
      peer.sack(peer.remoteInitialTsn - 1, 0);
      peer.run(peer.nowNs + SECOND);
    }
    assertEquals("the shutdown took too long", peer.sink.lastReason);
  }

  @Test
  void aLostShutdownCompleteIsRepeatedByWhoHasForgotten() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT).connected();
    int[] dropped = new int[1];
    net.filter = (a, packet) -> packet[12] != ChunkType.SHUTDOWN_COMPLETE || dropped[0]++ > 0;
    net.a.shutdown(net.nowNs);
    assertTrue(net.runUntil(() -> net.b.state() == SctpState.ENDED, net.nowNs + 5 * SECOND));
    assertEquals(2, dropped[0]);
    assertEquals("shut down by the peer", net.sinkB.lastReason);
  }

  @Test
  void dataAfterOurShutdownIsAnsweredOnceForEachPacketHoweverManyChunksItHas() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.association.shutdown(peer.nowNs);
    assertEquals(1, peer.count(ChunkType.SHUTDOWN));
    peer.send(packet -> {
      for (int i = 0; i < 40; i++) {
        ScriptedPeer.data(packet, 3, ScriptedPeer.INITIAL_TSN + i, 1, i, new byte[1]);
      }
    });
    assertEquals(2, peer.count(ChunkType.SHUTDOWN));
    assertEquals(40, peer.sink.messages.size());
  }
}
