package io.plenum.client;

import io.plenum.PlenumNode;
import io.plenum.PlenumOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A node without a cluster on 127.0.0.1, inside the test's JVM, and the loop that its synthetic clients live on. */
public final class EmbeddedNode implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final long PATIENCE_S = 60;

  private final Vertx vertx;
  private final PlenumNode node;
  private final ClientLoop loop;

  private EmbeddedNode(Vertx vertx, PlenumNode node, ClientLoop loop) {
    this.vertx = vertx;
    this.node = node;
    this.loop = loop;
  }

  /** @param configuration beside data directory, addresses and free ports */
  public static EmbeddedNode start(Path dataDir, Map<String, String> configuration) throws Exception {
    Map<String, String> all = new HashMap<>(Map.of(
        "data.dir", dataDir.toString(), "node.ip", HOST, "http.port", "0", "media.ip", HOST, "media.port", "0"));
    all.putAll(configuration);
    PlenumOptions options = PlenumOptions.of(all);
    Vertx vertx = Vertx.vertx(options.addTo(new VertxOptions()));
    try {
      return new EmbeddedNode(vertx, await(PlenumNode.deploy(vertx, options)), new ClientLoop());
    } catch (Exception | Error e) {
      await(vertx.close());
      throw e;
    }
  }

  public ClientLoop loop() {
    return loop;
  }

  /** With a slash at its end. */
  public String url() {
    return "http://" + HOST + ":" + node.httpPort() + "/";
  }

  @Override
  public void close() throws Exception {
    loop.close();
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }
}
