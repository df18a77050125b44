package io.plenum.server.dtls;

import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.srtp.SrtpKeys;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Shakes hands with itself when the process starts, because the first handshake of a cold JVM takes up to a second and
 * the first peer should not be the one who waits for it. {@code /readyz} says yes when this is done.
 */
public final class DtlsWarmUp {
  /** After these a handshake costs a few milliseconds; the rest of the way down takes hundreds. */
  private static final int HANDSHAKES = 8;

  /** Each a record of an SCTP packet's size, both ways, so that sending and receiving are warm too. */
  private static final int RECORDS = 50;
  private static final int RECORD_BYTES = 1100;

  private final DtlsSessions sessions;
  private final Executor loop;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private DtlsWarmUp(DtlsSessions sessions, Executor loop) {
    this.sessions = sessions;
    this.loop = loop;
  }

  /**
   * Begins, and returns at once.
   *
   * @param loop runs one task after another; not a loop that already carries media
   * @return completes when DTLS is warm, or with the reason why a handshake with ourselves failed
   */
  public static CompletableFuture<Void> run(DtlsSessions sessions, Executor loop) {
    DtlsWarmUp warmUp = new DtlsWarmUp(sessions, loop);
    loop.execute(() -> warmUp.shakeHands(HANDSHAKES));
    return warmUp.done;
  }

  private void shakeHands(int left) {
    if (left == 0) {
      done.complete(null);
      return;
    }
    List<DtlsFingerprint> fingerprints = sessions.certificate().fingerprints();
    DtlsFingerprint ours = fingerprints.get(fingerprints.size() - 1);
    End server = new End("warm-up server");
    End client = new End("warm-up client");
    server.peer = client;
    client.peer = server;
    client.onData = () -> {
      server.session.close();
      client.session.close();
      loop.execute(() -> shakeHands(left - 1));
    };
    server.session.start(DtlsRole.SERVER, ours);
    client.session.start(DtlsRole.CLIENT, ours);
  }

  /** One side of a handshake with ourselves: the datagrams of the one are tasks for the other. */
  private final class End implements DtlsSession.Sink {
    private final DtlsSession session;
    private End peer;
    private int received;
    private Runnable onData;

    End(String label) {
      session = new BouncyCastleDtlsSession(sessions, loop, this, label, true);
    }

    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {
      byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
      loop.execute(() -> peer.session.onDatagram(datagram, 0, datagram.length));
    }

    @Override
    public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {
      if (onData != null) {
        session.send(new byte[RECORD_BYTES], 0, RECORD_BYTES);
      }
    }

    /** Back and forth; the server answers each record, the client stops when it has seen enough. */
    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {
      received++;
      if (onData != null && received == RECORDS) {
        onData.run();
      } else {
        session.send(bytes, offset, length);
      }
    }

    @Override
    public void onDtlsFailed(String reason) {
      done.completeExceptionally(new IllegalStateException("handshake with ourselves failed: " + reason));
    }

    @Override
    public void onDtlsClosed() {
      // The other end was closed first: nothing is left to do.
    }
  }
}
