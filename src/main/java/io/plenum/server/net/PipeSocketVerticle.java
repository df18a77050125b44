package io.plenum.server.net;

import io.plenum.media.transport.PipeTransport;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.wire.Bytes;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One media event loop's socket for other nodes: all pipes of the loop share its one UDP port. Whose a packet is, its
 * source address and SSRC tell; what nobody agreed on is dropped and counted.
 */
public final class PipeSocketVerticle extends VerticleBase implements PipeTransport.Network, UdpSocket.Receiver {
  private static final Logger log = LoggerFactory.getLogger(PipeSocketVerticle.class);

  private final int index;
  private final PlenumConfig config;
  private final String ip;
  private final Runnable afterRead;
  private final NetCounters counters = new NetCounters();
  private final Map<InetSocketAddress, SsrcTable<PipeTransport>> routes = new HashMap<>();
  private UdpSocket udp;

  /**
   * @param index of the media loop; the port is {@code pipe.port + index}
   * @param ip to listen on
   * @param afterRead called when all datagrams that had come are handled
   */
  public PipeSocketVerticle(int index, PlenumConfig config, String ip, Runnable afterRead) {
    this.index = index;
    this.config = config;
    this.ip = ip;
    this.afterRead = afterRead;
  }

  @Override
  public Future<?> start() {
    int port = config.pipe().port() == 0 ? 0 : config.pipe().port() + index;
    Impairment impairment = config.net().impair().pipeLossPercent() > 0
        ? Impairment.ofPipes(config.net().impair(), index)
        : null;
    return UdpSocket
        .open(vertx, context, new InetSocketAddress(ip, port), "pipe.port", this, counters, impairment)
        .map(socket -> {
          udp = socket;
          log.debug("pipe socket open loop={} ip={} port={}", index, ip, port());
          return null;
        });
  }

  @Override
  public Future<?> stop() {
    if (udp != null) {
      udp.close();
    }
    return Future.succeededFuture();
  }

  /** The port that other nodes are told. */
  public int port() {
    return udp.localAddress().getPort();
  }

  public NetCounters counters() {
    return counters;
  }

  @Override
  public void onDatagram(InetSocketAddress source, byte[] bytes, int length) {
    PipeTransport pipe = find(source, bytes, length);
    if (pipe == null) {
      counters.drop(NetDrop.UNKNOWN_PIPE);
    } else {
      pipe.onDatagram(bytes, 0, length, System.nanoTime());
    }
  }

  /** RTP names its stream at byte 8, RTCP its sender at byte 4; both are in clear under SRTP. */
  private PipeTransport find(InetSocketAddress source, byte[] bytes, int length) {
    SsrcTable<PipeTransport> pipes = routes.get(source);
    if (pipes == null || length < 8 || !RtpPacket.isRtpOrRtcp(bytes[0])) {
      return null;
    }
    if (RtpPacket.isRtcp(bytes[1])) {
      return pipes.get(Bytes.i32(bytes, 4));
    }
    return length < RtpPacket.FIXED_HEADER_BYTES ? null : pipes.get(Bytes.i32(bytes, 8));
  }

  @Override
  public void onReadComplete() {
    afterRead.run();
  }

  @Override
  public void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length) {
    udp.send(remote, bytes, offset, length);
  }

  @Override
  public void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc) {
    routes.computeIfAbsent(remote, address -> new SsrcTable<>()).put(ssrc, transport);
  }

  @Override
  public void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc) {
    SsrcTable<PipeTransport> pipes = routes.get(remote);
    if (pipes != null && pipes.get(ssrc) == transport) {
      pipes.remove(ssrc);
      if (pipes.size() == 0) {
        routes.remove(remote);
      }
    }
  }

  /** SSRCs that are listened for, for metrics and for tests that look for leaks. */
  public int routes() {
    return routes.values().stream().mapToInt(SsrcTable::size).sum();
  }
}
