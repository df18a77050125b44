package io.plenum.media.transport;

import io.plenum.protocol.ice.TransportTuple;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Anti-amplification limit of a handshake over UDP: to an address that has not proved that it receives, at most three
 * times as many bytes are sent as came from it (RFC 9147 §5.1 for DTLS 1.3, kept here for 1.2). A check proves who sent
 * it, but not that the address on it is the sender's own. What is above the limit waits, in order, for more to come
 * from there: the client's checks and its repeated ClientHello bring it. The end of the handshake is the proof.
 */
final class AmplificationLimit {
  static final int FACTOR = 3;
  /** Two repetitions of a flight, in the four datagrams that it has at most. */
  static final int MAX_HELD_DATAGRAMS = 12;
  static final int MAX_HELD_BYTES = 16_384;

  /** Bytes that may still be sent to each address. */
  private final Map<TransportTuple, int[]> creditBytes = new HashMap<>();
  private final ArrayDeque<byte[]> held = new ArrayDeque<>();
  private int heldBytes;
  private boolean proven;

  /** An authentic check, or a record, came from that address. */
  void onReceived(TransportTuple tuple, int bytes) {
    if (!proven && tuple.protocol() == TransportTuple.Protocol.UDP) {
      int[] credit = creditBytes.computeIfAbsent(tuple, key -> new int[1]);
      credit[0] = (int) Math.min(Integer.MAX_VALUE, (long) credit[0] + (long) FACTOR * bytes);
    }
  }

  /** Something that is never held, the answer to a check, was sent to that address. */
  void onSent(TransportTuple tuple, int bytes) {
    int[] credit = creditBytes.get(tuple);
    if (credit != null) {
      credit[0] -= bytes;
    }
  }

  /** Tells whether a datagram may be sent now; if so, it counts as sent. Those that are held go first. */
  boolean take(TransportTuple tuple, int bytes) {
    return held.isEmpty() && pay(tuple, bytes);
  }

  /** Keeps a copy until {@link #next}. @return false if there is no room: it is lost, as on a bad path */
  boolean hold(byte[] bytes, int offset, int length) {
    if (held.size() == MAX_HELD_DATAGRAMS || heldBytes + length > MAX_HELD_BYTES) {
      return false;
    }
    held.add(Arrays.copyOfRange(bytes, offset, offset + length));
    heldBytes += length;
    return true;
  }

  /** The next held datagram that may be sent to that address, which counts as sent; or null. */
  byte[] next(TransportTuple tuple) {
    byte[] first = held.peek();
    if (first == null || tuple == null || !pay(tuple, first.length)) {
      return null;
    }
    heldBytes -= first.length;
    return held.poll();
  }

  private boolean pay(TransportTuple tuple, int bytes) {
    if (proven || tuple.protocol() != TransportTuple.Protocol.UDP) {
      return true;
    }
    int[] credit = creditBytes.get(tuple);
    if (credit == null || credit[0] < bytes) {
      return false;
    }
    credit[0] -= bytes;
    return true;
  }

  void onRemoved(TransportTuple tuple) {
    creditBytes.remove(tuple);
  }

  /** The handshake is done: its messages have come back. */
  void onProven() {
    proven = true;
    creditBytes.clear();
  }
}
