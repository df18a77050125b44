package io.plenum.server.net;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/**
 * One address of a media loop: UDP, TCP on the same number, and the clients that are met there. Each address has
 * sockets of its own, because what leaves a socket bound to all of them has the source that the kernel chooses, which
 * need not be the one that the client asked.
 */
final class MediaPort implements UdpSocket.Receiver {
  final String ip;
  final Demultiplexer demultiplexer;
  private final MediaSocketVerticle loop;
  UdpSocket udp;
  Channel tcp;
  /** One object, which stands in every tuple of this port. */
  InetSocketAddress local;

  MediaPort(MediaSocketVerticle loop, String ip, NetCounters counters) {
    this.loop = loop;
    this.ip = ip;
    this.demultiplexer = new Demultiplexer(counters);
  }

  @Override
  public void onDatagram(InetSocketAddress source, byte[] bytes, int length) {
    loop.onDatagram(this, source, bytes, length);
  }

  @Override
  public void onReadComplete() {
    loop.onReadComplete();
  }

  void close() {
    if (udp != null) {
      udp.close();
    }
    if (tcp != null) {
      tcp.close();
    }
  }
}
