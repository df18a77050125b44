package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.room.Rooms;
import io.plenum.server.room.SocketlessRooms;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who comes to a node that is cold, drains, or fails within. */
class SignalingServiceTest {
  private static final long SETTLE_MS = 60_000;

  private final List<Long> delays = new ArrayList<>();
  private final List<Runnable> rings = new ArrayList<>();
  private SocketlessRooms rooms;
  private Context sockets;
  private ServerList servers;
  private SignalingService service;

  private static class Channel implements ProtooConnection.FrameChannel {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Object address;

    Channel() {
      this(null);
    }

    Channel(Object address) {
      this.address = address;
    }

    @Override
    public void send(String frame) {
      heard.add(frame);
    }

    @Override
    public void close(int code, String reason) {
      heard.add(code + " " + reason);
    }

    @Override
    public String remoteAddress() {
      return "192.0.2.1:7";
    }

    @Override
    public Object address() {
      return address;
    }
  }

  @BeforeEach
  void open() {
    rooms = new SocketlessRooms(Map.of("limits.roomsPerNode", "2", "perAddress.rooms", "1"));
    sockets = rooms.vertx().getOrCreateContext();
    servers = new ServerList(() -> 0);
    servers.others(List.of("http://192.0.2.9:4443"));
    service = new SignalingService(rooms.vertx(), rooms.rooms(), null, rooms.config().limits(), servers);
  }

  @AfterEach
  void close() throws Exception {
    rooms.close();
  }

  private Channel connect(String room, String peerId) throws Exception {
    return connect(room, peerId, null);
  }

  private Channel connect(String room, String peerId, Object address) throws Exception {
    Channel channel = new Channel(address);
    SocketlessRooms.on(sockets, () -> service.open(room, peerId, channel));
    return channel;
  }

  private static void await(String what, Channel channel, String frame) throws InterruptedException {
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (channel.heard.stream().noneMatch(heard -> heard.contains(frame))) {
      assertTrue(System.nanoTime() < deadlineNs, what + ": " + channel.heard);
      Thread.sleep(5);
    }
  }

  @Test
  void whatAClientSaysToAColdNodeCountsAsUnhandledSoThatItsSocketBoundsIt() throws Exception {
    SocketlessRooms.on(sockets, () -> {
      SignalingEndpoint.Connection early = service.open("r", "p", new Channel());
      AtomicInteger handled = new AtomicInteger();
      for (int i = 0; i < 1_000; i++) {
        early.onFrame("{}", handled::incrementAndGet);
      }
      assertEquals(0, handled.get());
      return null;
    });
  }

  private void awaitNoRooms() throws Exception {
    awaitRooms(List.of());
  }

  private void awaitRooms(List<String> expected) throws Exception {
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (!rooms.names().equals(expected)) {
      assertTrue(System.nanoTime() < deadlineNs, "still open: " + rooms.names());
      Thread.sleep(5);
    }
  }

  @Test
  void whoWaitedWhileTheNodeWasColdEntersWhenItIsWarm() throws Exception {
    Channel early = connect("early", "alice");
    assertEquals(List.of(), early.heard);
    SocketlessRooms.on(sockets, () -> {
      service.onWarm();
      return null;
    });
    await("the version", early, "\"mediasoupVersion\"");
    assertEquals(List.of("early"), rooms.names());
  }

  @Test
  void aNodeThatIsToldToDrainWhileItIsColdLeavesNoRoomBehind() throws Exception {
    Channel first = connect("cold", "alice");
    Channel second = connect("cold", "bob");
    Channel other = connect("colder", "alice");
    servers.drain();
    SocketlessRooms.on(sockets, () -> {
      service.onWarm();
      return null;
    });
    for (Channel channel : List.of(first, second, other)) {
      await("where to go", channel, "\"nodeDraining\"");
    }
    awaitNoRooms();
  }

  @Test
  void aRoomInWhichSomebodyIsStaysWhenANewcomerIsTurnedAway() throws Exception {
    Rooms.Opened opened = rooms.open("lived-in");
    SocketlessRooms.on(sockets, () -> {
      service.onWarm();
      return null;
    });
    await("its entry", connect("lived-in", "alice"), "\"mediasoupVersion\"");
    SocketlessRooms.on(opened.context(), () -> {
      opened.room().closeIfEmpty();
      return null;
    });
    assertEquals(List.of("lived-in"), rooms.names());
  }

  @Test
  void whoeverBreaksAfterItWasAdmittedHasNotEntered() throws Exception {
    Rooms.Opened opened = rooms.open("broken");
    Channel channel = new Channel() {
      @Override
      public void send(String frame) {
        throw new IllegalStateException("the socket's fault");
      }
    };
    SocketlessRooms.on(opened.context(), () -> {
      assertThrows(IllegalStateException.class, () -> begin(opened, channel, "alice"));
      assertEquals(List.of(), opened.room().clients(), "nobody holds a place that nobody fills");
      return null;
    });
    awaitNoRooms();
  }

  @Test
  void whoConnectsAndDoesNotJoinIsSentAwayAndWhoJoinsIsNot() throws Exception {
    Rooms.Opened opened = rooms.open("joining");
    Channel idle = new Channel();
    Channel joining = new Channel();
    SocketlessRooms.on(opened.context(), () -> {
      begin(opened, idle, "idle");
      begin(opened, joining, "joining").onFrame("{\"request\":true,\"id\":1,\"method\":\"join\"}");
      assertEquals(List.of(30_000L, 30_000L), List.copyOf(delays));
      rings.forEach(Runnable::run);
      assertEquals(1, opened.room().clients().size());
      return null;
    });
    assertEquals("4000 join-timeout: you connected but did not join within 30 s", idle.heard.get(idle.heard.size() - 1));
    assertTrue(joining.heard.stream().noneMatch(heard -> heard.startsWith("4000")), joining.heard.toString());
  }

  /** On the room's loop. */
  private ProtooConnection begin(Rooms.Opened opened, Channel channel, String peerId) {
    ProtooConnection connection = new ProtooConnection(channel, timers(), 10);
    PeerSession session =
        new PeerSession(opened.room(), null, rooms.config().limits(), servers, connection, peerId, rooms.vertx(),
            new CapabilitiesAnswer());
    connection.handler(session);
    session.begin();
    return connection;
  }

  @Test
  void aNodeHasNoMoreRoomsThanItsLimit() throws Exception {
    SocketlessRooms.on(sockets, () -> {
      service.onWarm();
      return null;
    });
    await("its entry", connect("one", "alice"), "\"mediasoupVersion\"");
    await("its entry", connect("two", "alice"), "\"mediasoupVersion\"");
    await("its refusal", connect("three", "alice"), "4001 too-many-rooms: this node has 2 rooms already (limits.roomsPerNode)");
    await("its entry", connect("two", "bob"), "\"mediasoupVersion\"");
  }

  @Test
  void clientsOfOneAddressLeaveRoomsForOthersAndMayComeBackWhenTheyHaveFewer() throws Exception {
    SocketlessRooms.on(sockets, () -> {
      service.onWarm();
      return null;
    });
    Channel first = new Channel("greedy");
    SignalingEndpoint.Connection arrival = SocketlessRooms.on(sockets, () -> service.open("one", "alice", first));
    await("its entry", first, "\"mediasoupVersion\"");
    await("its refusal", connect("two", "alice", "greedy"), "4001 too-many-rooms: clients of your address have opened 1 rooms already");
    await("its entry", connect("two", "bob", "modest"), "\"mediasoupVersion\"");
    await("its entry into a room of others", connect("two", "alice", "greedy"), "\"mediasoupVersion\"");

    SocketlessRooms.on(sockets, () -> {
      arrival.onClosed();
      return null;
    });
    awaitRooms(List.of("two"));
    await("its entry", connect("three", "alice", "greedy"), "\"mediasoupVersion\"");
  }

  /** They ring when the test says so. */
  private ProtooConnection.Timers timers() {
    return new ProtooConnection.Timers() {
      @Override
      public long after(long milliseconds, Runnable action) {
        delays.add(milliseconds);
        rings.add(action);
        return delays.size();
      }

      @Override
      public void cancel(long timer) {
        // Who rings all the same does no harm.
      }
    };
  }
}
