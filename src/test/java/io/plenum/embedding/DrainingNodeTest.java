package io.plenum.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.PlenumNode;
import io.plenum.PlenumOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real node without neighbours that is to be emptied: who is there stays, nobody comes, and its end does not wait. */
class DrainingNodeTest {
  private static final String HOST = "127.0.0.1";
  private static final int PATIENCE_S = 60;
  private static final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  private Vertx vertx;
  private PlenumNode node;

  /** What a client hears, its end as {@code closed CODE}. */
  private static final class Client implements WebSocket.Listener {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    Client(int port, String peerId) throws Exception {
      socket = http.newWebSocketBuilder().subprotocols("protoo")
          .buildAsync(URI.create("ws://" + HOST + ":" + port + "/ws?roomId=r&peerId=" + peerId), this)
          .get(PATIENCE_S, TimeUnit.SECONDS);
    }

    void ask(String method) {
      socket.sendText("{\"request\":true,\"id\":1,\"method\":\"" + method + "\",\"data\":{}}", true);
    }

    /** The next frame that contains it. */
    String await(String part) throws InterruptedException {
      while (true) {
        String frame = heard.poll(PATIENCE_S, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError("nothing with " + part);
        }
        if (frame.contains(part)) {
          return frame;
        }
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard.add(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      heard.add("closed " + code);
      return null;
    }
  }

  @BeforeEach
  void start() throws Exception {
    PlenumOptions options = PlenumOptions.of(Map.of("data.dir", folder.resolve("data").toString(), "node.ip", HOST,
        "http.port", "0", "media.ip", HOST, "media.port", "0", "media.loops", "1"));
    vertx = Vertx.vertx(options.addTo(new VertxOptions()));
    node = await(PlenumNode.deploy(vertx, options));
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private HttpResponse<String> send(String path, String method) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + node.httpPort() + path))
        .method(method, HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void whoIsThereStaysNobodyComesAndTheEndDoesNotWait() throws Exception {
    await(node.ready());
    Client early = new Client(node.httpPort(), "early");
    early.ask("join");
    early.await("\"ok\":true");
    assertEquals("{\"draining\":true,\"clients\":1,\"others\":[]}\n", send("/api/drain", "POST").body());
    assertEquals(503, send("/readyz", "GET").statusCode());
    assertTrue(send("/readyz", "GET").body().contains("not-draining"));

    Client late = new Client(node.httpPort(), "late");
    assertTrue(late.await("nodeDraining").contains("\"urls\":[]"));
    late.ask("join");
    assertTrue(late.await("response").contains("\"code\":\"node-draining\""));
    late.await("closed 4001");

    early.ask("getRouterRtpCapabilities");
    early.await("\"ok\":true");
    assertEquals("{\"draining\":true,\"clients\":1,\"others\":[]}\n", send("/api/drain", "GET").body());

    await(node.close());
    early.await("closed 1001");
  }

  @Test
  void whoHasConnectedBeforeButNotJoinedIsSentOnWhenItDoes() throws Exception {
    Client client = new Client(node.httpPort(), "slow");
    client.ask("getRouterRtpCapabilities");
    client.await("\"ok\":true");
    send("/api/drain", "POST");
    client.ask("join");
    String refusal = client.await("response");
    assertTrue(refusal.contains("\"errorCode\":503") && refusal.contains("\"urls\":[]"), refusal);
    await(node.closeNow());
    client.await("closed 1001");
  }
}
