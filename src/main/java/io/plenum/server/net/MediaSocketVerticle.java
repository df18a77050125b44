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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One media event loop's sockets for clients: one UDP port, and TCP on the same number (RFC 4571, passive), on each
 * address that is listened on. Datagrams are handed to the transport they belong to and answered on the same thread,
 * from the address they came to; what a burst makes us send leaves in one flush.
 */
public final class MediaSocketVerticle extends VerticleBase implements WebRtcTransport.Network {
  private static final Logger log = LoggerFactory.getLogger(MediaSocketVerticle.class);

  private final int index;
  private final PlenumConfig.Media options;
  private final Impairment impairment;
  private final NetCounters counters = new NetCounters();
  private final UnverifiedConnections<IceTcpConnection> unverified = new UnverifiedConnections<>();
  private final Map<TransportTuple, IceTcpConnection> tcpConnections = new HashMap<>();
  private final Runnable afterRead;
  private final List<MediaPort> ports = new ArrayList<>();

  /**
   * @param index of the media loop; the port is {@code media.port + index}
   * @param addresses to listen on, one at least
   * @param afterRead called when all datagrams that had come are handled
   */
  public MediaSocketVerticle(int index, PlenumConfig config, List<String> addresses, Runnable afterRead) {
    this.index = index;
    this.options = config.media();
    this.impairment = config.net().impair().active() ? new Impairment(config.net().impair(), index) : null;
    this.afterRead = afterRead;
    addresses.forEach(ip -> ports.add(new MediaPort(this, ip, counters)));
  }

  @Override
  public Future<?> start() {
    // Port 0, for tests: any port for UDP of the first address, and the same for all else.
    Future<Void> opened = open(ports.get(0), options.port() == 0 ? 0 : options.port() + index);
    for (MediaPort port : ports.subList(1, ports.size())) {
      opened = opened.compose(before -> open(port, port()));
    }
    return opened.onSuccess(all -> log.debug("media socket open loop={} ip={} port={} transport={}", index,
        ports.stream().map(port -> port.ip).collect(Collectors.joining(",")), port(),
        vertx.isNativeTransportEnabled() ? "epoll" : "nio"));
  }

  private Future<Void> open(MediaPort port, int number) {
    return UdpSocket
        .open(vertx, context, new InetSocketAddress(port.ip, number), "media.port", port, counters, impairment)
        .compose(socket -> {
          port.udp = socket;
          port.local = socket.localAddress();
          return bindTcp(vertx.isNativeTransportEnabled(), new InetSocketAddress(port.ip, port.local.getPort()));
        })
        .map(channel -> {
          port.tcp = channel;
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
    ports.forEach(MediaPort::close);
    tcpConnections.values().forEach(IceTcpConnection::close);
    return Future.succeededFuture();
  }

  public int index() {
    return index;
  }

  /** The port that clients are told, UDP and TCP, at every address. */
  public int port() {
    return ports.get(0).local.getPort();
  }

  public NetCounters counters() {
    return counters;
  }

  void onDatagram(MediaPort port, InetSocketAddress source, byte[] bytes, int length) {
    port.demultiplexer.onDatagram(port.local, source, bytes, length, System.nanoTime());
  }

  void onReadComplete() {
    afterRead.run();
  }

  @Override
  public void send(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (tuple.protocol() == TransportTuple.Protocol.UDP) {
      portOf(tuple).udp.send(tuple.remote(), bytes, offset, length);
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
    return tuple.protocol() == TransportTuple.Protocol.UDP && portOf(tuple).udp.sendsTogether();
  }

  /** Asked for each packet: all tuples of a port have its one address object. */
  private MediaPort portOf(TransportTuple tuple) {
    InetSocketAddress local = tuple.local();
    int last = ports.size() - 1;
    for (int i = 0; i < last; i++) {
      if (ports.get(i).local == local) {
        return ports.get(i);
      }
    }
    return ports.get(last);
  }

  /** The handler of a connection that the TCP port has taken. */
  IceTcpConnection newTcpConnection() {
    return new IceTcpConnection(this, ports.get(0).demultiplexer, unverified, counters);
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
    portOf(tuple).demultiplexer.add(tuple, transport);
  }

  @Override
  public void onTupleRemoved(WebRtcTransport transport, TransportTuple tuple) {
    portOf(tuple).demultiplexer.remove(tuple, transport);
    IceTcpConnection connection = tcpConnections.get(tuple);
    // An equal tuple that is another object is the connection that has replaced this one.
    if (connection != null && connection.tuple() == tuple && connection.belongsTo(transport)) {
      connection.close();
    }
  }

  @Override
  public void onUsernameFragmentAdded(WebRtcTransport transport, String usernameFragment) {
    ports.forEach(port -> port.demultiplexer.add(usernameFragment, transport));
  }

  @Override
  public void onUsernameFragmentRetired(WebRtcTransport transport, String usernameFragment) {
    ports.forEach(port -> port.demultiplexer.remove(usernameFragment));
  }

  /** Verified addresses and username fragments, for metrics and for tests that look for leaks. */
  public int routes() {
    int udpRoutes = ports.stream().mapToInt(port -> port.demultiplexer.routes()).sum();
    return udpRoutes + ports.get(0).demultiplexer.fragments() + tcpConnections.size();
  }
}
