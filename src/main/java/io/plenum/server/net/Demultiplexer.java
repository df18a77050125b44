package io.plenum.server.net;

import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.ice.UsernameFragmentTable;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.DatagramKind;
import io.plenum.protocol.wire.Malformed;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Whose a datagram is, on one media loop: by address if the address has passed an ICE check, else by the username fragment
 * of the check that it must then be. An address enters the table only when its transport's ICE has verified it.
 */
final class Demultiplexer {
  /** An address that has been verified, and the one object that stands for its 5-tuple. */
  record Route(TransportTuple tuple, WebRtcTransport transport) {}

  private final UsernameFragmentTable<WebRtcTransport> fragments = new UsernameFragmentTable<>();
  private final Map<InetSocketAddress, Route> udpRoutes = new HashMap<>();
  private final StunMessage stun = new StunMessage();
  private final NetCounters counters;

  Demultiplexer(NetCounters counters) {
    this.counters = counters;
  }

  /** The verified route of a UDP source, or null. */
  Route route(InetSocketAddress source) {
    return udpRoutes.get(source);
  }

  /** The transport that a packet from an unverified address asks for, or null after counting why it is dropped. */
  WebRtcTransport stranger(byte[] bytes, int offset, int length) {
    if (length == 0 || DatagramKind.of(bytes[offset]) != DatagramKind.STUN) {
      counters.drop(NetDrop.UNVERIFIED_ADDRESS);
      return null;
    }
    Malformed wrong = stun.parse(bytes, offset, length);
    if (wrong != null) {
      counters.drop(NetDrop.MALFORMED_STUN);
      return null;
    }
    WebRtcTransport transport = stun.hasUsername() ? fragments.find(stun) : null;
    if (transport == null) {
      counters.drop(NetDrop.UNKNOWN_USERNAME_FRAGMENT);
    }
    return transport;
  }

  void add(String usernameFragment, WebRtcTransport transport) {
    fragments.put(usernameFragment, transport);
  }

  void remove(String usernameFragment) {
    fragments.remove(usernameFragment);
  }

  void add(TransportTuple tuple, WebRtcTransport transport) {
    if (tuple.protocol() == TransportTuple.Protocol.UDP) {
      udpRoutes.put(tuple.remote(), new Route(tuple, transport));
    }
  }

  void remove(TransportTuple tuple, WebRtcTransport transport) {
    if (tuple.protocol() == TransportTuple.Protocol.UDP) {
      Route route = udpRoutes.get(tuple.remote());
      // The address may have been taken over by another transport of the same client meanwhile.
      if (route != null && route.transport == transport) {
        udpRoutes.remove(tuple.remote());
      }
    }
  }

  int routes() {
    return udpRoutes.size();
  }

  int fragments() {
    return fragments.size();
  }
}
