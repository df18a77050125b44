package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.dtls.DtlsSeeds;
import io.plenum.protocol.dtls.DtlsState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody who can put datagrams on our path, but has no keys, may try once a session is connected. */
@Timeout(60)
class HostileDtlsTest {
  private static final byte[] CLOSE_NOTIFY = hex("15fefd0000000000000009 0002 0100");
  private static final byte[] FATAL_ALERT = hex("15fefd0000000000000009 0002 0228");

  @Test
  void forgedAlertsInMidSessionChangeNothing() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      List<byte[]> forged = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        forged.add(CLOSE_NOTIFY);
        forged.add(FATAL_ALERT);
      }
      attack(pair, pair.server, forged);
      attack(pair, pair.client, forged);

      assertEquals(10_000, pair.server.sessions.counters().dropped(DtlsDrop.UNAUTHENTICATED_ALERT));
      assertStillTalking(pair);
    }
  }

  @Test
  void aSecondHandshakeInMidSessionChangesNothing() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      attack(pair, pair.server, DtlsSeeds.chromiumClientHello());

      assertEquals(2, pair.server.sessions.counters().dropped(DtlsDrop.HANDSHAKE_IS_OVER));
      assertStillTalking(pair);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 8, 15, 16, 23, 24, 25, 100})
  void forgedEncryptedRecordsOfAnyLengthChangeNothing(int length) throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      List<byte[]> forged = new ArrayList<>();
      for (int contentType = 0; contentType < 256; contentType++) {
        byte[] record = new byte[13 + length];
        System.arraycopy(hex("00fefd0001 000000000100"), 0, record, 0, 11);
        record[0] = (byte) contentType;
        record[12] = (byte) length;
        forged.add(record);
      }
      attack(pair, pair.server, forged);
      attack(pair, pair.client, forged);

      assertStillTalking(pair);
    }
  }

  @Test
  void theCorpusAndItsMutationsNeverThrowAndNeverChangeAConnectedSession() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      List<byte[]> seeds = new ArrayList<>(DtlsSeeds.corpus());
      seeds.addAll(DtlsSeeds.chromiumClientHello());
      attack(pair, pair.server, seeds);
      List<byte[]> mutants = new ArrayList<>();
      DtlsSeeds.mutate(seeds, 5764, 20_000, mutants::add);
      attack(pair, pair.server, mutants);

      assertStillTalking(pair);
    }
  }

  @Test
  void mutationsOfTheSessionsOwnRecordsNeverChangeIt() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      pair.setNetwork((fromClient, datagram) -> List.of());
      for (int i = 0; i < 5; i++) {
        BouncyCastleDtlsSessionTest.send(pair, pair.client, "lost");
      }
      pair.settle();
      List<byte[]> own = new ArrayList<>(pair.client.sent);
      List<byte[]> mutants = new ArrayList<>();
      DtlsSeeds.mutate(own, 4347, 20_000, mutant -> {
        if (own.stream().noneMatch(original -> Arrays.equals(original, mutant))
            && own.stream().noneMatch(original -> startsWith(mutant, original))) {
          mutants.add(mutant);
        }
      });
      attack(pair, pair.server, mutants);

      pair.setNetwork((fromClient, datagram) -> List.of(datagram));
      assertStillTalking(pair);
    }
  }

  @Test
  void aConnectedSessionLooksAtABoundedNumberOfLateHandshakeRecords() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      List<byte[]> late = new ArrayList<>();
      for (int i = 0; i < BouncyCastleDtlsSession.MAX_LATE_HANDSHAKE_RECORDS + 7; i++) {
        // A ClientKeyExchange of one byte, of which this fragment has none.
        late.add(hex("16fefd 0000 00000000%04x 000c 100000010002000000000000".formatted(1000 + i)));
      }
      attack(pair, pair.server, late);

      assertEquals(7, pair.server.sessions.counters().dropped(DtlsDrop.HANDSHAKE_IS_OVER));
      assertStillTalking(pair);
    }
  }

  @Test
  void garbageTakesNoThread() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      pair.setNetwork((fromClient, datagram) -> List.of());
      pair.start();
      attack(pair, pair.server, DtlsSeeds.corpus().stream().filter(seed -> seed.length < 14 || seed[0] != 22).toList());

      assertEquals(0, pair.server.sessions.counters().started());
      assertEquals(DtlsState.CONNECTING, pair.state(pair.server));
    }
  }

  @Test
  void aHandshakeThatIsFloodedReadsABoundedNumberOfRecords() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      pair.setNetwork((fromClient, datagram) -> List.of());
      pair.start();
      DtlsCounters counters = pair.server.sessions.counters();
      byte[] half = DtlsSeeds.chromiumClientHello().get(0);
      List<byte[]> flood = Collections.nCopies(DtlsTransport.MAX_QUEUED_RECORDS, half);
      // A whole hello is answered; that is no matter of this test.
      deliver(pair, pair.server, DtlsSeeds.chromiumClientHello());
      int sent = 1;
      while (counters.dropped(DtlsDrop.TOO_MANY_HANDSHAKE_RECORDS) == 0) {
        deliver(pair, pair.server, flood);
        sent += flood.size();
      }

      long refused = counters.dropped(DtlsDrop.QUEUE_FULL) + counters.dropped(DtlsDrop.TOO_MANY_HANDSHAKE_RECORDS);
      assertEquals(BouncyCastleDtlsSession.MAX_HANDSHAKE_RECORDS, sent - refused);
    }
  }

  @Test
  void aFloodFasterThanTheHandshakeReadsFillsABoundedQueue() throws Exception {
    DtlsOptions oneAtATime = DtlsPair.options().withHandshakes(1, 1);
    try (DtlsPair pair = new DtlsPair(oneAtATime, oneAtATime)) {
      CountDownLatch over = new CountDownLatch(1);
      pair.server.sessions.handshakes().submit(() -> {
        try {
          over.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      pair.setNetwork((fromClient, datagram) -> List.of());
      pair.start();
      byte[] half = DtlsSeeds.chromiumClientHello().get(0);
      attack(pair, pair.server, DtlsSeeds.chromiumClientHello());
      attack(pair, pair.server, Collections.nCopies(DtlsTransport.MAX_QUEUED_RECORDS - 1 + 9, half));

      assertEquals(9, pair.server.sessions.counters().dropped(DtlsDrop.QUEUE_FULL));
      over.countDown();
    }
  }

  @Test
  void alertsThatAreNotFatalDoNotDisturbAHandshake() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      AtomicInteger carried = new AtomicInteger();
      pair.setNetwork((fromClient, datagram) -> {
        carried.incrementAndGet();
        return List.of(CLOSE_NOTIFY, hex("15fefd0000000000000009 0002 0164"), datagram);
      });
      pair.start();
      pair.awaitConnected();
      assertTrue(carried.get() > 5);
    }
  }

  /** Everything at once, on the loop; counts what the session sent because of it. */
  private static void attack(DtlsPair pair, DtlsPair.End victim, List<byte[]> datagrams) throws Exception {
    int sentBefore = deliver(pair, victim, datagrams);
    assertEquals(sentBefore, victim.sent.size(), "the attacker got an answer");
  }

  /** @return datagrams that the victim had sent before */
  private static int deliver(DtlsPair pair, DtlsPair.End victim, List<byte[]> datagrams) throws Exception {
    int sentBefore = pair.onLoop(() -> {
      int sent = victim.sent.size();
      for (byte[] datagram : datagrams) {
        victim.receive(datagram);
      }
      return sent;
    });
    pair.settle();
    return sentBefore;
  }

  private static void assertStillTalking(DtlsPair pair) throws Exception {
    assertEquals(0, pair.server.events.size(), pair.server.events::toString);
    assertEquals(0, pair.client.events.size(), pair.client.events::toString);
    assertEquals(DtlsState.CONNECTED, pair.state(pair.server));
    assertEquals(DtlsState.CONNECTED, pair.state(pair.client));
    assertTrue(BouncyCastleDtlsSessionTest.send(pair, pair.client, "still"));
    assertEquals("data still", pair.server.nextEvent());
    assertTrue(BouncyCastleDtlsSessionTest.send(pair, pair.server, "here"));
    assertEquals("data here", pair.client.nextEvent());
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
