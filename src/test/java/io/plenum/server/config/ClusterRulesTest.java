package io.plenum.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.Addresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterRulesTest {
  private static final String SECRET = "of sixteen and more";

  @TempDir Path folder;

  private static PlenumConfig load(String... settings) {
    Map<String, String> keys = new HashMap<>(Map.of("cluster.enabled", "true"));
    for (String setting : settings) {
      keys.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    return new ConfigLoader().load(keys);
  }

  private static String refusal(String... settings) {
    return assertThrows(ConfigException.class, () -> load(settings)).getMessage();
  }

  @Test
  void aClusterIsOnLoopbackUntilToldOtherwiseAndNeedsNothingThere() {
    Addresses addresses = Addresses.of(load());
    assertEquals("127.0.0.1", addresses.clusterIp());
    assertEquals("127.0.0.1", addresses.pipeIp());
  }

  @Test
  void withASecretItIsWhereTheNodeIs() {
    Addresses addresses = Addresses.of(load("cluster.secret=" + SECRET));
    assertEquals(addresses.nodeIp(), addresses.clusterIp());
    assertEquals(addresses.nodeIp(), addresses.pipeIp());
  }

  @ParameterizedTest
  @ValueSource(strings = {"node.ip=127.0.0.1", "node.ip=::1", "pipe.ip=127.0.0.1",
      "cluster.members=127.0.0.1:5701,localhost:5801, 127.0.0.3", "cluster.members=[::1]:5701,::1"})
  void onThisMachineAloneNoSecretIsNeeded(String setting) {
    assertTrue(load(setting).cluster().secret().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"node.ip=10.0.0.1", "node.ip=0.0.0.0", "pipe.ip=0.0.0.0", "cluster.config=grid.yaml",
      "cluster.members=127.0.0.1:5701,10.0.0.2:5701", "cluster.members=node2.invalid", "cluster.members=[2001:db8::1]:5701"})
  void beyondThisMachineTheStartIsRefusedInOneLineThatSaysWhatToDo(String setting) {
    String message = refusal(setting);
    assertTrue(message.startsWith("a cluster beyond this machine ("), message);
    assertTrue(message.endsWith(") needs cluster.secret, or cluster.secretFile, the same on all nodes: openssl rand -base64 32 makes one"),
        message);
    assertFalse(message.contains("\n"));
    assertEquals(SECRET, load(setting, "cluster.secret=" + SECRET).cluster().secret());
  }

  @Test
  void discoveryLooksBeyondThisMachine() {
    assertTrue(refusal("cluster.discovery=kubernetes", "cluster.members=nodes").startsWith("a cluster beyond this machine ("));
    load("cluster.discovery=kubernetes", "cluster.members=nodes", "cluster.secret=" + SECRET);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "multicast | the key cluster.discovery takes kubernetes or nothing, not \"multicast\": name the nodes in cluster.members, one that is up is enough",
      "dns       | the key cluster.discovery takes kubernetes or nothing, not \"dns\""})
  void nodesAreNotLookedForWhereAnyoneMayAnswer(String discovery, String message) {
    assertEquals(message, refusal("cluster.discovery=" + discovery, "cluster.secret=" + SECRET));
  }

  @Test
  void withoutAClusterNothingIsAsked() {
    load("cluster.enabled=false", "node.ip=10.0.0.1", "pipe.ip=0.0.0.0");
  }

  @Test
  void theSecretMayStandInAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    assertEquals(SECRET, load("cluster.secretFile=" + file, "node.ip=10.0.0.1").cluster().secret());
    assertEquals("cluster.secret and cluster.secretFile are both set: leave one of them out",
        refusal("cluster.secretFile=" + file, "cluster.secret=" + SECRET));
    assertEquals("the file of cluster.secretFile is not there: /nowhere/x", refusal("cluster.secretFile=/nowhere/x"));
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    assertEquals("the file of cluster.secretFile has fewer than 16 characters: openssl rand -base64 32 makes one",
        refusal("cluster.secretFile=" + empty));
    Path large = Files.write(folder.resolve("large"), new byte[5_000]);
    assertTrue(refusal("cluster.secretFile=" + large).startsWith("the file of cluster.secretFile has more than 4096 bytes"));
  }

  @Test
  void aSecretThatCanBeGuessedIsRefusedAndNotShown() {
    assertEquals("cluster.secret has fewer than 16 characters: openssl rand -base64 32 makes one", refusal("cluster.secret=swordfish"));
    assertFalse(load("cluster.secret=" + SECRET).toString().contains(SECRET));
  }
}
