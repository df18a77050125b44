package io.plenum.protocol.dtls;

import io.plenum.protocol.srtp.SrtpKeys;

/**
 * One peer's DTLS association, driven by its transport's event loop. Nothing here blocks: an implementation that must
 * wait does so elsewhere and comes back to the loop before it calls the {@link Sink}.
 *
 * <p>The transport hands in only datagrams from an address that ICE has verified; that is the anti-spoofing gate in
 * place of HelloVerifyRequest, because every current browser's ClientHello spans two datagrams.
 */
public interface DtlsSession extends AutoCloseable {
  /**
   * Where a session's effects go. All calls come on the transport's event loop. What changes the state
   * ({@code onDtlsConnected}, {@code onDtlsFailed}, {@code onDtlsClosed}) comes as a task of its own, never from inside
   * a call to the session; packets come from inside {@link #onDatagram}, {@link #send} and {@link #close}.
   */
  interface Sink {
    /** One datagram for the peer. The bytes belong to the sink during the call only, and it does not call back. */
    void sendDtls(byte[] bytes, int offset, int length);

    /** The handshake is done and the peer's certificate matches: what each side protects SRTP with. */
    void onDtlsConnected(SrtpKeys local, SrtpKeys remote);

    /**
     * One record of application data (SCTP). The bytes belong to the sink during the call only; from inside it may
     * {@link #send} the answer and {@link #close}.
     */
    void onDtlsData(byte[] bytes, int offset, int length);

    /** Tells whether a record of a connected session may be read. False drops it and the rest of its datagram. */
    default boolean admitsRecord() {
      return true;
    }

    /** An authentic record was read, empty ones included. Precedes its {@link #onDtlsData}. */
    default void onRecordAuthenticated() {}

    /**
     * The session is over and cannot be used again.
     *
     * @param reason one sentence for the log and the client
     */
    void onDtlsFailed(String reason);

    /** The peer said close_notify, authenticated. */
    void onDtlsClosed();
  }

  /**
   * Begins the handshake: as client at once, as server with the peer's ClientHello, until which no time runs. To be
   * called once; after {@link #close} it does nothing.
   *
   * @param localRole {@code CLIENT} or {@code SERVER}
   * @param remoteFingerprint what the peer's certificate must hash to
   */
  void start(DtlsRole localRole, DtlsFingerprint remoteFingerprint);

  /**
   * A datagram whose first byte says DTLS (20–63). Copied if it must be kept, dropped if it makes no sense.
   *
   * @return the most that any of its records shows
   */
  DtlsArrival onDatagram(byte[] bytes, int offset, int length);

  /** One record of application data for the peer; false when the session is not connected or the data too long. */
  boolean send(byte[] bytes, int offset, int length);

  DtlsState state();

  /** Says close_notify if connected, from inside this call. No sink call follows it. */
  @Override
  void close();
}
