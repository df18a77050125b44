package io.plenum.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.JoinConfig;
import io.plenum.server.ServerIdentity;
import io.plenum.server.cluster.ClusterKeys;
import io.plenum.server.cluster.GridConfig;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each file of conf/ is one that a node starts with. */
class ConfigurationFilesTest {
  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      return files.sorted().toList();
    }
  }

  private static PlenumConfig load(String file, String... more) {
    return new ConfigLoader().load(
        Stream.concat(Stream.of("--conf", file, "--cluster.secretFile=", "--cluster.secret=the secret of this test"), Stream.of(more))
            .toArray(String[]::new), Map.of());
  }

  private static JoinConfig join(PlenumConfig config, String ip) {
    ClusterKeys keys = ClusterKeys.of(config.cluster().secret(), config.cluster().name());
    return GridConfig.of(config, ip, new ServerIdentity("server", 1), keys).getAdvancedNetworkConfig().getJoin();
  }

  @ParameterizedTest
  @MethodSource("files")
  void eachFileIsAccepted(Path file) {
    load(file.toString());
  }

  @Test
  void oneNodeIsReachedFromOtherMachinesAndJoinsNobody() {
    PlenumConfig config = load("conf/one-node.yaml");
    assertEquals("0.0.0.0", config.http().host());
    assertFalse(config.cluster().enabled());
  }

  @Test
  void eachOfTheThreeFindsTheOthersByTheSameFile() {
    PlenumConfig config = load("conf/three-nodes.yaml", "--node.ip=10.0.0.2");
    assertTrue(config.cluster().enabled());
    assertEquals(List.of("10.0.0.1:5701", "10.0.0.2:5701", "10.0.0.3:5701"),
        join(config, config.node().ip()).getTcpIpConfig().getMembers());
  }

  @ParameterizedTest
  @ValueSource(strings = {"conf/three-nodes.yaml", "conf/kubernetes.yaml"})
  void aClusterOverSeveralMachinesDoesNotStartWithoutASecret(String file) {
    ConfigException refusal = assertThrows(ConfigException.class, () -> load(file, "--cluster.secret="));
    assertTrue(refusal.getMessage().contains("needs cluster.secret"), refusal.getMessage());
    ConfigException missing = assertThrows(ConfigException.class, () -> new ConfigLoader().load(new String[] {"--conf", file}, Map.of()));
    assertTrue(missing.getMessage().startsWith("the file of cluster.secretFile is not there: "), missing.getMessage());
  }

  @Test
  void inKubernetesTheHeadlessServiceNamesTheOthers() {
    PlenumConfig config = load("conf/kubernetes.yaml", "--node.ip=10.1.2.3");
    assertEquals("plenum-nodes", join(config, "10.1.2.3").getKubernetesConfig().getProperty("service-dns"));
    assertEquals(5701, config.cluster().port(), "DNS gives addresses, and Hazelcast takes its own port for them");
  }
}
