package io.plenum.simulation;

import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A stand-in for DTLS: certificates and keys are exchanged in one round trip, in the open, over the same datagrams that
 * real records would use (first byte 20…63), sent again when they are lost. What it keeps of the real thing is what its
 * user can see: fingerprints are checked, state changes come as tasks of their own, alerts must be authentic, and a
 * second hello in mid-session changes nothing.
 */
final class FakeDtlsSession implements DtlsSession {
  static final int CERTIFICATE_BYTES = 8;
  private static final byte ALERT = 21;
  private static final byte HANDSHAKE = 22;
  private static final byte DATA = 23;
  private static final byte CLIENT_HELLO = 1;
  private static final byte SERVER_HELLO = 2;
  private static final long RETRY_NS = 100 * VirtualTime.MS;
  private static final int MAX_TRIES = 50;

  private final VirtualTime time;
  private final Sink sink;
  private final SrtpProfile profile;
  private final byte[] certificate;
  private final byte[] secret;
  private DtlsState state = DtlsState.NEW;
  private DtlsRole role;
  private DtlsFingerprint expected;
  private byte[] peerSecret;
  private int tries;
  long ignored;

  FakeDtlsSession(VirtualTime time, Sink sink, SrtpProfile profile, byte[] certificate, RandomGenerator random) {
    this.time = time;
    this.sink = sink;
    this.profile = profile;
    this.certificate = certificate;
    this.secret = new byte[profile.keyBytes() + profile.saltBytes()];
    random.nextBytes(secret);
  }

  static DtlsFingerprint fingerprint(byte[] certificate) {
    return DtlsFingerprint.of("sha-256", certificate);
  }

  @Override
  public void start(DtlsRole localRole, DtlsFingerprint remoteFingerprint) {
    if (state == DtlsState.NEW) {
      state = DtlsState.CONNECTING;
      role = localRole;
      expected = remoteFingerprint;
      if (role == DtlsRole.CLIENT) {
        sayHello();
      }
    }
  }

  private void sayHello() {
    if (state == DtlsState.CONNECTING && tries++ < MAX_TRIES) {
      sendHello(CLIENT_HELLO);
      time.after(RETRY_NS * Math.min(tries, 4), this::sayHello);
    }
  }

  private void sendHello(byte type) {
    byte[] record = new byte[2 + CERTIFICATE_BYTES + secret.length];
    record[0] = HANDSHAKE;
    record[1] = type;
    System.arraycopy(certificate, 0, record, 2, CERTIFICATE_BYTES);
    System.arraycopy(secret, 0, record, 2 + CERTIFICATE_BYTES, secret.length);
    sink.sendDtls(record, 0, record.length);
  }

  @Override
  public DtlsArrival onDatagram(byte[] bytes, int offset, int length) {
    if (bytes[offset] == HANDSHAKE && length == 2 + CERTIFICATE_BYTES + secret.length) {
      return onHello(Arrays.copyOfRange(bytes, offset, offset + length)) ? DtlsArrival.HANDSHAKE : DtlsArrival.NOTHING;
    }
    if (bytes[offset] == ALERT && state == DtlsState.CONNECTED && isAuthentic(bytes, offset, length)) {
      state = DtlsState.CLOSED;
      time.post(sink::onDtlsClosed);
      return DtlsArrival.AUTHENTIC;
    }
    if (bytes[offset] == DATA && state == DtlsState.CONNECTED && isAuthentic(bytes, offset, length)) {
      if (!sink.admitsRecord()) {
        ignored++;
        return DtlsArrival.NOTHING;
      }
      sink.onRecordAuthenticated();
      sink.onDtlsData(bytes, offset + 1 + secret.length, length - 1 - secret.length);
      return DtlsArrival.AUTHENTIC;
    }
    ignored++;
    return DtlsArrival.NOTHING;
  }

  private boolean isAuthentic(byte[] bytes, int offset, int length) {
    return length > secret.length
        && Arrays.equals(bytes, offset + 1, offset + 1 + secret.length, peerSecret, 0, secret.length);
  }

  private boolean onHello(byte[] record) {
    byte wanted = role == DtlsRole.SERVER ? CLIENT_HELLO : SERVER_HELLO;
    byte[] hisSecret = Arrays.copyOfRange(record, 2 + CERTIFICATE_BYTES, record.length);
    if (record[1] != wanted || state != DtlsState.CONNECTING && state != DtlsState.CONNECTED
        || peerSecret != null && !Arrays.equals(peerSecret, hisSecret)) {
      ignored++;
      return false;
    }
    if (!expected.matches(Arrays.copyOfRange(record, 2, 2 + CERTIFICATE_BYTES))) {
      state = DtlsState.FAILED;
      time.post(() -> sink.onDtlsFailed("the certificate does not match"));
      return true;
    }
    if (role == DtlsRole.SERVER) {
      // As a task of its own, as real handshakes answer.
      time.post(() -> sendHello(SERVER_HELLO));
    }
    if (state == DtlsState.CONNECTING) {
      state = DtlsState.CONNECTED;
      peerSecret = hisSecret;
      SrtpKeys local = keys(secret);
      SrtpKeys remote = keys(hisSecret);
      time.post(() -> sink.onDtlsConnected(local, remote));
    }
    return true;
  }

  private SrtpKeys keys(byte[] of) {
    return new SrtpKeys(profile, Arrays.copyOf(of, profile.keyBytes()),
        Arrays.copyOfRange(of, profile.keyBytes(), of.length));
  }

  @Override
  public boolean send(byte[] bytes, int offset, int length) {
    if (state != DtlsState.CONNECTED) {
      return false;
    }
    sendRecord(DATA, bytes, offset, length);
    return true;
  }

  private void sendRecord(byte type, byte[] bytes, int offset, int length) {
    byte[] record = new byte[1 + secret.length + length];
    record[0] = type;
    System.arraycopy(secret, 0, record, 1, secret.length);
    System.arraycopy(bytes, offset, record, 1 + secret.length, length);
    sink.sendDtls(record, 0, record.length);
  }

  @Override
  public DtlsState state() {
    return state;
  }

  @Override
  public void close() {
    boolean connected = state == DtlsState.CONNECTED;
    state = DtlsState.CLOSED;
    if (connected) {
      sendRecord(ALERT, new byte[0], 0, 0);
    }
  }
}
