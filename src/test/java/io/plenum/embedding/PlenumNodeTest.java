package io.plenum.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.FreePorts;
import com.hazelcast.config.Config;
import io.plenum.PlenumNode;
import io.plenum.PlenumOptions;
import io.plenum.server.config.ConfigException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node in an application that has a Vert.x: alone, on the application's router, and in its cluster. */
class PlenumNodeTest {
  private static final String HOST = "127.0.0.1";
  private static final int PATIENCE_S = 60;
  private static final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  private final List<Vertx> started = new ArrayList<>();

  /** Any ports, and few loops. */
  private Map<String, String> keys(String... more) {
    Map<String, String> keys = new HashMap<>(Map.of(
        "data.dir", folder.resolve("data").toString(), "node.ip", HOST, "http.port", "0",
        "media.ip", HOST, "media.port", "0", "media.loops", "1", "pipe.ip", HOST, "pipe.port", "0"));
    for (String entry : more) {
      keys.put(entry.substring(0, entry.indexOf('=')), entry.substring(entry.indexOf('=') + 1));
    }
    return keys;
  }

  private Vertx vertx(VertxOptions options) {
    Vertx vertx = Vertx.vertx(options);
    started.add(vertx);
    return vertx;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (Vertx vertx : started) {
      await(vertx.close());
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new AssertionError("not within " + PATIENCE_S + " s", e);
    }
  }

  private static int status(int port, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path))
        .timeout(Duration.ofSeconds(PATIENCE_S)).build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void aNodeIsDeployedOnAVertxGetsReadyAndCloses() throws Exception {
    PlenumOptions options = PlenumOptions.of(keys());
    Vertx vertx = vertx(options.addTo(new VertxOptions()));
    PlenumNode node = await(PlenumNode.deploy(vertx, options));
    await(node.ready());
    assertEquals("http://localhost:" + node.httpPort(), node.url());
    assertEquals(200, status(node.httpPort(), "/readyz"));

    await(node.close());
    await(node.close());
    int port = node.httpPort();
    assertThrows(Exception.class, () -> status(port, "/readyz"));
    assertEquals(List.of(), List.copyOf(vertx.deploymentIDs()));
  }

  @Test
  void aNodeThatWasClosedMayBeStartedAgainWithNewOptionsOnly() throws Exception {
    PlenumOptions options = PlenumOptions.of(keys());
    Vertx vertx = vertx(options.addTo(new VertxOptions()));
    await(await(PlenumNode.deploy(vertx, options)).close());
    ConfigException refusal = assertThrows(ConfigException.class, () -> await(PlenumNode.deploy(vertx, options)));
    assertTrue(refusal.getMessage().startsWith("these options have had their start"), refusal.getMessage());
    await(await(PlenumNode.deploy(vertx, PlenumOptions.of(keys()))).close());
  }

  @Test
  void onTheApplicationsRouterItAnswersBesideTheApplication() throws Exception {
    PlenumOptions options = PlenumOptions.of(keys());
    Vertx vertx = vertx(options.addTo(new VertxOptions()));
    EmbeddedExample application = new EmbeddedExample(options);
    String id = await(vertx.deployVerticle(application));
    assertEquals(200, status(application.port(), "/hello"));
    assertEquals(200, status(application.port(), "/healthz"));
    assertEquals(404, status(application.port(), "/nowhere"));
    assertEquals(0, application.node().httpPort());

    WebSocketConnectOptions address = new WebSocketConnectOptions().setHost(HOST).setPort(application.port())
        .setURI("/ws?roomId=r&peerId=p").addSubProtocol("protoo");
    WebSocketClient client = vertx.createWebSocketClient();
    WebSocket socket = await(client.connect(address));
    assertEquals("protoo", socket.subProtocol());
    Future<String> answer = Future.future(promise -> socket.textMessageHandler(text -> {
      if (text.contains("\"response\"")) {
        promise.tryComplete(text);
      }
    }));
    Future<Void> closed = Future.future(promise -> socket.closeHandler(promise::tryComplete));
    await(socket.writeTextMessage("{\"request\":true,\"id\":1,\"method\":\"getRouterRtpCapabilities\",\"data\":{}}"));
    assertTrue(await(answer).contains("audio/opus"));

    await(vertx.undeploy(id));
    await(closed);
    assertEquals((short) 1001, socket.closeStatusCode());
    await(client.close());
  }

  @Test
  void aRouterNeedsAVerticleThatServesIt() throws Exception {
    PlenumOptions options = PlenumOptions.of(keys());
    Vertx vertx = vertx(options.addTo(new VertxOptions()));
    options.router(io.vertx.ext.web.Router.router(vertx));
    ConfigException refusal = assertThrows(ConfigException.class, () -> await(PlenumNode.deploy(vertx, options)));
    assertTrue(refusal.getMessage().startsWith("with a router, deploy the node from"), refusal.getMessage());
  }

  @Test
  void aVertxWithTooFewEventLoopsIsRefusedInWords() throws Exception {
    Vertx vertx = vertx(new VertxOptions().setEventLoopPoolSize(2));
    ConfigException refusal = assertThrows(ConfigException.class,
        () -> await(PlenumNode.deploy(vertx, PlenumOptions.of(keys("media.loops=4")))));
    assertTrue(refusal.getMessage().startsWith("media.loops=4 needs a Vert.x with 6 event loops, and this one has 2"),
        refusal.getMessage());
  }

  @Test
  void afterAStartThatFailedNothingStaysOpen() throws Exception {
    int mediaPort = FreePorts.one();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      PlenumOptions options = PlenumOptions.of(keys("media.port=" + mediaPort, "http.port=" + taken.getLocalPort()));
      Vertx vertx = vertx(options.addTo(new VertxOptions()));
      ConfigException refusal = assertThrows(ConfigException.class, () -> await(PlenumNode.deploy(vertx, options)));
      assertTrue(refusal.getMessage().contains("http.port"), refusal.getMessage());
    }
    try (DatagramSocket free = new DatagramSocket(new InetSocketAddress(HOST, mediaPort))) {
      assertTrue(free.isBound());
    } catch (SocketException e) {
      throw new AssertionError("the media port is still open", e);
    }
  }

  @Test
  void anUnknownKeyIsRefusedByItsName() {
    ConfigException refusal = assertThrows(ConfigException.class, () -> PlenumOptions.of(keys("http.prot=1")));
    assertEquals("unknown key http.prot in the options: did you mean http.port?", refusal.getMessage());
  }

  @Test
  void anApplicationThatIsClusteredLendsItsCluster() throws Exception {
    PlenumOptions options = PlenumOptions.of(keys("cluster.enabled=true"));
    HazelcastClusterManager manager = new HazelcastClusterManager(options.addTo(applicationsOwn()));
    VertxOptions vertxOptions = options.addTo(new VertxOptions());
    vertxOptions.getEventBusOptions().setHost(HOST);
    Vertx vertx = await(Vertx.builder().with(vertxOptions).withClusterManager(manager).buildClustered());
    started.add(vertx);

    PlenumNode node = await(PlenumNode.deploy(vertx, options.hazelcast(manager.getHazelcastInstance())));
    assertEquals(200, status(node.httpPort(), "/healthz"));
    await(node.close());
    assertTrue(manager.getHazelcastInstance().getLifecycleService().isRunning(), "it is the application's");

    PlenumOptions strangers = PlenumOptions.of(keys("cluster.enabled=true")).hazelcast(manager.getHazelcastInstance());
    ConfigException refusal = assertThrows(ConfigException.class, () -> await(PlenumNode.deploy(vertx, strangers)));
    assertTrue(refusal.getMessage().startsWith("this Hazelcast was not made for this node"), refusal.getMessage());
  }

  @Test
  void aClusterNeedsTheApplicationsHazelcast() {
    PlenumOptions options = PlenumOptions.of(keys("cluster.enabled=true"));
    Vertx vertx = vertx(options.addTo(new VertxOptions()));
    ConfigException refusal = assertThrows(ConfigException.class, () -> await(PlenumNode.deploy(vertx, options)));
    assertTrue(refusal.getMessage().contains("PlenumOptions.hazelcast"), refusal.getMessage());
  }

  private static Config applicationsOwn() throws Exception {
    Config config = new Config().setClusterName("application-" + ProcessHandle.current().pid());
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.getNetworkConfig().setPort(FreePorts.one()).getInterfaces().setEnabled(true).addInterface(HOST);
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    return config;
  }
}
