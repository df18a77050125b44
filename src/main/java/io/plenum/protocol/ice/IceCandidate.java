package io.plenum.protocol.ice;

/**
 * One address of ours that a client may send to, with mediasoup's JSON names; always a host candidate of component 1.
 *
 * @param priority see {@link #priority}
 * @param ip the same as {@code address}, for clients older than that name
 * @param address what is announced: an IP literal or a name that resolves for the client
 * @param protocol {@code udp} or {@code tcp}
 * @param type {@code host}
 * @param tcpType {@code passive} for TCP, else null and left out of JSON
 */
public record IceCandidate(
    String foundation, long priority, String ip, String address, String protocol, int port, String type,
    String tcpType) {
  /**
   * RFC 8445 §5.1.2.1 recommends 126 for host candidates; mediasoup uses 64, and as all our candidates are of this type
   * nothing compares it with another.
   */
  static final int TYPE_PREFERENCE = 64;
  /** Of the first candidate; mediasoup's number. */
  static final int FIRST_LOCAL_PREFERENCE = 10_000;
  /** What each later candidate has less. */
  static final int LOCAL_PREFERENCE_STEP = 100;
  /** What candidates of the preferred protocol have more: enough for nine others to go before. */
  static final int PREFERRED_PROTOCOL_BONUS = 1_000;
  static final int COMPONENT = 1;

  /**
   * @param index which of the transport's candidates it is, from 0; earlier ones are preferred
   * @param preferred the transport's options prefer this protocol
   */
  public static IceCandidate host(
      TransportTuple.Protocol protocol, String address, int port, int index, boolean preferred) {
    boolean tcp = protocol == TransportTuple.Protocol.TCP;
    return new IceCandidate(
        tcp ? "tcpcandidate" : "udpcandidate",
        priority(localPreference(index, preferred)),
        address, address, tcp ? "tcp" : "udp", port, "host", tcp ? "passive" : null);
  }

  /**
   * Copy for one of several addresses. See RFC 8445 §5.1.1.3: foundations differ where addresses do.
   *
   * @param base which of our addresses it is, from 0
   */
  public IceCandidate ofBase(int base) {
    return new IceCandidate(
        base == 0 ? foundation : foundation + (base + 1), priority, ip, address, protocol, port, type, tcpType);
  }

  /** 0…65,535; falls with the index, never below 0. */
  static int localPreference(int index, boolean preferred) {
    int preference = FIRST_LOCAL_PREFERENCE - index * LOCAL_PREFERENCE_STEP;
    return Math.max(0, preferred ? preference + PREFERRED_PROTOCOL_BONUS : preference);
  }

  /** RFC 8445 §5.1.2.1, unsigned 32 bit. */
  static long priority(int localPreference) {
    return ((long) TYPE_PREFERENCE << 24) + ((long) localPreference << 8) + (256 - COMPONENT);
  }
}
