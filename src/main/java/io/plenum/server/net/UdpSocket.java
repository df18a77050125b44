package io.plenum.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.plenum.media.router.RouterEnvironment;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP port on one media event loop, native epoll where there is one. What a burst of datagrams makes its owner send
 * leaves in one flush.
 */
public final class UdpSocket {
  /** Takes what came. */
  public interface Receiver {
    /** The bytes are the socket's again when the call returns. */
    void onDatagram(InetSocketAddress source, byte[] bytes, int length);

    /** All that had come is handed over. */
    void onReadComplete();
  }

  /** Datagrams read in one system call. */
  private static final int DATAGRAMS_PER_READ = 32;
  /** One more than is allowed, so that what is too long is seen to be. */
  private static final int READ_BYTES = RouterEnvironment.MAX_DATAGRAM_BYTES + 1;
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;
  /** Above this much unsent data the socket is stuck, and what is real-time is better lost than late. */
  private static final int SEND_QUEUE_BYTES = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(UdpSocket.class);

  private final EventLoop loop;
  private final Receiver receiver;
  private final NetCounters counters;
  private final Impairment impairment;
  private final byte[] received = new byte[RouterEnvironment.MAX_DATAGRAM_BYTES];
  private Channel channel;
  private boolean reading;
  private boolean flushScheduled;

  private UdpSocket(EventLoop loop, Receiver receiver, NetCounters counters, Impairment impairment) {
    this.loop = loop;
    this.receiver = receiver;
    this.counters = counters;
    this.impairment = impairment;
  }

  /**
   * Opens a socket on the event loop of {@code context}.
   *
   * @param impairment null for none
   * @param key the configuration key that moves the port, for the message when it is taken
   */
  static Future<UdpSocket> open(
      Vertx vertx, Context context, InetSocketAddress address, String key, Receiver receiver, NetCounters counters,
      Impairment impairment) {
    UdpSocket socket = new UdpSocket(EventLoops.nettyLoop(context), receiver, counters, impairment);
    boolean epoll = vertx.isNativeTransportEnabled();
    Bootstrap bootstrap = new Bootstrap()
        .group(socket.loop)
        .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(SEND_QUEUE_BYTES / 2, SEND_QUEUE_BYTES))
        .handler(socket.new DatagramHandler());
    if (epoll) {
      bootstrap
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, READ_BYTES)
          .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES * DATAGRAMS_PER_READ));
    } else {
      bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }
    return bound(context, bootstrap.bind(address), "UDP", address, key).map(channel -> {
      socket.channel = channel;
      return socket;
    });
  }

  /** The outcome of a bind, on the context; a failure says what to do about it. */
  static Future<Channel> bound(Context context, ChannelFuture binding, String protocol, InetSocketAddress address, String key) {
    Promise<Channel> promise = Promise.promise();
    binding.addListener((ChannelFuture done) -> context.runOnContext(v -> {
      if (done.isSuccess()) {
        promise.complete(done.channel());
      } else {
        promise.fail(new IllegalStateException("cannot listen on " + protocol + " " + address.getHostString() + ":"
            + address.getPort() + " (" + done.cause().getMessage() + "): is another process there? " + key + " moves it"));
      }
    }));
    return promise.future();
  }

  InetSocketAddress localAddress() {
    return (InetSocketAddress) channel.localAddress();
  }

  void close() {
    channel.close();
  }

  private final class DatagramHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      try {
        reading = true;
        onPacket(packet.content(), packet.sender());
      } finally {
        packet.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      reading = false;
      context.flush();
      receiver.onReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // Linux reports ICMP errors of earlier sends here; they concern one peer that is gone.
      log.debug("udp socket port={} error={}", localAddress().getPort(), cause.toString());
    }
  }

  private void onPacket(ByteBuf content, InetSocketAddress source) {
    int length = content.readableBytes();
    counters.onReceived(length);
    if (length > received.length) {
      counters.drop(NetDrop.TOO_LONG);
    } else if (impairment != null && impairment.loses()) {
      counters.drop(NetDrop.IMPAIRED);
    } else {
      content.readBytes(received, 0, length);
      receiver.onDatagram(source, received, length);
    }
  }

  /** Sends a copy of the bytes. */
  void send(InetSocketAddress remote, byte[] bytes, int offset, int length) {
    ByteBuf datagram = channel.alloc().directBuffer(length).writeBytes(bytes, offset, length);
    if (impairment == null) {
      transmit(remote, datagram);
      return;
    }
    if (impairment.loses()) {
      counters.drop(NetDrop.IMPAIRED);
      datagram.release();
      return;
    }
    long delayMs = impairment.delayMs();
    if (delayMs == 0) {
      transmit(remote, datagram);
    } else {
      loop.schedule(() -> transmit(remote, datagram), delayMs, TimeUnit.MILLISECONDS);
    }
  }

  private void transmit(InetSocketAddress remote, ByteBuf datagram) {
    if (!channel.isWritable()) {
      counters.drop(NetDrop.SEND_QUEUE_FULL);
      datagram.release();
      return;
    }
    counters.onSent(datagram.readableBytes());
    channel.write(new DatagramPacket(datagram, remote), channel.voidPromise());
    if (!reading && !flushScheduled) {
      flushScheduled = true;
      loop.execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    channel.flush();
  }
}
