package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.CapturedLog;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.media.router.RouterListener.AudioLevel;
import io.plenum.media.router.SctpLinkState;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a router reports, and who is told; with a time that is a number. */
class RoomEventsTest {
  private static final long MS_NS = 1_000_000L;
  private static final TransportTuple TUPLE = new TransportTuple(TransportTuple.Protocol.UDP,
      new InetSocketAddress("192.0.2.2", 40_000), new InetSocketAddress("198.51.100.4", 51_820));

  private record Timer(long milliseconds, long dueNs, Runnable action) {}

  private final RecordingChannel alice = new RecordingChannel();
  private final RecordingChannel bob = new RecordingChannel();
  private final List<Timer> timers = new ArrayList<>();
  private SocketlessRooms rooms;
  private Rooms.Opened opened;
  private RoomEvents events;
  private Peer peer;
  private long nowNs;

  @BeforeEach
  void open() throws Exception {
    rooms = new SocketlessRooms(Map.of());
    opened = rooms.open("events");
    onRoom(() -> {
      RoomVerticle room = opened.room();
      events = new RoomEvents(room, room.routers().get(0), () -> nowNs,
          (milliseconds, action) -> timers.add(new Timer(milliseconds, nowNs + milliseconds * MS_NS, action)));
      peer = room.admit("alice", alice);
      peer.router(room.routers().get(0));
      room.join(peer, "Alice", null, null);
      room.join(room.admit("bob", bob), "Bob", null, null);
      peer.addTransport("t1", Peer.Direction.PRODUCER, false);
      peer.onTransportCreated("t1", nowNs);
      alice.told.clear();
      bob.told.clear();
      return null;
    });
  }

  @AfterEach
  void close() throws Exception {
    rooms.close();
  }

  private <T> T onRoom(Callable<T> task) throws Exception {
    return SocketlessRooms.on(opened.context(), task);
  }

  private String where() {
    return " room=events router=" + opened.room().routers().get(0).routerId() + " peer=alice transport=t1";
  }

  /** The next timer that was asked for rings. */
  private long ring() {
    Timer timer = timers.remove(0);
    nowNs = Math.max(nowNs, timer.dueNs);
    timer.action.run();
    return timer.milliseconds;
  }

  @Test
  void aChangeOfIceIsOneLineWithFromToTupleAndTime() throws Exception {
    onRoom(() -> {
      try (CapturedLog log = CapturedLog.of(RoomEvents.class)) {
        nowNs += 84 * MS_NS;
        events.onIceStateChanged("t1", IceState.NEW, IceState.CONNECTED, TUPLE);
        nowNs += 16 * MS_NS;
        events.onIceStateChanged("t1", IceState.CONNECTED, IceState.COMPLETED, TUPLE);
        nowNs += 30_000 * MS_NS;
        events.onIceStateChanged("t1", IceState.COMPLETED, IceState.DISCONNECTED, null);
        events.onSctpStateChanged("t1", SctpLinkState.FAILED, "the peer\nhas had enough");
        assertEquals(List.of(
            "INFO ice new→connected" + where() + " tuple=udp/198.51.100.4:51820 after=84ms",
            "INFO ice connected→completed" + where() + " tuple=udp/198.51.100.4:51820 after=16ms",
            "INFO ice completed→disconnected" + where() + " after=30000ms",
            "INFO sctp failed" + where() + " reason=\"the peer\\nhas had enough\""), log.lines());
      }
      return null;
    });
  }

  @Test
  void aTransportThatNoCheckReachesIsNamedWithTheRemedyAndCounted() throws Exception {
    onRoom(() -> {
      try (CapturedLog log = CapturedLog.of(UnreachedClients.class)) {
        peer.addTransport("t2", Peer.Direction.CONSUMER, false);
        peer.onTransportCreated("t2", nowNs);
        events.onTransportConnected("t1");
        events.onTransportConnected("t2");
        assertEquals(10_000, ring());
        assertEquals(List.of("WARN media never arrived" + where() + " remote=192.0.2.1:7 announced=203.0.113.7"
            + " after=10s transports=1 hint=\"no ICE check has come: clients must reach media.announcedIp on UDP or TCP"
            + " media.port and on; a firewall, NAT, or an address that is not this machine's\""), log.lines());
        ring();
        assertEquals(1, log.lines().size(), "one line for both, and for the next minute");
        assertEquals(2, opened.room().unreached().count());
      }
      return null;
    });
  }

  @Test
  void aTransportThatWasReachedOrIsGoneIsNotMissed() throws Exception {
    onRoom(() -> {
      try (CapturedLog log = CapturedLog.of(UnreachedClients.class)) {
        events.onTransportConnected("t1");
        events.onIceStateChanged("t1", IceState.NEW, IceState.CONNECTED, TUPLE);
        events.onIceStateChanged("t1", IceState.CONNECTED, IceState.DISCONNECTED, null);
        ring();
        peer.addTransport("t2", Peer.Direction.CONSUMER, false);
        peer.onTransportCreated("t2", nowNs);
        events.onTransportConnected("t2");
        peer.removeTransport("t2");
        while (!timers.isEmpty()) {
          ring();
        }
        assertEquals(List.of(), log.lines());
        assertEquals(0, opened.room().unreached().count());
      }
      return null;
    });
  }

  @Test
  void aSilentClientIsToldAndAfterFourSecondsItIsSentAwayAndMayComeBack() throws Exception {
    onRoom(() -> {
      events.onIceStateChanged("t1", IceState.COMPLETED, IceState.DISCONNECTED, null);
      assertEquals(List.of("transportStateChanged {\"iceState\":\"disconnected\",\"transportId\":\"t1\"}"), alice.told);
      assertEquals(4_001, ring());
      assertEquals("disconnect media-lost: your media has not reached us for a while", alice.told.get(1));
      opened.room().leave(peer);
      assertEquals(List.of("peerClosed {\"peerId\":\"alice\"}"), bob.told);
      return null;
    });
  }

  @Test
  void aClientThatComesBackInTimeStays() throws Exception {
    onRoom(() -> {
      events.onIceStateChanged("t1", IceState.COMPLETED, IceState.DISCONNECTED, null);
      nowNs += 2_000 * MS_NS;
      events.onIceStateChanged("t1", IceState.DISCONNECTED, IceState.CONNECTED, TUPLE);
      nowNs += 1_000 * MS_NS;
      events.onIceStateChanged("t1", IceState.CONNECTED, IceState.DISCONNECTED, null);
      ring();
      assertEquals(0, alice.told.stream().filter(line -> line.startsWith("disconnect")).count(), "the first time is over");
      ring();
      assertEquals(1, alice.told.stream().filter(line -> line.startsWith("disconnect")).count(), "the second is too");
      return null;
    });
  }

  @Test
  void aClientWhoseDtlsFailedIsToldAndSentAwayLikeOneWithoutIce() throws Exception {
    onRoom(() -> {
      events.onDtlsStateChanged("t1", DtlsState.FAILED, "wrong fingerprint");
      assertEquals(List.of("transportStateChanged {\"dtlsState\":\"failed\",\"reason\":\"wrong fingerprint\",\"transportId\":\"t1\"}"),
          alice.told);
      events.onIceStateChanged("t1", IceState.DISCONNECTED, IceState.CONNECTED, TUPLE);
      assertEquals(4_001, ring());
      assertEquals("disconnect dtls-failed: a transport of yours could not be secured", alice.told.get(1));
      return null;
    });
  }

  @Test
  void aClientThatHasClosedOneTransportMayStayForTheOther() throws Exception {
    onRoom(() -> {
      events.onDtlsStateChanged("t1", DtlsState.CLOSED, "");
      assertEquals(0, timers.size());
      return null;
    });
  }

  @Test
  void allAreToldWhoSpeaksAndOnceThatNobodyDoes() throws Exception {
    onRoom(() -> {
      peer.producers.put("p1", new Peer.ProducerEntry("p1", ProducerKind.AUDIO, Map.of()));
      events.onAudioLevels(List.of(new AudioLevel("p1", -30), new AudioLevel("gone", -40)));
      events.onAudioLevels(List.of());
      for (RecordingChannel channel : List.of(alice, bob)) {
        assertEquals(List.of(
            "speakingPeers {\"peerVolumes\":[{\"peerId\":\"alice\",\"volume\":-30}]}",
            "activeSpeaker {\"peerId\":\"alice\",\"volume\":-30}",
            "speakingPeers {\"peerVolumes\":[]}",
            "activeSpeaker {}"), channel.told);
      }
      return null;
    });
  }

  @Test
  void thePathsEstimateAndAProducersScoreAreToldToWhomTheyConcern() throws Exception {
    onRoom(() -> {
      peer.producers.put("p1", new Peer.ProducerEntry("p1", ProducerKind.VIDEO, Map.of()));
      events.onDownlinkEstimate("t1", 3_000_000, 2_000_000, 1_000_000);
      events.onProducerScore("p1", List.of(7), List.of(Map.of("score", 7)));
      events.onDownlinkEstimate("nobodys", 1, 1, 1);
      assertEquals(List.of(
          "downlinkBwe {\"availableBitrate\":1000000,\"desiredBitrate\":3000000,\"effectiveDesiredBitrate\":2000000}",
          "producerScore {\"producerId\":\"p1\",\"score\":[{\"score\":7}]}"), alice.told);
      assertEquals(List.of(), bob.told);
      return null;
    });
  }
}
