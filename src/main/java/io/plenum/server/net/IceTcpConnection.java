package io.plenum.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.ice.TcpFraming;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.wire.DatagramKind;
import io.plenum.protocol.wire.Malformed;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * One client's TCP connection to the media port: frames after RFC 4571, the same packets as over UDP. It belongs to a
 * transport from the first valid check on; one that brings none in time is closed, and sooner if there are too many of
 * them ({@link UnverifiedConnections}).
 */
final class IceTcpConnection extends ChannelInboundHandlerAdapter implements TcpFraming.Sink {
  /** A browser sends its first check at once. */
  static final long FIRST_CHECK_SECONDS = 10;
  /** A receiver that is so far behind gets no more until it has caught up: media that is late is of no use. */
  static final int SEND_QUEUE_BYTES = 1 << 20;

  private final MediaSocketVerticle socket;
  private final Demultiplexer demultiplexer;
  private final UnverifiedConnections<IceTcpConnection> unverified;
  private final NetCounters counters;
  private final TcpFraming framing = new TcpFraming(RouterEnvironment.MAX_DATAGRAM_BYTES, this);
  private final byte[] chunk = new byte[RouterEnvironment.MAX_DATAGRAM_BYTES];
  private ChannelHandlerContext context;
  private TransportTuple tuple;
  private WebRtcTransport transport;
  private ScheduledFuture<?> firstCheckTimer;
  private boolean closed;

  /** @param unverified of the loop */
  IceTcpConnection(MediaSocketVerticle socket, Demultiplexer demultiplexer,
      UnverifiedConnections<IceTcpConnection> unverified, NetCounters counters) {
    this.socket = socket;
    this.demultiplexer = demultiplexer;
    this.unverified = unverified;
    this.counters = counters;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    this.context = context;
    counters.onTcpConnections(1);
    this.tuple = new TransportTuple(TransportTuple.Protocol.TCP,
        (InetSocketAddress) context.channel().localAddress(), (InetSocketAddress) context.channel().remoteAddress());
    IceTcpConnection oldest = unverified.add(this, tuple.remote().getAddress());
    if (oldest != null) {
      oldest.makeRoom();
    }
    firstCheckTimer = context.executor().schedule(this::refuse, FIRST_CHECK_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      while (bytes.isReadable() && !closed) {
        int count = Math.min(bytes.readableBytes(), chunk.length);
        bytes.readBytes(chunk, 0, count);
        Malformed wrong = framing.onBytes(chunk, 0, count);
        if (wrong != null) {
          refuse();
        }
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
    socket.onTcpRead();
  }

  @Override
  public void onFrame(byte[] bytes, int offset, int length) {
    if (closed) {
      return;
    }
    counters.onReceived(length);
    if (transport == null) {
      onFirstFrame(bytes, offset, length);
    } else if (length == 0 || DatagramKind.of(bytes[offset]) != DatagramKind.STUN
        || !goesOverTo(demultiplexer.asked(bytes, offset, length), bytes, offset, length)) {
      transport.onDatagram(tuple, bytes, offset, length, System.nanoTime());
    }
  }

  private void onFirstFrame(byte[] bytes, int offset, int length) {
    WebRtcTransport asked = demultiplexer.stranger(bytes, offset, length);
    if (asked == null) {
      return;
    }
    socket.onTcpTuple(tuple, this);
    asked.onDatagram(tuple, bytes, offset, length, System.nanoTime());
    if (asked.accepts(tuple)) {
      transport = asked;
      verified();
    }
  }

  /**
   * A check for another transport on a connection that is one's already: that client has begun a new session on it. Nobody
   * else can write on a TCP connection, so a valid check is enough. Returns whether the check was for another.
   */
  private boolean goesOverTo(WebRtcTransport asked, byte[] bytes, int offset, int length) {
    if (asked == null || asked == transport) {
      return false;
    }
    asked.onDatagram(tuple, bytes, offset, length, System.nanoTime());
    if (asked.accepts(tuple)) {
      WebRtcTransport before = transport;
      transport = asked;
      before.onTupleClosed(tuple);
    }
    return true;
  }

  /** Tells whether the end of a tuple of that transport is the end of this connection. */
  boolean belongsTo(WebRtcTransport other) {
    return transport == null || transport == other;
  }

  private void verified() {
    if (firstCheckTimer != null) {
      firstCheckTimer.cancel(false);
      firstCheckTimer = null;
    }
    unverified.remove(this);
  }

  /** Sends a copy of the packet with its length before it. */
  void send(byte[] bytes, int offset, int length) {
    if (closed) {
      return;
    }
    if (!context.channel().isWritable()) {
      counters.drop(NetDrop.SEND_QUEUE_FULL);
      return;
    }
    ByteBuf frame = context.alloc().directBuffer(TcpFraming.LENGTH_BYTES + length);
    frame.writeShort(length).writeBytes(bytes, offset, length);
    context.writeAndFlush(frame, context.voidPromise());
  }

  /** The one 5-tuple object of this connection. */
  TransportTuple tuple() {
    return tuple;
  }

  private void makeRoom() {
    counters.drop(NetDrop.TCP_MADE_ROOM);
    close();
  }

  private void refuse() {
    counters.drop(NetDrop.TCP_REFUSED);
    close();
  }

  void close() {
    if (!closed && context != null) {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (closed) {
      return;
    }
    closed = true;
    counters.onTcpConnections(-1);
    verified();
    socket.onTcpClosed(tuple, this);
    if (transport != null) {
      transport.onTupleClosed(tuple);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close();
  }
}
