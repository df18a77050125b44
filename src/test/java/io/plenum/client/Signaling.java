package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The WebSocket of one synthetic client: requests with their answers, notifications, requests of the server. */
public final class Signaling implements WebSocket.Listener {
  /** What the server says of its own accord. On the clients' loop. */
  public interface Handler {
    void onServerRequest(String method, JsonNode data);

    /** Asked after it was told; a refusal is answered with 403. */
    default boolean accepts(String method, JsonNode data) {
      return true;
    }

    void onNotification(String method, JsonNode data);

    void onClosed(int code, String reason);
  }

  static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private static final long REQUEST_TIMEOUT_S = 60;

  private final ClientLoop loop;
  private final Handler handler;
  private final Map<Long, CompletableFuture<JsonNode>> waiting = new HashMap<>();
  private final StringBuilder text = new StringBuilder();
  private WebSocket socket;
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);
  private long lastId;
  private boolean closed;

  private Signaling(ClientLoop loop, Handler handler) {
    this.loop = loop;
    this.handler = handler;
  }

  public static CompletableFuture<Signaling> connect(
      ClientLoop loop, String nodeUrl, String room, String peerId, Handler handler) {
    Signaling signaling = new Signaling(loop, handler);
    URI uri = URI.create(nodeUrl.replaceFirst("^http", "ws") + "ws?roomId=" + room + "&peerId=" + peerId);
    return http.newWebSocketBuilder().subprotocols("protoo").buildAsync(uri, signaling).thenApplyAsync(socket -> {
      signaling.socket = socket;
      return signaling;
    }, loop.executor);
  }

  /** On the loop. Fails with the server's refusal. */
  public CompletableFuture<JsonNode> request(String method, Object data) {
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    if (closed) {
      answer.completeExceptionally(new IOException(method + ": the connection is closed"));
      return answer;
    }
    long id = ++lastId;
    waiting.put(id, answer);
    ObjectNode frame = JSON.createObjectNode().put("request", true).put("id", id).put("method", method);
    frame.set("data", JSON.valueToTree(data));
    send(frame);
    return answer.orTimeout(REQUEST_TIMEOUT_S, TimeUnit.SECONDS).whenComplete((done, failure) -> waiting.remove(id));
  }

  /** On the loop. Has no answer. */
  public void tell(String method, Object data) {
    ObjectNode frame = JSON.createObjectNode().put("notification", true).put("method", method);
    frame.set("data", JSON.valueToTree(data));
    send(frame);
  }

  private void send(ObjectNode frame) {
    String out = frame.toString();
    sent = sent.handle((done, failure) -> null).thenCompose(done -> socket.sendText(out, true));
  }

  /** On the loop. */
  public void close() {
    closed = true;
    sent.handle((done, failure) -> null).thenCompose(done -> socket.sendClose(1000, ""));
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      String whole = text.toString();
      text.setLength(0);
      loop.execute(() -> onFrame(whole));
    }
    from.request(1);
    return null;
  }

  private void onFrame(String whole) {
    JsonNode frame;
    try {
      frame = JSON.readTree(whole);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + whole, e);
    }
    JsonNode data = frame.path("data");
    if (frame.path("response").asBoolean()) {
      CompletableFuture<JsonNode> answer = waiting.remove(frame.path("id").asLong());
      if (answer != null && frame.path("ok").asBoolean()) {
        answer.complete(data);
      } else if (answer != null) {
        answer.completeExceptionally(new IOException(frame.path("errorReason").asText()));
      }
    } else if (frame.path("request").asBoolean()) {
      handler.onServerRequest(frame.path("method").asText(), data);
      ObjectNode answer = JSON.createObjectNode().put("response", true);
      answer.set("id", frame.path("id"));
      if (handler.accepts(frame.path("method").asText(), data)) {
        answer.put("ok", true).set("data", JSON.createObjectNode());
      } else {
        answer.put("errorCode", 403).put("errorReason", "not wanted");
      }
      send(answer);
    } else {
      handler.onNotification(frame.path("method").asText(), data);
    }
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    loop.execute(() -> end(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    loop.execute(() -> end(1006, error.toString()));
  }

  private void end(int code, String reason) {
    if (!closed) {
      closed = true;
      handler.onClosed(code, reason);
    }
    Map.copyOf(waiting).values().forEach(answer -> answer.completeExceptionally(new IOException("closed: " + reason)));
  }
}
