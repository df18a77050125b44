package io.plenum.protocol.sctp;

import static io.plenum.protocol.sctp.VirtualSctpNetwork.MS;
import static io.plenum.protocol.sctp.VirtualSctpNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.ScriptedPeer.Chunk;
import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.InitChunk;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SctpHandshakeTest {
  private static final byte[] NOTHING = {};
  private static final byte[] HELLO = {1, 2, 3};

  @Test
  void oneSideConnectsAndBothAreEstablishedInTwoRoundTrips() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(1, Path.PERFECT);
    net.a.connect(0);
    net.run(40 * MS);
    assertEquals(List.of(SctpState.COOKIE_WAIT, SctpState.COOKIE_ECHOED, SctpState.ESTABLISHED), net.sinkA.states);
    assertEquals(List.of(SctpState.ESTABLISHED), net.sinkB.states);
    assertEquals(new Capabilities(true, true, true, true), net.a.transfer().capabilities());
  }

  @Test
  void bothSidesConnectAtOnceAndShareOneAssociation() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(2, Path.PERFECT);
    net.a.connect(0);
    net.b.connect(0);
    net.run(SECOND);
    net.a.send(0, 51, HELLO, SendOptions.RELIABLE, net.nowNs);
    net.b.send(0, 51, HELLO, SendOptions.RELIABLE, net.nowNs);
    net.run(2 * SECOND);
    assertEquals(SctpState.ESTABLISHED, net.a.state());
    assertEquals(SctpState.ESTABLISHED, net.b.state());
    assertEquals(1, net.sinkA.messages.size());
    assertEquals(1, net.sinkB.messages.size());
    assertEquals(0, net.sinkA.restarts + net.sinkB.restarts);
  }

  @Test
  void aLostInitIsSentAgainSoonerThanAPersonWouldNotice() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(3, Path.PERFECT);
    int[] packets = new int[1];
    net.filter = (a, packet) -> packets[0]++ > 0;
    net.a.connect(0);
    assertTrue(net.runUntil(() -> net.a.state() == SctpState.ESTABLISHED, 2 * SECOND));
  }

  @Test
  void anUnansweredInitIsGivenUpAfterEightMore() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(4, Path.PERFECT);
    net.filter = (a, packet) -> false;
    net.a.connect(0);
    net.run(60 * SECOND);
    assertEquals(SctpState.ENDED, net.a.state());
    assertEquals("no answer to INIT", net.sinkA.lastReason);
    assertEquals(9, net.sinkA.packets);
    assertEquals(Long.MAX_VALUE, net.a.nextDeadlineNs());
  }

  @Test
  void aLostCookieAckIsRepaired() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(5, Path.PERFECT);
    int[] fromB = new int[1];
    net.filter = (a, packet) -> a || ++fromB[0] != 2;
    net.a.connect(0);
    assertTrue(net.runUntil(() -> net.a.state() == SctpState.ESTABLISHED, 5 * SECOND));
    assertEquals(List.of(SctpState.ESTABLISHED), net.sinkB.states);
  }

  @Test
  void whatIsSentBeforeThereIsAPeerWaitsForIt() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(6, Path.PERFECT);
    assertEquals(SendResult.QUEUED, net.b.send(3, 51, HELLO, SendOptions.RELIABLE, 0));
    net.connected();
    net.runFor(SECOND);
    assertEquals(1, net.sinkA.messages.size());
  }

  @Test
  void aPeerWithoutExtensionsGetsAPlainAssociation() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established(Capabilities.NONE);
    assertEquals(Capabilities.NONE, peer.association.transfer().capabilities());
    assertFalse(peer.association.canResetStreams());
    peer.association.send(0, 51, HELLO, SendOptions.RELIABLE, 0);
    assertEquals(1, peer.count(ChunkType.DATA));
  }

  @Test
  void streamsAreWhatBothWant() {
    SctpOptions pipe = SctpOptions.ofPipe(5000, 5000, false);
    VirtualSctpNetwork net = new VirtualSctpNetwork(7, Path.PERFECT, pipe, SctpOptions.ofDataChannels()).connected();
    assertEquals(1_024, net.a.outgoingStreams());
    assertEquals(1_024, net.b.outgoingStreams());
    assertEquals(SendResult.NO_SUCH_STREAM, net.b.send(1_024, 51, HELLO, SendOptions.RELIABLE, net.nowNs));
    assertEquals(SendResult.QUEUED, net.b.send(1_023, 51, HELLO, SendOptions.RELIABLE, net.nowNs));
  }

  @Test
  void whatWaitsOnAStreamThatThePeerDoesNotTakeIsGone() {
    SctpOptions pipe = SctpOptions.ofPipe(5000, 5000, false);
    VirtualSctpNetwork net = new VirtualSctpNetwork(7, Path.PERFECT, SctpOptions.ofDataChannels(), pipe);
    assertEquals(SendResult.QUEUED, net.a.send(2_000, 51, HELLO, SendOptions.RELIABLE, 0));
    net.connected();
    net.runFor(SECOND);
    assertEquals(0, net.a.totalBufferedAmount());
    assertEquals(0, net.sinkB.messages.size());
    assertEquals(0, net.b.counters().drops(SctpDrop.INVALID_STREAM));
  }

  @Test
  void aCookieThatWasChangedInAnyByteOpensNothing() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
    peer.sendInit(ScriptedPeer.TAG, 1, Capabilities.NONE);
    for (int i = 0; i < peer.cookie.length; i++) {
      peer.cookie[i] ^= 1;
      peer.sendCookieEcho();
      peer.cookie[i] ^= 1;
      peer.nowNs += VirtualSctpNetwork.SECOND / PacketReceiver.ANSWERS_PER_SECOND;
    }
    assertEquals(SctpState.CLOSED, peer.association.state());
    assertEquals(peer.cookie.length, peer.association.counters().drops(SctpDrop.FORGED_COOKIE));
    peer.sendCookieEcho();
    assertEquals(SctpState.ESTABLISHED, peer.association.state());
  }

  @Test
  void aCookieOfAnotherAssociationOpensNothing() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
    peer.sendInit(ScriptedPeer.TAG, 1, Capabilities.NONE);
    RecordingSctpSink sink = new RecordingSctpSink();
    SctpAssociation other =
        new SctpAssociation(SctpOptions.ofDataChannels(), new java.util.SplittableRandom(1), sink);
    peer.out.begin(peer.remoteTag);
    peer.out.putChunk(ChunkType.COOKIE_ECHO, 0, peer.cookie, 0, peer.cookie.length);
    other.onPacket(peer.out.bytes(), 0, peer.out.finish(false), 0);
    assertEquals(SctpState.CLOSED, other.state());
    assertEquals(0, sink.packets);
  }

  @Test
  void aCookieOlderThanItsLifetimeIsAnsweredWithStaleCookie() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
    peer.sendInit(ScriptedPeer.TAG, 1, Capabilities.NONE);
    peer.nowNs = SctpTimings.COOKIE_LIFETIME_NS + MS;
    peer.sendCookieEcho();
    assertEquals(SctpState.CLOSED, peer.association.state());
    Chunk error = peer.last(ChunkType.ERROR);
    assertEquals(ScriptedPeer.TAG, error.tag());
    assertEquals(3, Bytes.u16(error.value(), 0));
    assertEquals(1_000, Bytes.i32(error.value(), 4));
    peer.sendInit(ScriptedPeer.TAG, 1, Capabilities.NONE);
    peer.sendCookieEcho();
    assertEquals(SctpState.ESTABLISHED, peer.association.state());
  }

  @Test
  void whoIsToldThatItsCookieIsStaleAsksForAnother() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
    peer.association.connect(0);
    answerInit(peer);
    assertEquals(1, peer.count(ChunkType.COOKIE_ECHO));
    peer.chunk(ChunkType.ERROR, 0, (byte) 0, (byte) 3, (byte) 0, (byte) 8, (byte) 0, (byte) 0, (byte) 0, (byte) 9);
    assertEquals(SctpState.COOKIE_WAIT, peer.association.state());
    assertEquals(2, peer.count(ChunkType.INIT));
  }

  private static void answerInit(ScriptedPeer peer) {
    peer.send(packet -> {
      InitChunk.writeBegin(packet, ChunkType.INIT_ACK, ScriptedPeer.TAG, 1 << 20, 10, 10, 1, Capabilities.NONE);
      InitChunk.writeCookie(packet, new byte[40]);
      InitChunk.writeEnd(packet);
    });
  }

  @Test
  void aCookieThatComesTwiceIsAcknowledgedTwiceAndChangesNothing() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.data(3, ScriptedPeer.INITIAL_TSN, 0, 0, HELLO);
    peer.nowNs = 2 * SctpTimings.COOKIE_LIFETIME_NS;
    peer.sendCookieEcho();
    assertEquals(2, peer.count(ChunkType.COOKIE_ACK));
    peer.data(3, ScriptedPeer.INITIAL_TSN + 1, 0, 1, HELLO);
    assertEquals(2, peer.sink.messages.size());
    assertEquals(0, peer.sink.restarts);
  }

  @Test
  void aPeerThatHasRestartedIsServedAnewAndWhatWaitsGoesToIt() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.data(3, ScriptedPeer.INITIAL_TSN, 0, 0, HELLO);
    int firstTag = peer.remoteTag;
    peer.sendInit(0x55667788, 77, Capabilities.NONE);
    assertNotEquals(firstTag, peer.remoteTag);
    // The INIT alone has changed nothing.
    peer.sendTagged(firstTag, packet -> ScriptedPeer.data(packet, 3, ScriptedPeer.INITIAL_TSN + 1, 0, 1, HELLO));
    assertEquals(2, peer.sink.messages.size());
    peer.sendCookieEcho();
    assertEquals(1, peer.sink.restarts);
    assertEquals(SctpState.ESTABLISHED, peer.association.state());
    peer.data(3, 77, 0, 0, HELLO);
    assertEquals(3, peer.sink.messages.size());
    peer.association.send(0, 51, HELLO, SendOptions.RELIABLE, 0);
    assertEquals(0x55667788, peer.last(ChunkType.DATA).tag());
  }

  @Test
  void packetsWithAnotherTagOrOtherPortsDoNothing() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.sendTagged(peer.remoteTag + 1, packet -> ScriptedPeer.data(packet, 3, ScriptedPeer.INITIAL_TSN, 0, 0, HELLO));
    peer.sendTagged(peer.remoteTag + 1, packet -> packet.putChunk(ChunkType.ABORT, 0, NOTHING, 0, 0));
    peer.sendTagged(ScriptedPeer.TAG, packet -> packet.putChunk(ChunkType.ABORT, 0, NOTHING, 0, 0));
    assertEquals(3, peer.association.counters().drops(SctpDrop.WRONG_TAG));
    peer.out.begin(peer.remoteTag);
    peer.out.putChunk(ChunkType.ABORT, 0, NOTHING, 0, 0);
    Bytes.put16(peer.out.bytes(), 0, 5001);
    peer.association.onPacket(peer.out.bytes(), 0, peer.out.finish(false), 0);
    assertEquals(1, peer.association.counters().drops(SctpDrop.WRONG_PORT));
    assertEquals(SctpState.ESTABLISHED, peer.association.state());
    assertEquals(0, peer.sink.messages.size());
  }

  @Test
  void anAbortWithItsOwnTagReflectedEndsTheAssociation() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels()).established();
    peer.sendTagged(ScriptedPeer.TAG, packet -> packet.putChunk(ChunkType.ABORT, 1, NOTHING, 0, 0));
    assertEquals(SctpState.ENDED, peer.association.state());
    assertEquals("aborted by the peer", peer.sink.lastReason);
    assertNull(peer.association.transfer());
  }

  @Test
  void anInitThatDoesNotComeAloneIsDropped() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
    peer.sendTagged(0, packet -> {
      InitChunk.writeBegin(packet, ChunkType.INIT, 5, 1_000, 1, 1, 1, Capabilities.NONE);
      InitChunk.writeEnd(packet);
      packet.putChunk(ChunkType.HEARTBEAT, 0, NOTHING, 0, 0);
    });
    assertEquals(0, peer.sink.packets);
  }

  @Test
  void whoBelievesInAnAssociationThatIsNotThereIsToldSo() {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
    peer.sendTagged(99, packet -> ScriptedPeer.data(packet, 3, 1, 0, 0, HELLO));
    assertEquals(new Chunk(99, ChunkType.ABORT, 1, NOTHING).toString().split("value")[0],
        peer.last(ChunkType.ABORT).toString().split("value")[0]);
    peer.sendTagged(99, packet -> packet.putChunk(ChunkType.SHUTDOWN_ACK, 0, NOTHING, 0, 0));
    assertEquals(1, peer.last(ChunkType.SHUTDOWN_COMPLETE).flags());
    int packets = peer.sink.packets;
    peer.sendTagged(99, packet -> packet.putChunk(ChunkType.ABORT, 0, NOTHING, 0, 0));
    peer.sendTagged(99, packet -> packet.putChunk(ChunkType.COOKIE_ACK, 0, NOTHING, 0, 0));
    assertEquals(packets, peer.sink.packets, "two who do not know each other must not abort for ever");
  }

  @Test
  void packetsGoWithoutChecksumOnlyWhereBothWantIt() {
    for (boolean wanted : new boolean[] {true, false}) {
      SctpOptions options = SctpOptions.ofDataChannels().withCapabilities(new Capabilities(true, true, true, wanted));
      VirtualSctpNetwork net = new VirtualSctpNetwork(8, Path.PERFECT, SctpOptions.ofDataChannels(), options);
      List<byte[]> captured = new ArrayList<>();
      net.capture = captured;
      net.connected();
      net.a.send(0, 51, HELLO, SendOptions.RELIABLE, net.nowNs);
      net.runFor(SECOND);
      for (byte[] packet : captured) {
        int first = Bytes.u8(packet, 12);
        boolean zero = Bytes.i32(packet, 8) == 0;
        boolean handshake =
            first == ChunkType.INIT || first == ChunkType.INIT_ACK || first == ChunkType.COOKIE_ECHO;
        assertEquals(wanted && !handshake, zero, "chunk " + first);
      }
      assertEquals(1, net.sinkB.messages.size());
    }
  }

  @Test
  void aPacketWithoutChecksumIsRefusedByWhoHasNotAllowedIt() {
    SctpOptions strict =
        SctpOptions.ofDataChannels().withCapabilities(new Capabilities(true, false, true, false));
    ScriptedPeer peer = new ScriptedPeer(strict).established();
    peer.out.begin(peer.remoteTag);
    ScriptedPeer.data(peer.out, 3, ScriptedPeer.INITIAL_TSN, 0, 0, HELLO);
    peer.association.onPacket(peer.out.bytes(), 0, peer.out.finish(true), 0);
    assertEquals(0, peer.sink.messages.size());
    assertEquals(1, peer.association.counters().drops(SctpDrop.MALFORMED_PACKET));
  }

  @Test
  void aSilentPeerIsAskedAndThenGivenUp() {
    VirtualSctpNetwork net = new VirtualSctpNetwork(10, Path.PERFECT).connected();
    net.runFor(300 * SECOND);
    assertEquals(SctpState.ESTABLISHED, net.a.state(), "heartbeats are answered");
    net.filter = (a, packet) -> false;
    net.runFor(1_000 * SECOND);
    assertEquals(SctpState.ENDED, net.a.state());
    assertEquals("the peer does not answer any more", net.sinkA.lastReason);
  }
}
