package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterKeysTest {
  private static final String SECRET = "of sixteen and more";

  /** Fixed: nodes of two versions share a cluster. */
  @Test
  void theSameSecretGivesTheSameKeysInEveryProcess() {
    ClusterKeys keys = ClusterKeys.of(SECRET, "plenum");
    assertEquals("plenum-7cd7215669a7315137ec4689b4a2b8f7", keys.gridName());
    assertEquals(new BigInteger("12a3f8e19dc562b8f6eeafd96809a920b8d9be920d6f103c4d75e231bceaf2c1", 16), keys.busAuthorityKey());
    assertArrayEquals(ClusterKeys.of(SECRET, "plenum").handshakeKey(), keys.handshakeKey());
    assertEquals(32, keys.handshakeKey().length);
  }

  @Test
  void anotherSecretOrAnotherNameGivesOtherKeys() {
    Set<String> names = new HashSet<>();
    Set<BigInteger> authorities = new HashSet<>();
    for (ClusterKeys keys : new ClusterKeys[] {ClusterKeys.of(SECRET, "plenum"), ClusterKeys.of(SECRET, "plenum2"),
        ClusterKeys.of(SECRET + " ", "plenum"), ClusterKeys.of("", "plenum")}) {
      names.add(keys.gridName());
      authorities.add(keys.busAuthorityKey());
    }
    assertEquals(4, names.size());
    assertEquals(4, authorities.size());
  }

  @Test
  void theNameDoesNotShowTheSecret() {
    String name = ClusterKeys.of(SECRET, "plenum").gridName();
    assertFalse(name.contains("sixteen"));
    assertTrue(name.matches("plenum-[0-9a-f]{32}"), name);
  }
}
