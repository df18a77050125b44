package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client is told of ICE, and the numbers behind it. */
class IceParametersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void credentialsAreIceCharsOfTheLengthsThatTheRfcAsksFor() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100; i++) {
      IceCredentials credentials = IceCredentials.generate(random);
      assertTrue(credentials.usernameFragment().matches("[A-Za-z0-9+/]{16}"), credentials.usernameFragment());
      assertTrue(credentials.password().matches("[A-Za-z0-9+/]{32}"), credentials.password());
    }
    assertNotEquals(IceCredentials.generate(random), IceCredentials.generate(random));
  }

  @Test
  void noPasswordStandsInALog() {
    IceCredentials credentials = new IceCredentials("fragment", "secret");
    assertFalse(credentials.toString().contains("secret"));
    assertFalse(IceParameters.of(credentials).toString().contains("secret"));
  }

  @Test
  void parametersHaveMediasoupsNames() throws Exception {
    assertEquals(
        JSON.readTree("{'usernameFragment':'f','password':'p','iceLite':true}".replace('\'', '"')),
        JSON.valueToTree(IceParameters.of(new IceCredentials("f", "p"))));
  }

  @Test
  void aCandidateHasMediasoupsNames() throws Exception {
    IceCandidate tcp = IceCandidate.host(TransportTuple.Protocol.TCP, "203.0.113.9", 40001, 1, false);
    assertEquals(
        JSON.readTree(("{'foundation':'tcpcandidate','priority':1076276479,'ip':'203.0.113.9','address':'203.0.113.9',"
            + "'protocol':'tcp','port':40001,'type':'host','tcpType':'passive'}").replace('\'', '"')),
        JSON.readTree(JSON.writeValueAsString(tcp)));
    assertNull(IceCandidate.host(TransportTuple.Protocol.UDP, "203.0.113.9", 40001, 0, false).tcpType());
  }

  @ParameterizedTest
  @CsvSource({
    "0, false, 1076302079, 2^24·64 + 2^8·10000 + 255",
    "1, false, 1076276479, 100 less of local preference",
    "0, true, 1076558079, the preferred protocol has 1000 more",
    "1000, false, 1073742079, never below a local preference of 0"
  })
  void prioritiesAreMediasoups(int index, boolean preferred, long priority, String why) {
    assertEquals(
        priority, IceCandidate.host(TransportTuple.Protocol.UDP, "192.0.2.1", 1, index, preferred).priority(), why);
  }

  @ParameterizedTest
  @CsvSource({"0, 0, off", "-1, 0, off", "1, 10, too short", "10, 10, shortest", "20, 20, as asked", "60, 60, longest",
    "61, 60, too long", "2147483647, 60, absurd"})
  void consentIsBroughtIntoItsLimits(int asked, int given, String why) {
    assertEquals(given * 1_000_000_000L, IceOptions.ofConsentExpirySeconds(asked).consentExpiryNs(), why);
  }

  @Test
  void nothingFollowsClosedAndNothingGoesBackToNew() {
    assertTrue(IceState.CLOSED.next().isEmpty());
    for (IceState state : IceState.values()) {
      assertFalse(state.next().contains(IceState.NEW));
      assertFalse(state.next().contains(state));
      assertEquals(state != IceState.CLOSED, state.next().contains(IceState.CLOSED));
    }
    assertEquals("completed", IceState.COMPLETED.label());
  }
}
