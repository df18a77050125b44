package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.IOException;
import java.io.Serializable;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GridConfigTest {
  /** Something that an attacker finds on the class path. */
  public record Gadget(String command) implements Serializable {}

  private static int port;
  private static HazelcastInstance grid;

  private static PlenumConfig config(Map<String, String> keys) {
    return new ConfigLoader().load(keys);
  }

  @BeforeAll
  static void start() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    PlenumConfig config = config(Map.of("cluster.enabled", "true", "cluster.port", Integer.toString(port)));
    grid = Hazelcast.newHazelcastInstance(GridConfig.of(config, "127.0.0.1", new ServerIdentity("server", 1)));
  }

  @AfterAll
  static void stop() {
    grid.shutdown();
  }

  @Test
  void theGridListensOnTheClustersAddressAlone() throws IOException {
    new Socket("127.0.0.1", port).close();
    assertThrows(ConnectException.class, () -> new Socket("127.0.0.2", port).close());
  }

  @Test
  void theGridWritesToOurLogAndDoesNotTellItsHealth() {
    assertEquals("slf4j", grid.getConfig().getProperty("hazelcast.logging.type"));
    assertEquals("OFF", grid.getConfig().getProperty("hazelcast.health.monitoring.level"));
  }

  @Test
  void nothingIsMadeOfBytesThatNameAClassTheGridHasNoUseFor() {
    SerializationService serialization = ((HazelcastInstanceProxy) grid).getSerializationService();
    Data bytes = serialization.toData(new Gadget("rm"));
    HazelcastSerializationException refused =
        assertThrows(HazelcastSerializationException.class, () -> serialization.toObject(bytes));
    assertEquals(SecurityException.class, refused.getCause().getClass(), refused.toString());
  }

  @Test
  void howLongAMemberMayBeSilentIsTheOperatorsChoice() {
    PlenumConfig config = config(Map.of("cluster.maxSilenceS", "7"));
    assertEquals("7", GridConfig.of(config, "127.0.0.1", new ServerIdentity("server", 1))
        .getProperty("hazelcast.max.no.heartbeat.seconds"));
  }
}
