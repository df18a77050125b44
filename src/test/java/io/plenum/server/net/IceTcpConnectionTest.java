package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.transport.MediaPolicer;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import io.plenum.server.config.ConfigLoader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections without sockets: what the peer sends is handed in, and time is a number. */
class IceTcpConnectionTest {
  private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.1", 40000);

  private final MediaSocketVerticle socket =
      new MediaSocketVerticle(0, new ConfigLoader().load(new String[0], Map.of()), List.of("127.0.0.1"), () -> { });
  private final NetCounters counters = socket.counters();
  private byte transactions;
  private final WebRtcTransport transport = new WebRtcTransport("transport",
      new Router("router", RouterCapabilities.generate(MediaCodecs.defaults()),
          new RouterEnvironment(new SplittableRandom(1), 0)),
      socket, List.of(), IceOptions.DEFAULT, new MediaPolicer(MediaPolicer.Rates.ofMbit(40, 8_000)), sink -> new NoDtls());

  /** One client's connection as the loop sees it. */
  private final class Connection extends EmbeddedChannel {
    private final InetSocketAddress remote;
    final IceTcpConnection handler;
    /** The peer does not read any more, and the kernel takes nothing more for it. */
    boolean stuck;

    Connection(String host, int port) {
      this(socket.newTcpConnection(), new InetSocketAddress(host, port));
    }

    private Connection(IceTcpConnection handler, InetSocketAddress remote) {
      super(false, false, handler);
      this.handler = handler;
      this.remote = remote;
      config().setWriteBufferWaterMark(
          new WriteBufferWaterMark(IceTcpConnection.SEND_QUEUE_BYTES / 2, IceTcpConnection.SEND_QUEUE_BYTES));
      try {
        register();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      freezeTime();
    }

    @Override
    protected SocketAddress localAddress0() {
      return LOCAL;
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return remote;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer waiting) throws Exception {
      if (!stuck) {
        super.doWrite(waiting);
      }
    }

    long waitingBytes() {
      return unsafe().outboundBuffer().totalPendingWriteBytes();
    }

    void check() {
      check(transport);
    }

    void check(WebRtcTransport transport) {
      IceParameters parameters = transport.iceParameters();
      StunWriter writer = new StunWriter(256);
      byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
      transactionId[0] = ++transactions;
      writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
      writer.putUsername((parameters.usernameFragment() + ":peer").getBytes(StandardCharsets.US_ASCII));
      writer.putIceControlling(7);
      writer.putUseCandidate();
      writer.putPriority(1);
      int length = writer.finish(StunIntegrity.ofPassword(parameters.password()));
      writeInbound(Unpooled.buffer().writeShort(length).writeBytes(writer.bytes(), 0, length));
    }

    /** Whether an answer, or anything else, has come since the last call. */
    boolean heard() {
      boolean heard = false;
      for (ByteBuf frame = readOutbound(); frame != null; frame = readOutbound()) {
        heard = true;
        frame.release();
      }
      return heard;
    }
  }

  @Test
  void aValidCheckMakesTheConnectionAWayToItsTransport() {
    Connection connection = new Connection("198.51.100.4", 5000);
    connection.check();
    assertTrue(connection.heard());
    assertEquals(IceState.COMPLETED, transport.iceState());
    connection.advanceTimeBy(IceTcpConnection.FIRST_CHECK_SECONDS + 1, TimeUnit.SECONDS);
    connection.runScheduledPendingTasks();
    assertTrue(connection.isOpen());
    connection.close();
    assertEquals(IceState.DISCONNECTED, transport.iceState());
    assertEquals(0, counters.tcpConnections());
  }

  @Test
  void whoBringsNoCheckInTimeIsClosed() {
    Connection connection = new Connection("198.51.100.4", 5000);
    connection.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 3, 1, 2, 3}));
    connection.advanceTimeBy(IceTcpConnection.FIRST_CHECK_SECONDS, TimeUnit.SECONDS);
    connection.runScheduledPendingTasks();
    assertFalse(connection.isOpen());
    assertEquals(1, counters.drops(NetDrop.TCP_REFUSED));
    assertEquals(0, counters.tcpConnections());
  }

  @Test
  void aThousandSilentConnectionsOfOneHostRefuseNobodyElse() {
    List<Connection> silent = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      silent.add(new Connection("198.51.100.4", 1_024 + i));
    }
    silent.forEach(Connection::runPendingTasks);
    Connection honest = new Connection("198.51.100.5", 5000);
    honest.check();
    assertTrue(honest.isOpen());
    assertTrue(honest.heard());
    assertEquals(UnverifiedConnections.MAX_OF_ONE_HOST, silent.stream().filter(Connection::isOpen).count());
    assertEquals(1_000 - UnverifiedConnections.MAX_OF_ONE_HOST, counters.drops(NetDrop.TCP_MADE_ROOM));
    assertEquals(UnverifiedConnections.MAX_OF_ONE_HOST + 1, counters.tcpConnections());
  }

  @Test
  void aNewcomerBehindTheSameNatAsTheSilentOnesGetsItsPlaceToo() {
    for (int i = 0; i < 1_000; i++) {
      new Connection("198.51.100.4", 1_024 + i);
    }
    Connection honest = new Connection("198.51.100.4", 5000);
    honest.check();
    for (int i = 0; i < 1_000; i++) {
      new Connection("198.51.100.4", 10_000 + i);
    }
    assertTrue(honest.isOpen(), "it has proved itself and is not among those that make room");
    assertEquals(IceState.COMPLETED, transport.iceState());
  }

  @Test
  void whoDoesNotReadMakesUsKeepABoundedQueueAndTheRestIsDroppedAndCounted() {
    Connection slow = new Connection("198.51.100.4", 5000);
    slow.check();
    slow.heard();
    slow.stuck = true;
    byte[] packet = new byte[1_200];
    int packets = 10_000;
    TransportTuple tuple = slow.handler.tuple();
    for (int i = 0; i < packets; i++) {
      socket.send(tuple, packet, 0, packet.length);
    }
    // Netty adds 96 bytes of its own to each write before it compares.
    assertTrue(slow.waitingBytes() <= IceTcpConnection.SEND_QUEUE_BYTES + 1_300, slow.waitingBytes() + " bytes");
    long dropped = counters.drops(NetDrop.SEND_QUEUE_FULL);
    assertTrue(dropped > packets - IceTcpConnection.SEND_QUEUE_BYTES / packet.length - 2, dropped + " dropped");
    assertTrue(slow.isOpen(), "it may catch up");

    slow.stuck = false;
    slow.flush();
    assertTrue(slow.heard());
    socket.send(tuple, packet, 0, packet.length);
    assertTrue(slow.heard());
    assertEquals(dropped, counters.drops(NetDrop.SEND_QUEUE_FULL));
  }

  @Test
  void aClientThatConnectsAnewFromTheSameAddressKeepsItsNewConnection() {
    Connection old = new Connection("198.51.100.4", 5000);
    old.check();
    Connection young = new Connection("198.51.100.4", 5000);
    assertNotSame(old.handler.tuple(), young.handler.tuple());
    young.check();
    old.runPendingTasks();
    young.runPendingTasks();
    assertTrue(young.isOpen());
    assertTrue(young.heard());
    assertFalse(old.isOpen(), "nothing can come on it any more");
    assertEquals(IceState.COMPLETED, transport.iceState());

    assertTrue(transport.accepts(young.handler.tuple()));
    socket.send(young.handler.tuple(), new byte[] {1}, 0, 1);
    assertTrue(young.heard(), "media finds the new connection");
    assertEquals(1, counters.tcpConnections());
  }

  /** These tests end where DTLS would begin. */
  static final class NoDtls implements DtlsSession {
    @Override
    public void start(DtlsRole localRole, DtlsFingerprint remoteFingerprint) {}

    @Override
    public DtlsArrival onDatagram(byte[] bytes, int offset, int length) {
      return DtlsArrival.NOTHING;
    }

    @Override
    public boolean send(byte[] bytes, int offset, int length) {
      return false;
    }

    @Override
    public DtlsState state() {
      return DtlsState.NEW;
    }

    @Override
    public void close() {}
  }
}
