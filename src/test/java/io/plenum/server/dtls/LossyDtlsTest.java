package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes over networks that are not kind. The repetitions are the library's, on its own clock: 50 ms and doubling. */
@Timeout(60)
class LossyDtlsTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void duplicatedAndReorderedDatagramsStillEndConnected(long seed) throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      Random random = new Random(seed);
      List<List<byte[]>> held = List.of(new ArrayList<>(), new ArrayList<>());
      pair.setNetwork((fromClient, datagram) -> {
        List<byte[]> waiting = held.get(fromClient ? 0 : 1);
        waiting.add(datagram);
        if (random.nextInt(3) == 0) {
          return List.of();
        }
        List<byte[]> arriving = new ArrayList<>(waiting);
        arriving.add(waiting.get(random.nextInt(waiting.size())));
        java.util.Collections.shuffle(arriving, random);
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
      pair.setNetwork((fromClient, datagram) -> random.nextInt(5) == 0 ? List.of() : List.of(datagram));
      pair.start();
      pair.awaitConnected();
    }
  }

  @Test
  void ourLastFlightIsRepeatedWhenThePeerRepeatsItsOwn() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      AtomicInteger lost = new AtomicInteger();
      pair.setNetwork((fromClient, datagram) -> {
        boolean changeCipherSpecOrFinished = datagram[0] == 20 || datagram[4] == 1;
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
      // The server's data leaves in the same task that tells it is connected: before the client's loop knows it is.
      pair.server.onConnected = () -> pair.server.session.send(new byte[] {'h', 'i'}, 0, 2);
      pair.start();

      assertEquals("connected", pair.server.nextEvent());
      assertEquals("connected", pair.client.nextEvent());
      assertEquals("data hi", pair.client.nextEvent());
    }
  }
}
