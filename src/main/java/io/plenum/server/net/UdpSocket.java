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
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.plenum.media.router.RouterEnvironment;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP port on one media event loop, native epoll where there is one. What a burst of datagrams makes its owner send
 * leaves in one flush, and what of that goes to one receiver in one segmented datagram (GSO) where kernel and path can.
 */
public final class UdpSocket implements SendBatches.Sink {
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
  /** Datagrams handed over before we flush, so that a busy sender's burst does not wait for the end of all others'. */
  private static final int MAX_READ_BEFORE_FLUSH = 64;
  /** Datagrams that wait before they are flushed although more could be read: about a millisecond of work. */
  private static final int MAX_WAITING_DATAGRAMS = 1_024;
  /** How long datagrams go one by one after a segmented one was refused: by a driver, or a path of small packets. */
  private static final long SEGMENTATION_HOLD_NS = 60_000_000_000L;
  /** What Linux says to a segmented datagram that it cannot send: EIO, EINVAL, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP. */
  private static final Set<Integer> SEGMENTATION_ERRORS = Set.of(5, 22, 90, 92, 95);

  private static final Logger log = LoggerFactory.getLogger(UdpSocket.class);

  private final EventLoop loop;
  private final Receiver receiver;
  private final NetCounters counters;
  private final Impairment impairment;
  private final SendBatches batches = new SendBatches();
  private final ReadBuffer readBuffer = new ReadBuffer(READ_BYTES * DATAGRAMS_PER_READ, MAX_READ_BEFORE_FLUSH);
  private final byte[] received = new byte[RouterEnvironment.MAX_DATAGRAM_BYTES];
  private Channel channel;
  private boolean reading;
  private boolean flushScheduled;
  private boolean segments;
  private long segmentsAgainNs;

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
        .channelFactory(() -> newChannel(epoll, address))
        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(SEND_QUEUE_BYTES / 2, SEND_QUEUE_BYTES))
        .handler(socket.new DatagramHandler());
    if (epoll) {
      bootstrap
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, READ_BYTES)
          .option(ChannelOption.RECVBUF_ALLOCATOR, socket.readBuffer);
    } else {
      bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR,
          new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(MAX_READ_BEFORE_FLUSH));
    }
    return bound(context, bootstrap.bind(address), "UDP", address, key).map(channel -> {
      socket.channel = channel;
      socket.segments = epoll && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
      return socket;
    });
  }

  /** An IPv4 address gets an IPv4 socket: one that speaks both would translate each address both ways. */
  private static Channel newChannel(boolean epoll, InetSocketAddress address) {
    if (!epoll) {
      return new NioDatagramChannel();
    }
    return address.getAddress() instanceof Inet4Address
        ? new EpollDatagramChannel(SocketProtocolFamily.INET)
        : new EpollDatagramChannel();
  }

  /** The outcome of a bind, on the context; a failure says what to do about it. */
  static Future<Channel> bound(Context context, ChannelFuture binding, String protocol, InetSocketAddress address, String key) {
    Promise<Channel> promise = Promise.promise();
    binding.addListener((ChannelFuture done) -> context.runOnContext(v -> {
      if (done.isSuccess()) {
        promise.complete(done.channel());
      } else {
        promise.fail(BindFailure.refusal(protocol, address, done.cause(), key));
      }
    }));
    return promise.future();
  }

  InetSocketAddress localAddress() {
    return (InetSocketAddress) channel.localAddress();
  }

  void close() {
    channel.close();
    batches.close();
    readBuffer.close();
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
      flush();
      receiver.onReadComplete();
      reading = false;
      if (batches.waitingDatagrams() > 0) {
        flush();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (segments && cause instanceof Errors.NativeIoException error
          && SEGMENTATION_ERRORS.contains(-error.expectedErr())) {
        segments = false;
        segmentsAgainNs = System.nanoTime() + SEGMENTATION_HOLD_NS;
      }
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

  /** Whether several datagrams of equal size to one receiver cost less than as many single ones. */
  boolean sendsTogether() {
    return segments;
  }

  /** Sends a copy of the bytes. */
  void send(InetSocketAddress remote, byte[] bytes, int offset, int length) {
    if (impairment != null) {
      sendImpaired(remote, bytes, offset, length);
    } else if (!channel.isWritable()) {
      counters.drop(NetDrop.SEND_QUEUE_FULL);
    } else {
      counters.onSent(length);
      batches.add(remote, bytes, offset, length, segments);
      flushInTime();
    }
  }

  private void sendImpaired(InetSocketAddress remote, byte[] bytes, int offset, int length) {
    if (impairment.loses()) {
      counters.drop(NetDrop.IMPAIRED);
      return;
    }
    long delayMs = impairment.delayMs();
    ByteBuf datagram = channel.alloc().directBuffer(length).writeBytes(bytes, offset, length);
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
    counters.onSend();
    channel.write(new DatagramPacket(datagram, remote), channel.voidPromise());
    flushInTime();
  }

  /** At the end of the read that this belongs to, or of the task. */
  private void flushInTime() {
    if (reading) {
      if (batches.waitingDatagrams() >= MAX_WAITING_DATAGRAMS) {
        flush();
      }
    } else if (!flushScheduled) {
      flushScheduled = true;
      loop.execute(this::flushScheduled);
    }
  }

  private void flushScheduled() {
    flushScheduled = false;
    flush();
  }

  private void flush() {
    batches.writeTo(this);
    channel.flush();
    batches.reclaim();
    if (!segments && segmentsAgainNs != 0 && System.nanoTime() - segmentsAgainNs >= 0) {
      segments = true;
      segmentsAgainNs = 0;
    }
  }

  @Override
  public void write(InetSocketAddress remote, ByteBuf bytes, int segmentBytes, int datagrams) {
    counters.onSend();
    channel.write(datagrams > 1
        ? new SegmentedDatagramPacket(bytes, segmentBytes, remote)
        : new DatagramPacket(bytes, remote), channel.voidPromise());
  }
}
