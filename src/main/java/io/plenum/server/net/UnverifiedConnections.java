package io.plenum.server.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * The TCP connections of one media loop that have not brought a valid check yet, in the order in which they came. There is
 * room for a bounded number, and for a share of it from one host; when either is used up, the oldest goes in favour of the
 * newcomer: an honest client has proved itself a round trip after it came, so it is young.
 *
 * @param <C> a connection; told apart by identity
 */
final class UnverifiedConnections<C> {
  /** Real ones stay for a round trip: this is thousands of joins a second, and at 10 KB each 10 MB. */
  static final int MAX = 1_000;
  /** So that it takes eight hosts to fill the places; and those behind one NAT who join in the same instant are fewer. */
  static final int MAX_OF_ONE_HOST = MAX / 8;

  private final Map<C, Long> hostOf = new LinkedHashMap<>();
  private final Map<Long, LinkedHashSet<C>> ofHost = new HashMap<>();

  /** A connection has come; which one has to go for it, or null. */
  C add(C connection, InetAddress remote) {
    Long host = host(remote);
    LinkedHashSet<C> siblings = ofHost.get(host);
    C oldest = null;
    if (siblings != null && siblings.size() == MAX_OF_ONE_HOST) {
      oldest = siblings.iterator().next();
    } else if (hostOf.size() == MAX) {
      oldest = hostOf.keySet().iterator().next();
    }
    if (oldest != null) {
      remove(oldest);
    }
    hostOf.put(connection, host);
    ofHost.computeIfAbsent(host, first -> new LinkedHashSet<>()).add(connection);
    return oldest;
  }

  /** It has brought a valid check, or is closed; a second call does nothing. */
  void remove(C connection) {
    Long host = hostOf.remove(connection);
    if (host != null) {
      LinkedHashSet<C> siblings = ofHost.get(host);
      siblings.remove(connection);
      if (siblings.isEmpty()) {
        ofHost.remove(host);
      }
    }
  }

  int size() {
    return hostOf.size();
  }

  /** Hosts that any of them is from. */
  int hosts() {
    return ofHost.size();
  }

  /** An IPv4 address, or the first 64 bits of an IPv6 address: the others are the host's to choose (RFC 4291 §2.5.4). */
  private static Long host(InetAddress address) {
    byte[] bytes = address.getAddress();
    long host = address instanceof Inet4Address ? -1 : 0;
    for (int i = 0; i < Math.min(bytes.length, Long.BYTES); i++) {
      host = host << Byte.SIZE | bytes[i] & 0xff;
    }
    return host;
  }
}
