package io.plenum.server.dtls;

import io.plenum.protocol.dtls.CertificateVerifyGate;
import io.plenum.protocol.dtls.ClientHelloAssembler;
import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRecords;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsSrtpNegotiation;
import io.plenum.protocol.dtls.DtlsState;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.bouncycastle.tls.DTLSTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A DTLS association on BouncyCastle. Everything but the handshake happens on the transport's loop; the handshake has a
 * thread of its own, sees the loop only through {@link DtlsTransport}, and what it sends or finds comes back as a task
 * of the loop.
 *
 * <p>As server nothing runs, and no thread is taken, until the peer's ClientHello is there. A handshake that fails,
 * times out, makes room for another or is closed leaves its thread at once, and the session is over. A ClientHello that
 * comes again does not begin a second one: if a single record of our first answer has reached the peer, an answer with
 * other randoms is of no use to it, and we cannot know. The client makes a new transport.
 */
final class BouncyCastleDtlsSession implements DtlsSession {
  /** What a peer that is faster than its signalling may make us keep: two flights of a ClientHello. */
  static final int MAX_EARLY_DATAGRAMS = 4;
  static final int MAX_EARLY_BYTES = 8192;

  /** Flights repeat, and fragments are small on some paths; an honest handshake stays below 100 in its whole time. */
  static final int MAX_HANDSHAKE_RECORDS = 512;

  /** What of a finished handshake may come again: the peer's last flight, six records, twenty times. */
  static final int MAX_LATE_HANDSHAKE_RECORDS = 120;

  /** Alerts after the handshake: a warning or two, and a close_notify that may come again. */
  static final int MAX_ALERTS = 16;

  /** The longest plaintext of one record (RFC 5246 §6.2.1). */
  static final int MAX_DATA_BYTES = 1 << 14;

  /** Room for an SCTP packet on a usual path; grows when a record is longer. */
  private static final int USUAL_RECORD_BYTES = 2048;

  private static final Logger LOG = LoggerFactory.getLogger(BouncyCastleDtlsSession.class);

  private final DtlsSessions sessions;
  private final DtlsCounters counters;
  private final Executor loop;
  private final Sink sink;
  private final String label;
  private final boolean quiet;
  private final DtlsRecords records = new DtlsRecords();
  private final ClientHelloAssembler clientHello = new ClientHelloAssembler();
  private final CertificateVerifyGate certificateVerifyGate = new CertificateVerifyGate();
  private final DtlsTransport transport = new DtlsTransport(this::sendFromHandshake);

  private DtlsState state = DtlsState.NEW;
  private DtlsRole localRole;
  private DtlsFingerprint remoteFingerprint;
  private ArrayDeque<byte[]> early = new ArrayDeque<>(MAX_EARLY_DATAGRAMS);
  private int earlyBytes;
  private DtlsHandshake handshake;
  private long startedNs = System.nanoTime();
  private int handshakeRecords;
  private int alerts;

  private DTLSTransport association;
  private int cipherOverheadBytes;
  private byte[] plaintext;

  /** After {@link #close} the owner hears nothing more, not even what was already on its way to the loop. */
  private boolean silent;

  /** Of the datagram that is being read. */
  private DtlsArrival arrival = DtlsArrival.NOTHING;
  private long newestRecord = -1;

  /** @param quiet whether its life is of no interest in the log */
  BouncyCastleDtlsSession(DtlsSessions sessions, Executor loop, Sink sink, String label, boolean quiet) {
    this.sessions = sessions;
    this.counters = sessions.counters();
    this.loop = loop;
    this.sink = sink;
    this.label = label;
    this.quiet = quiet;
  }

  @Override
  public void start(DtlsRole localRole, DtlsFingerprint remoteFingerprint) {
    if (localRole == DtlsRole.AUTO) {
      throw new IllegalArgumentException("who speaks first must be settled before the handshake starts");
    }
    if (state == DtlsState.CLOSED) {
      return;
    }
    if (state != DtlsState.NEW) {
      throw new IllegalStateException("already " + state);
    }
    this.localRole = localRole;
    this.remoteFingerprint = remoteFingerprint;
    startedNs = System.nanoTime();
    become(DtlsState.CONNECTING, "role=" + localRole);
    if (!remoteFingerprint.isUsable()) {
      fail(DtlsFailure.UNUSABLE_FINGERPRINT, "fingerprint is not a sha-256, sha-384 or sha-512 in hex", null);
      return;
    }
    ArrayDeque<byte[]> kept = early;
    early = null;
    if (localRole == DtlsRole.CLIENT) {
      begin();
    }
    for (byte[] datagram : kept) {
      onDatagram(datagram, 0, datagram.length);
    }
  }

  private void begin() {
    counters.onStarted();
    handshake = new DtlsHandshake(sessions.crypto(), sessions.certificate(), sessions.options(), localRole,
        remoteFingerprint, transport, new DtlsHandshake.Listener() {
          @Override
          public void onHandshakeDone(DTLSTransport association, DtlsSrtpNegotiation negotiation) {
            toLoop(() -> onConnected(association, negotiation));
          }

          @Override
          public void onHandshakeFailed(DtlsFailure failure, String reason, Throwable cause) {
            toLoop(() -> fail(failure, reason, cause));
          }
        });
    if (!sessions.handshakes().submit(handshake)) {
      fail(DtlsFailure.TOO_MANY, "too many handshakes at once", null);
    }
  }

  @Override
  public DtlsArrival onDatagram(byte[] bytes, int offset, int length) {
    if (state == DtlsState.NEW) {
      return keepEarly(bytes, offset, length) ? DtlsArrival.HANDSHAKE : DtlsArrival.NOTHING;
    }
    arrival = DtlsArrival.NOTHING;
    records.wrap(bytes, offset, length);
    boolean readOn = true;
    while (readOn && records.next()) {
      readOn = onRecord(bytes);
    }
    if (records.malformed() != null) {
      counters.onMalformed(records.malformed());
    }
    return arrival;
  }

  /**
   * The newest are kept: a client repeats its hello, and whoever was quicker with something else must not be in its
   * way.
   */
  private boolean keepEarly(byte[] bytes, int offset, int length) {
    if (length > MAX_EARLY_BYTES) {
      counters.onDrop(DtlsDrop.TOO_EARLY);
      return false;
    }
    while (early.size() == MAX_EARLY_DATAGRAMS || earlyBytes + length > MAX_EARLY_BYTES) {
      earlyBytes -= early.removeFirst().length;
      counters.onDrop(DtlsDrop.TOO_EARLY);
    }
    early.add(Arrays.copyOfRange(bytes, offset, offset + length));
    earlyBytes += length;
    return true;
  }

  /**
   * The record that {@link #records} stands at. What it does may end the session, so each asks for the state again.
   *
   * @return whether to read the next record of the datagram: a forger, or a peer over its rate, would otherwise have
   *     twenty decryptions for the price of one datagram
   */
  private boolean onRecord(byte[] bytes) {
    DtlsDrop drop = switch (state) {
      case CONNECTING -> onHandshakeRecord(bytes);
      case CONNECTED -> onConnectedRecord(bytes);
      default -> DtlsDrop.SESSION_IS_OVER;
    };
    if (drop != null) {
      counters.onDrop(drop);
    }
    return drop != DtlsDrop.NOT_AUTHENTIC && drop != DtlsDrop.OVER_RATE;
  }

  private DtlsDrop onHandshakeRecord(byte[] bytes) {
    DtlsDrop drop = records.handshakeDrop();
    if (drop != null) {
      return drop;
    }
    if (records.recordLength() > DtlsTransport.MAX_HANDSHAKE_RECORD_BYTES) {
      return DtlsDrop.HANDSHAKE_RECORD_TOO_LONG;
    }
    if (handshakeRecords == MAX_HANDSHAKE_RECORDS) {
      return DtlsDrop.TOO_MANY_HANDSHAKE_RECORDS;
    }
    if (handshake == null) {
      return onHelloRecord(bytes);
    }
    if (localRole == DtlsRole.SERVER && !certificateVerifyGate.admits(records)) {
      return DtlsDrop.CHANGE_CIPHER_SPEC_TOO_EARLY;
    }
    int from = records.recordOffset();
    if (!transport.offer(Arrays.copyOfRange(bytes, from, from + records.recordLength()))) {
      return DtlsDrop.QUEUE_FULL;
    }
    handshakeRecords++;
    certificateVerifyGate.onHandedIn(records);
    arrival = DtlsArrival.HANDSHAKE;
    return null;
  }

  /** Nothing begins, and nothing is counted, before there is a whole hello: anyone may have sent the parts. */
  private DtlsDrop onHelloRecord(byte[] bytes) {
    DtlsDrop drop = clientHello.onRecord(records, bytes);
    if (drop != null) {
      return drop;
    }
    arrival = DtlsArrival.HANDSHAKE;
    byte[] hello = clientHello.takeRecord();
    if (hello == null) {
      return null;
    }
    begin();
    if (state != DtlsState.CONNECTING) {
      return DtlsDrop.SESSION_IS_OVER;
    }
    handshakeRecords++;
    return transport.offer(hello) ? null : DtlsDrop.QUEUE_FULL;
  }

  /** On the loop, as a task of its own. */
  private void onConnected(DTLSTransport association, DtlsSrtpNegotiation negotiation) {
    if (state != DtlsState.CONNECTING) {
      return;
    }
    this.association = association;
    cipherOverheadBytes = negotiation.cipherOverheadBytes();
    plaintext = new byte[USUAL_RECORD_BYTES];
    handshakeRecords = 0;
    handshake = null;
    transport.moveToLoop(sink::sendDtls);
    counters.onConnected();
    boolean client = localRole == DtlsRole.CLIENT;
    become(DtlsState.CONNECTED, "profile=" + negotiation.clientKeys().profile());
    sink.onDtlsConnected(client ? negotiation.clientKeys() : negotiation.serverKeys(),
        client ? negotiation.serverKeys() : negotiation.clientKeys());

    // What came right behind the peer's Finished was still meant for the handshake's queue.
    for (byte[] record = transport.poll(); record != null; record = transport.poll()) {
      onDatagram(record, 0, record.length);
    }
  }

  private DtlsDrop onConnectedRecord(byte[] bytes) {
    DtlsDrop drop = records.connectedDrop(cipherOverheadBytes);
    if (drop != null) {
      return drop;
    }
    int contentType = records.contentType();
    if (contentType == DtlsRecords.HANDSHAKE) {
      if (handshakeRecords == MAX_LATE_HANDSHAKE_RECORDS) {
        return DtlsDrop.HANDSHAKE_IS_OVER;
      }
      handshakeRecords++;
      arrival = DtlsArrival.HANDSHAKE;
    } else if (contentType == DtlsRecords.ALERT) {
      if (alerts == MAX_ALERTS) {
        return DtlsDrop.TOO_MANY_ALERTS;
      }
      alerts++;
    }
    if (!sink.admitsRecord()) {
      return DtlsDrop.OVER_RATE;
    }
    int read = receive(bytes, records.recordOffset(), records.recordLength());
    if (read >= 0) {
      sink.onRecordAuthenticated();
    }
    if (read > 0) {
      if (records.sequenceNumber() > newestRecord) {
        newestRecord = records.sequenceNumber();
        arrival = DtlsArrival.AUTHENTIC;
      }
      sink.onDtlsData(plaintext, 0, read);
    }
    return read < 0 && contentType == DtlsRecords.APPLICATION_DATA ? DtlsDrop.NOT_AUTHENTIC : null;
  }

  /** Runs one record through the library; how many bytes of data are now in {@link #plaintext}, or -1. */
  private int receive(byte[] bytes, int offset, int length) {
    if (length > plaintext.length) {
      plaintext = new byte[DtlsRecords.HEADER_BYTES + DtlsRecords.MAX_FRAGMENT_BYTES];
    }
    transport.hand(bytes, offset, length);
    int read = -1;
    try {
      read = association.receive(plaintext, 0, plaintext.length, 0);
    } catch (DtlsTransport.Empty nothingInside) {
      // Not authentic, seen before, a warning, a handshake repeated, or close_notify.
    } catch (IOException | RuntimeException e) {
      fail(DtlsHandshake.failure(e), DtlsHandshake.reason(e), e);
      return -1;
    }
    if (transport.isClosed() && state == DtlsState.CONNECTED) {
      become(DtlsState.CLOSED, "by=peer");
      toLoop(() -> {
        if (!silent) {
          sink.onDtlsClosed();
        }
      });
    }
    return read;
  }

  @Override
  public boolean send(byte[] bytes, int offset, int length) {
    if (state != DtlsState.CONNECTED || length < 1 || length > MAX_DATA_BYTES) {
      return false;
    }
    try {
      association.send(bytes, offset, length);
      return true;
    } catch (IOException | RuntimeException e) {
      fail(DtlsHandshake.failure(e), DtlsHandshake.reason(e), e);
      return false;
    }
  }

  /** As {@link DtlsTransport#receives}. */
  long receives() {
    return transport.receives();
  }

  @Override
  public DtlsState state() {
    return state;
  }

  @Override
  public void close() {
    silent = true;
    if (state == DtlsState.CLOSED || state == DtlsState.FAILED) {
      state = DtlsState.CLOSED;
      return;
    }
    boolean connected = state == DtlsState.CONNECTED;
    become(DtlsState.CLOSED, "by=us");
    if (connected) {
      try {
        association.close();
      } catch (IOException | RuntimeException e) {
        LOG.debug("dtls close_notify not sent {}", label, e);
      }
    }
    release();
  }

  private void fail(DtlsFailure failure, String reason, Throwable cause) {
    if (state != DtlsState.CONNECTING && state != DtlsState.CONNECTED) {
      return;
    }
    counters.onFailed(failure);
    become(DtlsState.FAILED, "reason=\"" + reason + '"');
    LOG.debug("dtls failure {}", label, cause);
    release();
    toLoop(() -> {
      if (!silent) {
        sink.onDtlsFailed(reason);
      }
    });
  }

  /** Lets go of the thread, the queue and what was kept. */
  private void release() {
    transport.end();
    early = null;
    association = null;
    if (handshake != null) {
      sessions.handshakes().withdraw(handshake);
      handshake = null;
    }
  }

  /** On the handshake's thread. */
  private void sendFromHandshake(byte[] bytes, int offset, int length) {
    byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
    toLoop(() -> {
      if (state == DtlsState.CONNECTING) {
        sink.sendDtls(datagram, 0, datagram.length);
      }
    });
  }

  private void toLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException loopIsGone) {
      transport.end();
    }
  }

  private void become(DtlsState next, String detail) {
    LOG.atLevel(quiet ? Level.DEBUG : Level.INFO).log("dtls {}→{} {} {} after={}ms", word(state), word(next), label,
        detail, (System.nanoTime() - startedNs) / 1_000_000);
    state = next;
  }

  private static String word(DtlsState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
