package io.plenum.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One media event loop's sockets for clients: one UDP port, and TCP on the same number (RFC 4571, passive). Datagrams are
 * handed to the transport they belong to and answered on the same thread; what a burst makes us send leaves in one flush.
 */
public final class MediaSocketVerticle extends VerticleBase implements WebRtcTransport.Network, UdpSocket.Receiver {
  private static final Logger log = LoggerFactory.getLogger(MediaSocketVerticle.class);

  private final int index;
  private final PlenumConfig.Media options;
  private final Impairment impairment;
  private final NetCounters counters = new NetCounters();
  private final Demultiplexer demultiplexer = new Demultiplexer(counters);
  private final UnverifiedConnections<IceTcpConnection> unverified = new UnverifiedConnections<>();
  private final Map<TransportTuple, IceTcpConnection> tcpConnections = new HashMap<>();
  private final Runnable afterRead;
  private UdpSocket udp;
  private Channel tcp;
  private InetSocketAddress localAddress;

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
    boolean epoll = vertx.isNativeTransportEnabled();
    // Port 0, for tests: any port for UDP, and the same for TCP.
    int port = options.port() == 0 ? 0 : options.port() + index;
    return UdpSocket
        .open(vertx, context, new InetSocketAddress(options.ip(), port), "media.port", this, counters, impairment)
        .compose(socket -> {
          udp = socket;
          localAddress = socket.localAddress();
          return bindTcp(epoll, new InetSocketAddress(options.ip(), localAddress.getPort()));
        })
        .map(channel -> {
          tcp = channel;
          log.info("media socket open loop={} ip={} port={} transport={}",
              index, options.ip(), localAddress.getPort(), epoll ? "epoll" : "nio");
          return null;
        });
  }

  private Future<Channel> bindTcp(boolean epoll, InetSocketAddress address) {
    EventLoop loop = EventLoops.nettyLoop(context);
    return UdpSocket.bound(context, new ServerBootstrap()
        .group(loop, loop)
        .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(IceTcpConnection.SEND_QUEUE_BYTES / 2, IceTcpConnection.SEND_QUEUE_BYTES))
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(newTcpConnection());
          }
        })
        .bind(address), "TCP", address, "media.port");
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

  @Override
  public void onDatagram(InetSocketAddress source, byte[] bytes, int length) {
    demultiplexer.onDatagram(localAddress, source, bytes, length, System.nanoTime());
  }

  @Override
  public void onReadComplete() {
    afterRead.run();
  }

  @Override
  public void send(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (tuple.protocol() == TransportTuple.Protocol.UDP) {
      udp.send(tuple.remote(), bytes, offset, length);
      return;
    }
    IceTcpConnection connection = tcpConnections.get(tuple);
    if (connection != null) {
      counters.onSent(length);
      connection.send(bytes, offset, length);
    }
  }

  @Override
  public boolean sendsTogether(TransportTuple tuple) {
    return tuple.protocol() == TransportTuple.Protocol.UDP && udp.sendsTogether();
  }

  /** The handler of a connection that the TCP port has taken. */
  IceTcpConnection newTcpConnection() {
    return new IceTcpConnection(this, demultiplexer, unverified, counters);
  }

  /** A TCP connection has brought its first check; answers may go out on it. */
  void onTcpTuple(TransportTuple tuple, IceTcpConnection connection) {
    IceTcpConnection before = tcpConnections.put(tuple, connection);
    if (before != null && before != connection) {
      // The same addresses: the client has connected anew, and the end of the old connection has not come yet.
      before.close();
    }
  }

  /** A younger connection of the same addresses may have taken its place. */
  void onTcpClosed(TransportTuple tuple, IceTcpConnection connection) {
    tcpConnections.remove(tuple, connection);
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
    // An equal tuple that is another object is the connection that has replaced this one.
    if (connection != null && connection.tuple() == tuple && connection.belongsTo(transport)) {
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
