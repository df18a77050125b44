package io.plenum.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One media event loop's sockets for clients: one UDP port, and TCP on the same number (RFC 4571, passive). Datagrams are
 * handed to the transport they belong to and answered on the same thread; what a burst makes us send leaves in one flush.
 */
public final class MediaSocketVerticle extends VerticleBase implements WebRtcTransport.Network {
  /** Datagrams read in one system call. */
  private static final int DATAGRAMS_PER_READ = 32;
  private static final int READ_BYTES = 1_600;
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;
  /** Above this much unsent data the socket is stuck, and what is real-time is better lost than late. */
  private static final int SEND_QUEUE_BYTES = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(MediaSocketVerticle.class);

  private final int index;
  private final PlenumConfig.Media options;
  private final Impairment impairment;
  private final NetCounters counters = new NetCounters();
  private final Demultiplexer demultiplexer = new Demultiplexer(counters);
  private final Map<TransportTuple, IceTcpConnection> tcpConnections = new HashMap<>();
  private final byte[] received = new byte[RouterEnvironment.MAX_DATAGRAM_BYTES];
  private final Runnable afterRead;
  private EventLoop loop;
  private Channel udp;
  private Channel tcp;
  private InetSocketAddress localAddress;
  private boolean reading;
  private boolean flushScheduled;

  /**
   * @param index of the media loop; the port is {@code media.port + index}
   * @param afterRead called when all datagrams that had come are handled
   */
  public MediaSocketVerticle(int index, PlenumConfig config, Runnable afterRead) {
    this.index = index;
    this.options = config.media();
    this.impairment = config.net().impair().active() ? new Impairment(config.net().impair(), index) : null;
    this.afterRead = afterRead;
  }

  @Override
  public Future<?> start() {
    loop = EventLoops.nettyLoop(context);
    boolean epoll = vertx.isNativeTransportEnabled();
    // Port 0, for tests: any port for UDP, and the same for TCP.
    int port = options.port() == 0 ? 0 : options.port() + index;
    return bindUdp(epoll, new InetSocketAddress(options.ip(), port))
        .compose(channel -> {
          udp = channel;
          localAddress = (InetSocketAddress) channel.localAddress();
          return bindTcp(epoll, new InetSocketAddress(options.ip(), localAddress.getPort()));
        })
        .map(channel -> {
          tcp = channel;
          log.info("media socket open loop={} ip={} port={} transport={}",
              index, options.ip(), localAddress.getPort(), epoll ? "epoll" : "nio");
          return null;
        });
  }

  private Future<Channel> bindUdp(boolean epoll, InetSocketAddress address) {
    Bootstrap bootstrap = new Bootstrap()
        .group(loop)
        .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(SEND_QUEUE_BYTES / 2, SEND_QUEUE_BYTES))
        .handler(new DatagramHandler());
    if (epoll) {
      bootstrap
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, READ_BYTES)
          .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES * DATAGRAMS_PER_READ));
    } else {
      bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }
    return bound(bootstrap.bind(address), "UDP", address);
  }

  private Future<Channel> bindTcp(boolean epoll, InetSocketAddress address) {
    return bound(new ServerBootstrap()
        .group(loop, loop)
        .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(IceTcpConnection.SEND_QUEUE_BYTES / 2, IceTcpConnection.SEND_QUEUE_BYTES))
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new IceTcpConnection(MediaSocketVerticle.this, demultiplexer, counters));
          }
        })
        .bind(address), "TCP", address);
  }

  private Future<Channel> bound(ChannelFuture binding, String protocol, InetSocketAddress address) {
    Promise<Channel> promise = Promise.promise();
    binding.addListener((ChannelFuture done) -> context.runOnContext(v -> {
      if (done.isSuccess()) {
        promise.complete(done.channel());
      } else {
        promise.fail(new IllegalStateException("cannot listen on " + protocol + " " + address.getHostString() + ":"
            + address.getPort() + " (" + done.cause().getMessage() + "): is another process there? media.port moves it"));
      }
    }));
    return promise.future();
  }

  @Override
  public Future<?> stop() {
    if (udp != null) {
      udp.close();
    }
    if (tcp != null) {
      tcp.close();
    }
    tcpConnections.values().forEach(IceTcpConnection::close);
    return Future.succeededFuture();
  }

  public int index() {
    return index;
  }

  /** The port that clients are told, UDP and TCP. */
  public int port() {
    return localAddress.getPort();
  }

  public NetCounters counters() {
    return counters;
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
      udp.flush();
      afterRead.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // Linux reports ICMP errors of earlier sends here; they concern one peer that is gone.
      log.debug("media socket loop={} error={}", index, cause.toString());
    }
  }

  private void onPacket(ByteBuf content, InetSocketAddress source) {
    int length = content.readableBytes();
    counters.onReceived(length);
    if (length > received.length) {
      counters.drop(NetDrop.TOO_LONG);
      return;
    }
    if (impairment != null && impairment.loses()) {
      counters.drop(NetDrop.IMPAIRED);
      return;
    }
    content.readBytes(received, 0, length);
    Demultiplexer.Route route = demultiplexer.route(source);
    if (route != null) {
      route.transport().onDatagram(route.tuple(), received, 0, length, System.nanoTime());
      return;
    }
    WebRtcTransport transport = demultiplexer.stranger(received, 0, length);
    if (transport != null) {
      TransportTuple tuple = new TransportTuple(TransportTuple.Protocol.UDP, localAddress, source);
      transport.onDatagram(tuple, received, 0, length, System.nanoTime());
    }
  }

  @Override
  public void send(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (impairment == null) {
      transmit(tuple, udp.alloc().directBuffer(length).writeBytes(bytes, offset, length));
      return;
    }
    if (impairment.loses()) {
      counters.drop(NetDrop.IMPAIRED);
      return;
    }
    ByteBuf copy = udp.alloc().directBuffer(length).writeBytes(bytes, offset, length);
    long delayMs = impairment.delayMs();
    if (delayMs == 0) {
      transmit(tuple, copy);
    } else {
      loop.schedule(() -> transmit(tuple, copy), delayMs, TimeUnit.MILLISECONDS);
    }
  }

  private void transmit(TransportTuple tuple, ByteBuf datagram) {
    if (tuple.protocol() == TransportTuple.Protocol.TCP) {
      IceTcpConnection connection = tcpConnections.get(tuple);
      if (connection == null) {
        datagram.release();
      } else {
        counters.onSent(datagram.readableBytes());
        connection.send(datagram);
      }
      return;
    }
    if (!udp.isWritable()) {
      counters.drop(NetDrop.SEND_QUEUE_FULL);
      datagram.release();
      return;
    }
    counters.onSent(datagram.readableBytes());
    udp.write(new DatagramPacket(datagram, tuple.remote()), udp.voidPromise());
    if (!reading && !flushScheduled) {
      flushScheduled = true;
      loop.execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    udp.flush();
  }

  /** A TCP connection has brought its first check; answers may go out on it. */
  void onTcpTuple(TransportTuple tuple, IceTcpConnection connection) {
    tcpConnections.put(tuple, connection);
  }

  void onTcpClosed(TransportTuple tuple) {
    tcpConnections.remove(tuple);
  }

  /** What a TCP connection brought has been handled. */
  void onTcpRead() {
    afterRead.run();
  }

  @Override
  public void onTupleAdded(WebRtcTransport transport, TransportTuple tuple) {
    demultiplexer.add(tuple, transport);
  }

  @Override
  public void onTupleRemoved(WebRtcTransport transport, TransportTuple tuple) {
    demultiplexer.remove(tuple, transport);
    IceTcpConnection connection = tcpConnections.get(tuple);
    if (connection != null) {
      connection.close();
    }
  }

  @Override
  public void onUsernameFragmentAdded(WebRtcTransport transport, String usernameFragment) {
    demultiplexer.add(usernameFragment, transport);
  }

  @Override
  public void onUsernameFragmentRetired(WebRtcTransport transport, String usernameFragment) {
    demultiplexer.remove(usernameFragment);
  }

  /** Verified addresses and username fragments, for metrics and for tests that look for leaks. */
  public int routes() {
    return demultiplexer.routes() + demultiplexer.fragments() + tcpConnections.size();
  }
}
