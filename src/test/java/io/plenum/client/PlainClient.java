package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A client that only speaks: signalling over a real WebSocket, and no media. It accepts what it is offered. Asked from any thread. */
public final class PlainClient implements Signaling.Handler, AutoCloseable {
  private static final long PATIENCE_MS = 60_000;

  private final ClientLoop loop;
  private final List<String> notices = new ArrayList<>();
  private final List<JsonNode> offers = new ArrayList<>();
  private Signaling signaling;
  private String closedReason;
  private int nextMid;

  private PlainClient(ClientLoop loop) {
    this.loop = loop;
  }

  public static PlainClient connect(ClientLoop loop, String nodeUrl, String room, String peerId) {
    PlainClient client = new PlainClient(loop);
    client.signaling = client.await(Signaling.connect(loop, nodeUrl, room, peerId, client));
    return client;
  }

  private <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e.getCause() == null ? e.toString() : e.getCause().toString(), e);
    }
  }

  /** The answer; a refusal is an {@link AssertionError}. */
  public JsonNode request(String method, Object data) {
    return await(loop.call(() -> signaling.request(method, data)));
  }

  /** The answer as text, or the reason why there is none. */
  public String ask(String method, Object data) {
    return askAtOnce(method, List.of(data)).get(0);
  }

  /** So many requests before the first answer comes. */
  public List<String> askAtOnce(String method, List<?> each) {
    return loop.call(() -> each.stream().map(data -> signaling.request(method, data)).toList()).stream()
        .map(PlainClient::answer).toList();
  }

  private static String answer(CompletableFuture<JsonNode> future) {
    try {
      return future.get(PATIENCE_MS, TimeUnit.MILLISECONDS).toString();
    } catch (ExecutionException e) {
      return e.getCause().getMessage();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** @param direction {@code producer} or {@code consumer} @return the transport's id */
  public String createTransport(String direction) {
    return request("createWebRtcTransport", Map.of("appData", Map.of("direction", direction))).path("transportId").asText();
  }

  /** Joins as one who can receive all that the node can send. */
  public JsonNode join() {
    return request("join", Map.of("displayName", "", "rtpCapabilities",
        request("getRouterRtpCapabilities", Map.of()).path("routerRtpCapabilities")));
  }

  /** What {@code produce} takes, of a stream that nobody else has. */
  public Map<String, Object> produceRequest(String transportId, boolean video, Map<String, Object> appData) {
    OutgoingStream stream = loop.call(() -> new OutgoingStream(video, loop.random.nextInt() & ~1, Integer.toString(nextMid++)));
    return Map.of("transportId", transportId, "kind", video ? "video" : "audio", "rtpParameters", stream.rtpParameters(),
        "appData", appData);
  }

  /** What it was notified of: the method, and the data as JSON. */
  public List<String> notices() {
    return loop.call(() -> List.copyOf(notices));
  }

  /** The requests of the server: newConsumer and newDataConsumer. */
  public List<JsonNode> offers() {
    return loop.call(() -> List.copyOf(offers));
  }

  /** Code and reason; null while the connection is open. */
  public String closedReason() {
    return loop.call(() -> closedReason);
  }

  /** Waits until the condition on this client holds. */
  public void await(String what, Predicate<PlainClient> condition) {
    long deadlineNs = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (!condition.test(this)) {
      if (System.nanoTime() > deadlineNs) {
        throw new AssertionError("waits in vain for " + what + ": " + closedReason() + " " + notices() + " " + offers());
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void onServerRequest(String method, JsonNode data) {
    offers.add(data);
  }

  @Override
  public void onNotification(String method, JsonNode data) {
    notices.add(method + " " + data);
  }

  @Override
  public void onClosed(int code, String reason) {
    closedReason = code + " " + reason;
  }

  @Override
  public void close() {
    loop.call(() -> {
      if (closedReason == null) {
        signaling.close();
      }
      return null;
    });
  }
}
