package io.plenum.protocol.ice;

import java.net.InetSocketAddress;

/**
 * One way to reach a peer: protocol, our socket, the peer's address. The socket layer makes one object for each
 * 5-tuple it meets and hands the same object in again with every datagram of it, so the cores may compare by identity
 * after a first {@link #equals}; a TCP connection's tuple lives as long as the connection.
 */
public final class TransportTuple {
  /** How the bytes travel; TCP is framed after RFC 4571 and always passive on our side. */
  public enum Protocol { UDP, TCP }

  private final Protocol protocol;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final int hash;

  public TransportTuple(Protocol protocol, InetSocketAddress local, InetSocketAddress remote) {
    this.protocol = protocol;
    this.local = local;
    this.remote = remote;
    this.hash = 31 * (31 * protocol.hashCode() + local.hashCode()) + remote.hashCode();
  }

  public Protocol protocol() {
    return protocol;
  }

  public InetSocketAddress local() {
    return local;
  }

  public InetSocketAddress remote() {
    return remote;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof TransportTuple that
            && hash == that.hash
            && protocol == that.protocol
            && remote.equals(that.remote)
            && local.equals(that.local);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** As it stands in the log: {@code udp/198.51.100.4:51820}. */
  @Override
  public String toString() {
    String host = remote.getAddress() == null ? remote.getHostString() : remote.getAddress().getHostAddress();
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (protocol == Protocol.UDP ? "udp/" : "tcp/") + bracketed + ":" + remote.getPort();
  }
}
