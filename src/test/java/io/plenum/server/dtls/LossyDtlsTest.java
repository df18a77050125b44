package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.dtls.DtlsRecords;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes over networks that are not kind. The library repeats on its own clock: after 50 ms, then doubling. */
@Timeout(60)
class LossyDtlsTest {
  /** Then the network is kind, so that every seed ends. */
  private static final int SPOILED_DATAGRAMS = 60;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void duplicatedAndReorderedDatagramsStillEndConnected(long seed) throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      Random random = new Random(seed);
      AtomicInteger carried = new AtomicInteger();
      List<List<byte[]>> held = List.of(new ArrayList<>(), new ArrayList<>());
      pair.setNetwork((fromClient, datagram) -> {
        List<byte[]> waiting = held.get(fromClient ? 0 : 1);
        waiting.add(datagram);
        if (carried.incrementAndGet() < SPOILED_DATAGRAMS && random.nextInt(3) == 0) {
          return List.of();
        }
        List<byte[]> arriving = new ArrayList<>(waiting);
        arriving.add(waiting.get(random.nextInt(waiting.size())));
        Collections.shuffle(arriving, random);
        waiting.clear();
        return arriving;
      });
      pair.start();
      pair.awaitConnected();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aFifthOfTheDatagramsLostStillEndsConnected(long seed) throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      Random random = new Random(seed);
      AtomicInteger carried = new AtomicInteger();
      pair.setNetwork((fromClient, datagram) ->
          carried.incrementAndGet() < SPOILED_DATAGRAMS && random.nextInt(5) == 0 ? List.of() : List.of(datagram));
      pair.start();
      pair.awaitConnected();
    }
  }

  /** Each datagram of the handshake once, whichever it is: certificates, key exchanges, signatures, Finished. */
  @ParameterizedTest(name = "datagram {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void noDatagramIsSoImportantThatItMayNotBeLost(int lost) throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      AtomicInteger carried = new AtomicInteger();
      pair.setNetwork((fromClient, datagram) -> carried.getAndIncrement() == lost ? List.of() : List.of(datagram));
      pair.start();
      pair.awaitConnected();
      assertTrue(carried.get() > lost);
    }
  }

  @Test
  void aCertificateVerifyThatIsOvertakenByTheChangeCipherSpecDoesNotStallTheHandshake() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      List<byte[]> held = new ArrayList<>();
      pair.setNetwork((fromClient, datagram) -> {
        boolean certificateVerify = datagram[0] == DtlsRecords.HANDSHAKE && datagram[4] == 0 && datagram[13] == 15;
        if (certificateVerify && held.isEmpty()) {
          held.add(datagram);
          return List.of();
        }
        boolean changeCipherSpec = fromClient && datagram[0] == DtlsRecords.CHANGE_CIPHER_SPEC;
        return changeCipherSpec ? List.of(datagram, held.get(0)) : List.of(datagram);
      });
      pair.start();
      pair.awaitConnected();

      assertTrue(pair.server.sessions.counters().dropped(DtlsDrop.CHANGE_CIPHER_SPEC_TOO_EARLY) > 0);
    }
  }

  @Test
  void ourLastFlightIsRepeatedWhenThePeerRepeatsItsOwn() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      AtomicInteger lost = new AtomicInteger();
      pair.setNetwork((fromClient, datagram) -> {
        boolean changeCipherSpecOrFinished = datagram[0] == DtlsRecords.CHANGE_CIPHER_SPEC || datagram[4] == 1;
        if (!fromClient && changeCipherSpecOrFinished && lost.get() < 2) {
          lost.incrementAndGet();
          return List.of();
        }
        return List.of(datagram);
      });
      pair.start();

      assertEquals("connected", pair.server.nextEvent());
      assertEquals("connected", pair.client.nextEvent());
      assertEquals(2, lost.get());
      assertTrue(BouncyCastleDtlsSessionTest.send(pair, pair.client, "at last"));
      assertEquals("data at last", pair.server.nextEvent());
      assertTrue(BouncyCastleDtlsSessionTest.send(pair, pair.server, "indeed"));
      assertEquals("data indeed", pair.client.nextEvent());
    }
  }

  @Test
  void dataRightBehindTheFinishedIsNotLost() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      // The server's Finished waits for its first data, and both arrive in one datagram: the client's loop then has the
      // data in its hands while the handshake's thread has yet to read the Finished.
      pair.server.onConnected = () -> pair.server.session.send(new byte[] {'h', 'i'}, 0, 2);
      ByteArrayOutputStream held = new ByteArrayOutputStream();
      pair.setNetwork((fromClient, datagram) -> {
        boolean encrypted = datagram[4] == 1;
        if (fromClient || !encrypted) {
          return List.of(datagram);
        }
        held.writeBytes(datagram);
        return datagram[0] == DtlsRecords.APPLICATION_DATA ? List.of(held.toByteArray()) : List.of();
      });
      pair.start();

      assertEquals("connected", pair.server.nextEvent());
      assertEquals("connected", pair.client.nextEvent());
      assertEquals("data hi", pair.client.nextEvent());
    }
  }
}
