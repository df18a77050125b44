package io.plenum.media.transport;

import io.plenum.media.PlenumException;
import io.plenum.media.parameters.DtlsParameters;
import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.srtp.SrtpKeys;
import java.util.function.Function;

/**
 * The DTLS of one transport: begins when the client has said how it is to be recognised and ICE has found a way to it;
 * what it agrees on becomes the transport's {@link SrtpSession}.
 */
final class DtlsAssociation implements DtlsSession.Sink {
  /** What the association wants from its transport. */
  interface Sink {
    /** One datagram for the peer. The bytes belong to the sink during the call only. */
    void sendDtls(byte[] bytes, int offset, int length);

    /** @param reason why, for people; empty if there is nothing to say */
    void onDtlsStateChanged(DtlsState state, String reason);

    /** As {@link DtlsSession.Sink#admitsRecord}. */
    boolean admitsRecord();

    /** As {@link DtlsSession.Sink#onRecordAuthenticated}. */
    void onRecordAuthenticated();

    /** A record of application data came: SCTP. The bytes belong to the sink during the call only. */
    void onDtlsData(byte[] bytes, int offset, int length);
  }

  private final Sink sink;
  private final DtlsSession session;
  private DtlsState state = DtlsState.NEW;
  private DtlsParameters remote;
  private boolean started;
  private SrtpSession srtp;

  /** @param make makes the session for the sink it is given */
  DtlsAssociation(Function<DtlsSession.Sink, DtlsSession> make, Sink sink) {
    this.sink = sink;
    this.session = make.apply(this);
  }

  /** @throws PlenumException {@code wrong-state} if it was called before */
  void connect(DtlsParameters parameters) {
    if (remote != null) {
      throw new PlenumException("wrong-state", "the transport is connected already");
    }
    remote = parameters;
  }

  /** We are the server unless the peer insists on being it. */
  DtlsRole localRole() {
    return remote.role() == DtlsRole.SERVER ? DtlsRole.CLIENT : DtlsRole.SERVER;
  }

  /** ICE has a way to the peer. */
  void onIceUsable() {
    if (!started && remote != null && state != DtlsState.CLOSED) {
      started = true;
      become(DtlsState.CONNECTING, "");
      session.start(localRole(), remote.fingerprints().get(0));
    }
  }

  /** See {@link DtlsSession#onDatagram}. */
  DtlsArrival onDatagram(byte[] bytes, int offset, int length) {
    return session.onDatagram(bytes, offset, length);
  }

  /** One record of application data; false if there is nobody to send it to. */
  boolean send(byte[] bytes, int offset, int length) {
    return session.send(bytes, offset, length);
  }

  DtlsState state() {
    return state;
  }

  boolean isConnected() {
    return state == DtlsState.CONNECTED;
  }

  /** Null until keys have been agreed on. */
  SrtpSession srtp() {
    return srtp;
  }

  /** Says goodbye if there is somebody to say it to. */
  void close() {
    session.close();
    become(DtlsState.CLOSED, "");
  }

  private void become(DtlsState next, String reason) {
    if (state != next && state != DtlsState.CLOSED) {
      state = next;
      sink.onDtlsStateChanged(next, reason);
    }
  }

  @Override
  public void sendDtls(byte[] bytes, int offset, int length) {
    sink.sendDtls(bytes, offset, length);
  }

  @Override
  public void onDtlsConnected(SrtpKeys local, SrtpKeys peers) {
    if (state != DtlsState.CLOSED) {
      srtp = new SrtpSession(local, peers);
      become(DtlsState.CONNECTED, local.profile().toString());
    }
  }

  @Override
  public boolean admitsRecord() {
    return sink.admitsRecord();
  }

  @Override
  public void onRecordAuthenticated() {
    sink.onRecordAuthenticated();
  }

  @Override
  public void onDtlsData(byte[] bytes, int offset, int length) {
    sink.onDtlsData(bytes, offset, length);
  }

  @Override
  public void onDtlsFailed(String reason) {
    become(DtlsState.FAILED, reason);
  }

  @Override
  public void onDtlsClosed() {
    become(DtlsState.CLOSED, "the peer said goodbye");
  }
}
