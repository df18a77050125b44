package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastJsonValue;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.internal.serialization.impl.SerializationConstants;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.query.QueryException;
import com.hazelcast.spi.exception.PartitionMigratingException;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import com.hazelcast.spi.exception.TargetNotMemberException;
import io.plenum.FreePorts;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A member of the grid as Plenum starts it, and strangers that reach its port. */
class GridConfigTest {
  private static final String HOST = "127.0.0.1";
  private static final String SECRET = "the secret of this test";
  /** More than a member that waits for no others takes to start, on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Something that an attacker finds on the class path. */
  public record Gadget(String command) implements Serializable {}

  private static int port;
  private static HazelcastInstance grid;

  private static PlenumConfig config(int own, String secret) {
    return new ConfigLoader().load(Map.of("cluster.enabled", "true", "node.ip", HOST, "cluster.secret", secret,
        "cluster.port", Integer.toString(own), "cluster.members", HOST + ":" + port));
  }

  private static ClusterKeys keys(String secret) {
    return ClusterKeys.of(secret, "plenum");
  }

  private static HazelcastInstance start(int own, String secret) {
    ClusterKeys keys = keys(secret);
    return GuardedGrid.start(GridConfig.of(config(own, secret), HOST, new ServerIdentity("server-" + own, 1), keys), keys);
  }

  private static long refused() {
    long sum = 0;
    for (GridHandshake.Refusal reason : GridHandshake.Refusal.values()) {
      sum += GuardedGrid.refused(grid, reason);
    }
    return sum;
  }

  @BeforeAll
  static void start() throws IOException {
    port = FreePorts.one();
    grid = start(port, SECRET);
  }

  @AfterAll
  static void stop() {
    grid.shutdown();
  }

  @Test
  void theGridListensOnTheClustersAddressAlone() throws IOException {
    new Socket(HOST, port).close();
    assertThrows(ConnectException.class, () -> new Socket("127.0.0.2", port).close());
  }

  @Test
  void theGridWritesToOurLogAndDoesNotTellItsHealth() {
    assertEquals("slf4j", grid.getConfig().getProperty("hazelcast.logging.type"));
    assertEquals("OFF", grid.getConfig().getProperty("hazelcast.health.monitoring.level"));
  }

  @Test
  void aMemberWithTheSecretJoins() {
    HazelcastInstance other = start(FreePorts.one(), SECRET);
    try {
      assertEquals(2, other.getCluster().getMembers().size());
    } finally {
      other.shutdown();
    }
  }

  @Test
  void aMemberWithAnotherSecretStaysAlone() {
    HazelcastInstance stranger = start(FreePorts.one(), SECRET + "?");
    try {
      assertEquals(1, stranger.getCluster().getMembers().size());
      assertEquals(1, grid.getCluster().getMembers().size());
      assertTrue(GuardedGrid.refused(grid, GridHandshake.Refusal.WRONG_SECRET) > 0);
    } finally {
      stranger.shutdown();
    }
  }

  /** The name goes over the wire in clear: an eavesdropper has it. */
  @Test
  void aMemberThatKnowsOnlyTheNameStaysAloneAndReadsNoRow() {
    grid.getMap("plenum.peers").set("alice@room", new HazelcastJsonValue("{}"));
    int own = FreePorts.one();
    Config config = GridConfig.of(config(own, SECRET), HOST, new ServerIdentity("stranger", 1), keys(SECRET));
    HazelcastInstance stranger = GuardedGrid.start(config, keys(SECRET + "?"));
    try {
      assertEquals(grid.getConfig().getClusterName(), stranger.getConfig().getClusterName());
      assertEquals(1, stranger.getCluster().getMembers().size());
      assertEquals(1, grid.getCluster().getMembers().size());
      assertEquals(Set.of(), stranger.getMap("plenum.peers").keySet());
    } finally {
      stranger.shutdown();
    }
  }

  @Test
  void aHazelcastClientIsNotServedEvenIfItKnowsTheName() {
    ClientConfig client = new ClientConfig().setClusterName(keys(SECRET).gridName());
    client.setProperty("hazelcast.logging.type", "slf4j");
    client.getNetworkConfig().addAddress(HOST + ":" + port);
    client.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(500);
    long before = refused();
    assertThrows(IllegalStateException.class, () -> HazelcastClient.newHazelcastClient(client).shutdown());
    assertTrue(refused() > before);
  }

  private static SerializationService serialization() {
    return ((HazelcastInstanceProxy) grid).getSerializationService();
  }

  /** As Java writes the object, whatever the grid would have written. */
  private static Data javaBytes(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(ByteBuffer.allocate(8).putInt(0).putInt(SerializationConstants.JAVA_DEFAULT_TYPE_SERIALIZABLE).array());
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return new HeapData(bytes.toByteArray());
  }

  /** To find its hash, a set asks its elements, each of which asks its own: two for each of the levels. */
  private static Set<Object> nested(int levels) {
    Set<Object> root = new HashSet<>();
    Set<Object> one = root;
    Set<Object> other = new HashSet<>();
    for (int i = 0; i < levels; i++) {
      Set<Object> first = new HashSet<>();
      Set<Object> second = new HashSet<>();
      first.add("unequal");
      one.add(first);
      one.add(second);
      other.add(first);
      other.add(second);
      one = first;
      other = second;
    }
    return root;
  }

  private static void assertRefused(Data bytes) {
    HazelcastSerializationException refused =
        assertThrows(HazelcastSerializationException.class, () -> serialization().toObject(bytes));
    assertEquals(SecurityException.class, refused.getCause().getClass(), refused.toString());
  }

  @Test
  void nothingIsMadeOfBytesThatNameAClassTheGridHasNoUseFor() throws IOException {
    for (Object object : List.of(new Gadget("rm"), nested(1), new java.util.ArrayDeque<>(), new java.util.Date(0))) {
      assertRefused(javaBytes(object));
    }
  }

  @Test
  void aRowOfNestedSetsIsRefusedInNoTimeAndTheMapGoesOn() throws IOException {
    Data bomb = javaBytes(nested(28));
    IMap<Object, Object> rows = grid.getMap("plenum.producers");
    assertTimeoutPreemptively(PATIENCE, () -> {
      assertThrows(HazelcastSerializationException.class, () -> rows.set("bomb@room", bomb));
      rows.set("row@room", new HazelcastJsonValue("{\"room\":\"room\"}"));
      assertEquals(new HazelcastJsonValue("{\"room\":\"room\"}"), rows.get("row@room"));
    });
  }

  @Test
  void theGridsOwnExceptionsComeAcross() {
    for (Throwable thrown : List.of(new RetryableHazelcastException("later", new IllegalStateException("a cause")),
        new TargetNotMemberException("gone"), new PartitionMigratingException("moving"), new TimeoutException("late"),
        new HazelcastSerializationException(new SecurityException("no")), new QueryException("unequal"))) {
      assertEquals(thrown.getClass(), serialization().toObject(serialization().toData(thrown)).getClass());
    }
  }

  @Test
  void howLongAMemberMayBeSilentIsTheOperatorsChoice() {
    PlenumConfig config = new ConfigLoader().load(Map.of("cluster.maxSilenceS", "7"));
    assertEquals("7", GridConfig.of(config, HOST, new ServerIdentity("server", 1), keys(""))
        .getProperty("hazelcast.max.no.heartbeat.seconds"));
  }
}
