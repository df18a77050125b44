package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRecords;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsSrtpNegotiation;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.srtp.SrtpKeys;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.DTLSTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a connected session is given, the library looks for a record at most twice: the one that is there, and the
 * one that is not, which it is told at once. So nothing that a peer sends makes the loop spin or wait. The test's
 * thread is the loop.
 */
@Timeout(60)
class DtlsRecordsOnLoopTest {
  private static final int HEADER_BYTES = 13;
  private static final int SEQUENCE_NUMBER_OFFSET = 5;

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Executor loop = tasks::add;
  private final List<String> heard = new ArrayList<>();
  private DtlsSessions sessions;
  private BouncyCastleDtlsSession session;
  /** The client's own association, which can send what a session of ours would not. */
  private volatile DTLSTransport client;
  private volatile String clientFailure;
  private final List<byte[]> sent = new ArrayList<>();
  private int credit = Integer.MAX_VALUE;

  @BeforeEach
  void connect() throws Exception {
    sessions = new DtlsSessions(DtlsCertificates.fresh(), new SecureRandom(), DtlsPair.options());
    DtlsFingerprint fingerprint = sessions.certificate().fingerprints().get(2);
    DtlsTransport transport = new DtlsTransport((bytes, offset, length) -> {
      byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
      loop.execute(() -> session.onDatagram(datagram, 0, datagram.length));
    });
    session = (BouncyCastleDtlsSession) sessions.create(loop, new Server(transport), "server");
    session.start(DtlsRole.SERVER, fingerprint);
    new Thread(new DtlsHandshake(sessions.crypto(), sessions.certificate(), DtlsPair.options(), DtlsRole.CLIENT,
        fingerprint, transport, new DtlsHandshake.Listener() {
          @Override
          public void onHandshakeDone(DTLSTransport association, DtlsSrtpNegotiation negotiation) {
            loop.execute(() -> client = association);
          }

          @Override
          public void onHandshakeFailed(DtlsFailure failure, String reason, Throwable cause) {
            clientFailure = reason;
          }
        })).start();
    while (client == null || session.state() != DtlsState.CONNECTED) {
      assertEquals(null, clientFailure);
      Runnable task = tasks.poll(DtlsPair.PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue(task != null, "the handshake does not end");
      task.run();
    }
    transport.moveToLoop((bytes, offset, length) -> sent.add(Arrays.copyOfRange(bytes, offset, offset + length)));
    runTasks();
  }

  @AfterEach
  void close() {
    session.close();
    sessions.close();
  }

  private final class Server implements DtlsSession.Sink {
    private final DtlsTransport toClient;

    Server(DtlsTransport toClient) {
      this.toClient = toClient;
    }

    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {
      toClient.offer(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {}

    @Override
    public boolean admitsRecord() {
      return credit > 0;
    }

    @Override
    public void onRecordAuthenticated() {
      credit--;
    }

    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {
      heard.add(length + " bytes");
    }

    @Override
    public void onDtlsFailed(String reason) {
      heard.add("failed " + reason);
    }

    @Override
    public void onDtlsClosed() {
      heard.add("closed");
    }
  }

  /** A record of the client's, authentic and not yet delivered. */
  private byte[] record(int length) throws Exception {
    client.send(new byte[Math.max(1, length)], 0, length);
    return sent.remove(sent.size() - 1);
  }

  /** Hands in one datagram; how often the library asked. */
  private long receivesFor(byte[] datagram) {
    long before = session.receives();
    session.onDatagram(datagram, 0, datagram.length);
    runTasks();
    return session.receives() - before;
  }

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.poll().run();
    }
  }

  @Test
  void aRecordIsReadWithOneLook() throws Exception {
    assertEquals(1, receivesFor(record(1_100)));
    assertEquals(List.of("1100 bytes"), heard);
  }

  @Test
  void garbageThatLooksLikeARecordIsLookedForTwiceAndNothingElse() throws Exception {
    byte[] record = record(1_100);
    for (int i = HEADER_BYTES; i < record.length; i += 97) {
      byte[] forged = record.clone();
      forged[i] ^= 1;
      assertEquals(2, receivesFor(forged), "a flipped bit in byte " + i);
    }
    assertEquals(List.of(), heard);
    assertEquals(1, receivesFor(record), "the true one is as good as before");
    assertEquals(List.of("1100 bytes"), heard);
  }

  @Test
  void anAuthenticRecordWithNothingInsideIsReadWithOneLookAndTellsNobody() throws Exception {
    assertEquals(1, receivesFor(record(0)));
    assertEquals(List.of(), heard);
  }

  @Test
  void aReplayedRecordIsLookedForTwiceAndNothingElse() throws Exception {
    byte[] record = record(100);
    receivesFor(record);
    assertEquals(2, receivesFor(record));
    assertEquals(List.of("100 bytes"), heard);
  }

  @Test
  void aRecordFromLongAgoIsLookedForTwiceAndNothingElse() throws Exception {
    byte[] old = record(100);
    for (int i = 0; i < 100; i++) {
      receivesFor(record(1));
    }
    heard.clear();
    assertEquals(2, receivesFor(old));
    assertEquals(List.of(), heard);
  }

  private static byte[] datagram(byte[]... records) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] record : records) {
      all.writeBytes(record);
    }
    return all.toByteArray();
  }

  private long dropped(DtlsDrop reason) {
    return sessions.counters().dropped(reason);
  }

  @Test
  void severalAuthenticRecordsInADatagramAreAllRead() throws Exception {
    assertEquals(3, receivesFor(datagram(record(1), record(2), record(3))));
    assertEquals(List.of("1 bytes", "2 bytes", "3 bytes"), heard);
  }

  @Test
  void aForgedRecordEndsItsDatagram() throws Exception {
    byte[] forged = record(1);
    forged[forged.length - 1] ^= 1;
    assertEquals(2, receivesFor(datagram(forged, forged, forged, record(2))));
    assertEquals(1, dropped(DtlsDrop.NOT_AUTHENTIC));
    assertEquals(1, receivesFor(record(3)));
    assertEquals(List.of("3 bytes"), heard);
  }

  @Test
  void recordsOverTheRateAreNotLookedForAndEndTheirDatagram() throws Exception {
    credit = 3;
    assertEquals(3, receivesFor(datagram(record(1), record(0), record(2), record(3), record(4))));
    assertEquals(0, receivesFor(datagram(record(5), record(6))));
    assertEquals(List.of("1 bytes", "2 bytes"), heard);
    assertEquals(2, dropped(DtlsDrop.OVER_RATE));
    credit = 1;
    assertEquals(1, receivesFor(record(7)));
    assertEquals(List.of("1 bytes", "2 bytes", "7 bytes"), heard);
  }

  @Test
  void forgedRecordsCostThePeerNoCredit() throws Exception {
    credit = 1;
    byte[] forged = record(1);
    forged[forged.length - 1] ^= 1;
    for (int i = 0; i < 10; i++) {
      receivesFor(forged);
    }
    receivesFor(record(2));
    assertEquals(List.of("2 bytes"), heard);
  }

  @Test
  void alertsAreLookedForOnlyAFewTimes() throws Exception {
    byte[] alert = record(1);
    alert[0] = DtlsRecords.ALERT;
    for (int i = 0; i < 100; i++) {
      receivesFor(alert);
    }
    assertEquals(100 - BouncyCastleDtlsSession.MAX_ALERTS, dropped(DtlsDrop.TOO_MANY_ALERTS));
    receivesFor(record(2));
    assertEquals(List.of("2 bytes"), heard);
  }

  @Test
  void whatTheHeadersRefuseIsNotLookedForAtAll() throws Exception {
    byte[] otherEpoch = record(100);
    otherEpoch[4] = 7;
    assertEquals(0, receivesFor(otherEpoch));
    byte[] inTheClear = record(100);
    inTheClear[4] = 0;
    assertEquals(0, receivesFor(inTheClear));
    assertEquals(0, receivesFor(Arrays.copyOf(record(100), HEADER_BYTES)));
    assertEquals(0, receivesFor(new byte[HEADER_BYTES]));
    assertEquals(List.of(), heard);
  }

  @Test
  void closeNotifyEndsTheSessionAndNothingIsLookedForAfterIt() throws Exception {
    byte[] late = record(100);
    client.close();
    assertTrue(receivesFor(sent.remove(sent.size() - 1)) <= 2);
    assertEquals(List.of("closed"), heard);
    assertEquals(0, receivesFor(late));
    assertEquals(List.of("closed"), heard);
  }

  @Test
  void manyRecordsInOneDatagramCostOneLookEach() throws Exception {
    byte[] datagram = new byte[0];
    for (int i = 0; i < 10; i++) {
      byte[] record = record(50);
      int length = datagram.length;
      datagram = Arrays.copyOf(datagram, length + record.length);
      System.arraycopy(record, 0, datagram, length, record.length);
    }
    assertEquals(10, receivesFor(datagram));
    assertEquals(10, heard.size());
  }

  @Test
  void aSequenceNumberFarAheadThatIsForgedDoesNotMoveTheReplayWindow() throws Exception {
    byte[] record = record(100);
    byte[] ahead = record.clone();
    ahead[SEQUENCE_NUMBER_OFFSET] = 0x7f;
    assertEquals(2, receivesFor(ahead));
    assertEquals(1, receivesFor(record));
    assertEquals(List.of("100 bytes"), heard);
  }
}
