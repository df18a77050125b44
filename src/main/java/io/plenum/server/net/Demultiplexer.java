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
 * Finds the transport that a datagram is for, on one media loop. A STUN check is for the transport whose username fragment it
 * names, wherever it comes from; anything else goes by its address, if that has passed an ICE check.
 *
 * <p>An address may be that of two transports: a client that comes back from a port that its last session had, or somebody
 * who writes another's address on his checks. So the one does not take it from the other: what comes from there goes to the
 * {@link Route#holder}, and what that does not recognise as its peer's, to the {@link Route#claimant}; when the claimant
 * does, the two change places.
 */
final class Demultiplexer {
  /** An address that has been verified, and the one object that stands for its 5-tuple. */
  private static final class Route {
    final TransportTuple tuple;
    /** The transport whose peer was heard last. */
    WebRtcTransport holder;
    /** Another transport for which a check came from there, or null. */
    WebRtcTransport claimant;

    Route(TransportTuple tuple, WebRtcTransport holder) {
      this.tuple = tuple;
      this.holder = holder;
    }

    void swap() {
      WebRtcTransport before = holder;
      holder = claimant;
      claimant = before;
    }
  }

  private final UsernameFragmentTable<WebRtcTransport> fragments = new UsernameFragmentTable<>();
  private final Map<InetSocketAddress, Route> udpRoutes = new HashMap<>();
  private final StunMessage stun = new StunMessage();
  private final NetCounters counters;

  Demultiplexer(NetCounters counters) {
    this.counters = counters;
  }

  /** A UDP datagram for the socket with that local address. */
  void onDatagram(InetSocketAddress local, InetSocketAddress source, byte[] bytes, int length, long nowNs) {
    Route route = udpRoutes.get(source);
    boolean check = length > 0 && DatagramKind.of(bytes[0]) == DatagramKind.STUN;
    if (route == null) {
      WebRtcTransport asked = stranger(bytes, 0, length);
      if (asked != null) {
        asked.onDatagram(new TransportTuple(TransportTuple.Protocol.UDP, local, source), bytes, 0, length, nowNs);
      }
    } else if (check) {
      onCheck(route, bytes, length, nowNs);
    } else if (!route.holder.onDatagram(route.tuple, bytes, 0, length, nowNs) && route.claimant != null
        && route.claimant.onDatagram(route.tuple, bytes, 0, length, nowNs)) {
      route.swap();
    }
  }

  private void onCheck(Route route, byte[] bytes, int length, long nowNs) {
    WebRtcTransport asked = asked(bytes, 0, length);
    if (asked == null || asked == route.holder) {
      route.holder.onDatagram(route.tuple, bytes, 0, length, nowNs);
      return;
    }
    if (asked.onDatagram(route.tuple, bytes, 0, length, nowNs) && asked != route.holder) {
      route.claimant = asked;
      if (route.holder.isQuietOn(route.tuple, nowNs)) {
        route.swap();
      }
    }
  }

  /** The transport whose username fragment a STUN message names, or null. */
  WebRtcTransport asked(byte[] bytes, int offset, int length) {
    return stun.parse(bytes, offset, length) == null && stun.hasUsername() ? fragments.find(stun) : null;
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
      Route route = udpRoutes.get(tuple.remote());
      if (route == null || route.holder == transport && route.claimant == null) {
        udpRoutes.put(tuple.remote(), new Route(tuple, transport));
      } else if (route.holder != transport) {
        route.claimant = transport;
      }
    }
  }

  void remove(TransportTuple tuple, WebRtcTransport transport) {
    if (tuple.protocol() == TransportTuple.Protocol.UDP) {
      Route route = udpRoutes.get(tuple.remote());
      if (route == null) {
        return;
      }
      if (route.holder == transport) {
        route.swap();
      }
      if (route.claimant == transport) {
        route.claimant = null;
      }
      if (route.holder == null) {
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
