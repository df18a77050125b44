package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class BouncyCastleDtlsSessionTest {
  private static final String MISMATCH =
      "failed we sent alert bad_certificate(42); certificate does not match the signalled fingerprint";

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void bothSidesGetTheSameKeysForEveryProfile(SrtpProfile profile) throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options().withProfiles(List.of(profile)), DtlsPair.options())) {
      pair.start();
      pair.awaitConnected();

      assertEquals(profile, pair.client.local.profile());
      assertSameKeys(pair.client.local, pair.server.remote);
      assertSameKeys(pair.server.local, pair.client.remote);
      assertFalse(Arrays.equals(pair.client.local.masterKey(), pair.client.remote.masterKey()));
    }
  }

  @Test
  void theServersPreferenceDecidesTheProfile() throws Exception {
    List<SrtpProfile> chromium = List.of(SrtpProfile.AES128_CM_HMAC_SHA1_80, SrtpProfile.AEAD_AES_256_GCM,
        SrtpProfile.AEAD_AES_128_GCM);
    try (DtlsPair pair = new DtlsPair(DtlsPair.options().withProfiles(chromium), DtlsPair.options())) {
      pair.start();
      pair.awaitConnected();

      assertEquals(SrtpProfile.AEAD_AES_128_GCM, pair.server.local.profile());
    }
  }

  @Test
  void withoutASharedProfileBothSidesFail() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options().withProfiles(List.of(SrtpProfile.AEAD_AES_256_GCM)),
        DtlsPair.options().withProfiles(List.of(SrtpProfile.AEAD_AES_128_GCM)))) {
      pair.start();

      assertEquals("failed we sent alert handshake_failure(40); no SRTP profile in common", pair.server.nextEvent());
      assertEquals("failed peer sent alert handshake_failure(40)", pair.client.nextEvent());
    }
  }

  @Test
  void aServerWhoseCertificateWasNotSignalledIsRefusedAndToldSo() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      pair.start(pair.client.fingerprint(), pair.client.fingerprint());

      assertEquals(MISMATCH, pair.client.nextEvent());
      assertEquals("failed peer sent alert bad_certificate(42)", pair.server.nextEvent());
      assertEquals(DtlsState.FAILED, pair.state(pair.client));
      assertNull(pair.server.local);
    }
  }

  @Test
  void aClientWhoseCertificateWasNotSignalledIsRefusedAndToldSo() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      pair.start(pair.server.fingerprint(), pair.server.fingerprint());

      assertEquals(MISMATCH, pair.server.nextEvent());
      assertEquals("failed peer sent alert bad_certificate(42)", pair.client.nextEvent());
      assertNull(pair.server.local);
    }
  }

  @Test
  void aClientThatShowsTheSignalledCertificateWithoutHavingItsKeyIsRefused() throws Exception {
    DtlsCertificate victim = DtlsCertificates.fresh();
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsCertificates.impostorOf(victim), DtlsPair.options(),
        DtlsCertificates.fresh())) {
      pair.start();

      assertEquals("failed we sent alert decrypt_error(51)", pair.server.nextEvent());
      assertNull(pair.server.local);
    }
  }

  @Test
  void aServerThatShowsTheSignalledCertificateWithoutHavingItsKeyIsRefused() throws Exception {
    DtlsCertificate victim = DtlsCertificates.fresh();
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsCertificates.fresh(), DtlsPair.options(),
        DtlsCertificates.impostorOf(victim))) {
      pair.start();

      assertEquals("failed we sent alert decrypt_error(51)", pair.client.nextEvent());
      assertNull(pair.client.local);
    }
  }

  @Test
  void aFingerprintThatProvesNothingFailsTheSessionBeforeAnythingIsSent() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      pair.start(new DtlsFingerprint("sha-1", "AA:".repeat(19) + "AA"), new DtlsFingerprint("sha-256", "AB"));

      assertTrue(pair.client.nextEvent().startsWith("failed fingerprint"));
      assertTrue(pair.server.nextEvent().startsWith("failed fingerprint"));
      assertEquals(0, pair.client.sent.size());
    }
  }

  @Test
  void dataTravelsBothWays() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      assertTrue(send(pair, pair.client, "ping"));
      assertEquals("data ping", pair.server.nextEvent());
      assertTrue(send(pair, pair.server, "x".repeat(BouncyCastleDtlsSession.MAX_DATA_BYTES)));
      assertEquals(5 + BouncyCastleDtlsSession.MAX_DATA_BYTES, pair.client.nextEvent().length());
      assertFalse(send(pair, pair.server, "x".repeat(BouncyCastleDtlsSession.MAX_DATA_BYTES + 1)));
    }
  }

  @Test
  void severalRecordsInOneDatagramAllArrive() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      pair.setNetwork((fromClient, datagram) -> List.of());
      send(pair, pair.client, "one");
      send(pair, pair.client, "two");
      int count = pair.client.sent.size();
      byte[] both = concat(pair.client.sent.get(count - 2), pair.client.sent.get(count - 1));
      pair.onLoop(() -> {
        pair.server.receive(both);
        return null;
      });

      assertEquals("data one", pair.server.nextEvent());
      assertEquals("data two", pair.server.nextEvent());
    }
  }

  @Test
  void aRecordThatComesTwiceIsDeliveredOnce() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      pair.setNetwork((fromClient, datagram) -> List.of(datagram, datagram));
      send(pair, pair.client, "once");
      pair.settle();

      assertEquals("data once", pair.server.nextEvent());
      assertEquals(0, pair.server.events.size());
      assertEquals(1, pair.server.sessions.counters().dropped(DtlsDrop.NOT_AUTHENTIC));
    }
  }

  @Test
  void nothingCanBeSentBeforeTheHandshakeOrAfterTheEnd() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      assertFalse(send(pair, pair.client, "early"));
      pair.start();
      pair.awaitConnected();
      pair.onLoop(() -> {
        pair.client.session.close();
        return null;
      });
      assertFalse(send(pair, pair.client, "late"));
    }
  }

  @Test
  void closingTellsThePeerWithAnAuthenticatedCloseNotify() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      pair.onLoop(() -> {
        pair.client.session.close();
        return null;
      });

      assertEquals("closed", pair.server.nextEvent());
      assertEquals(DtlsState.CLOSED, pair.state(pair.server));
      pair.settle();
      assertEquals(0, pair.client.events.size());
    }
  }

  @Test
  void theServersGoodbyeReachesTheClientToo() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      pair.onLoop(() -> {
        pair.server.session.close();
        return null;
      });

      assertEquals("closed", pair.client.nextEvent());
      assertEquals(DtlsState.CLOSED, pair.state(pair.client));
      assertFalse(send(pair, pair.client, "too late"));
      pair.settle();
      assertEquals(0, pair.server.events.size());
    }
  }

  @Test
  void whenBothSayGoodbyeAtOnceNeitherHearsOfIt() throws Exception {
    try (DtlsPair pair = DtlsPair.connected()) {
      pair.onLoop(() -> {
        pair.client.session.close();
        pair.server.session.close();
        return null;
      });
      pair.settle();

      assertEquals(0, pair.client.events.size(), pair.client.events::toString);
      assertEquals(0, pair.server.events.size(), pair.server.events::toString);
      assertEquals(DtlsState.CLOSED, pair.state(pair.client));
      assertEquals(DtlsState.CLOSED, pair.state(pair.server));
    }
  }

  @Test
  void aClientHelloThatArrivesBeforeTheFingerprintIsKeptAndUsed() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options().withTimings(10_000, 9_000), DtlsPair.options())) {
      CountDownLatch clientHello = new CountDownLatch(1);
      pair.setNetwork((fromClient, datagram) -> {
        clientHello.countDown();
        return List.of(datagram);
      });
      pair.onLoop(() -> {
        pair.client.session.start(DtlsRole.CLIENT, pair.server.fingerprint());
        return null;
      });
      assertTrue(clientHello.await(DtlsPair.PATIENCE_SECONDS, TimeUnit.SECONDS));
      pair.settle();
      assertEquals(DtlsState.NEW, pair.state(pair.server));
      pair.onLoop(() -> {
        pair.server.session.start(DtlsRole.SERVER, pair.client.fingerprint());
        return null;
      });
      pair.awaitConnected();
    }
  }

  @Test
  void onlyAFewDatagramsAreKeptBeforeTheFingerprintIsKnown() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      pair.onLoop(() -> {
        for (int i = 0; i < BouncyCastleDtlsSession.MAX_EARLY_DATAGRAMS + 10; i++) {
          pair.server.receive(new byte[100]);
        }
        pair.client.receive(new byte[BouncyCastleDtlsSession.MAX_EARLY_BYTES]);
        pair.client.receive(new byte[1]);
        return null;
      });

      assertEquals(10, pair.server.sessions.counters().dropped(DtlsDrop.TOO_EARLY));
      assertEquals(1, pair.client.sessions.counters().dropped(DtlsDrop.TOO_EARLY));
    }
  }

  @Test
  void aSilentPeerTimesOut() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options().withTimings(300, 100), DtlsPair.options())) {
      pair.setNetwork((fromClient, datagram) -> List.of());
      pair.start();

      assertEquals("failed handshake timed out", pair.client.nextEvent());
    }
  }

  @Test
  void whoSpeaksFirstMustBeSettled() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), DtlsPair.options())) {
      assertThrows(IllegalArgumentException.class,
          () -> pair.client.session.start(DtlsRole.AUTO, pair.server.fingerprint()));
    }
  }

  static boolean send(DtlsPair pair, DtlsPair.End from, String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return pair.onLoop(() -> from.session.send(bytes, 0, bytes.length));
  }

  private static byte[] concat(byte[] one, byte[] two) {
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }

  private static void assertSameKeys(SrtpKeys one, SrtpKeys other) {
    assertEquals(one.profile(), other.profile());
    assertArrayEquals(one.masterKey(), other.masterKey());
    assertArrayEquals(one.masterSalt(), other.masterSalt());
  }
}
