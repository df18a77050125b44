package io.plenum.server.signaling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plenum.media.PlenumException;
import io.plenum.server.ops.LogLine;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's signalling connection, framed as protoo does it: requests and their responses in both directions, and
 * notifications. It neither knows what carries the frames (WebSocket or SockJS) nor what the methods mean. All calls
 * come on one event loop.
 */
public final class ProtooConnection {
  /** What carries the frames. */
  public interface FrameChannel {
    void send(String frame);

    default void send(OutgoingFrame frame) {
      send(frame.text());
    }

    /** Closes with a WebSocket close code. */
    void close(int code, String reason);

    /** For the log and for {@code remoteAddress} of a peer. */
    String remoteAddress();

    /**
     * Equal for all who count as one where clients of an address are counted; null for who is not counted by its
     * address.
     */
    default Object address() {
      return null;
    }
  }

  /** What the methods mean. */
  public interface Handler {
    /** The answer's data, now or later; a failure that is a {@link PlenumException} reaches the client as it is. */
    Future<?> onRequest(String method, JsonNode data);

    /** As a request whose answer nobody hears: a failure goes to the log. */
    Future<?> onNotification(String method, JsonNode data);

    /** Nothing can be sent any more. Called once. */
    void onClosed();
  }

  /** Runs something after some milliseconds on the connection's loop; {@code cancel} undoes it. */
  public interface Timers {
    long after(long milliseconds, Runnable action);

    void cancel(long timer);
  }

  /** protoo closes with this code when the server wants the client not to come back. */
  public static final int CLOSED_BY_SERVER = 4000;

  /** Any other code makes a client connect again; this one says that it is we who ask for it. */
  public static final int COME_BACK = 4001;

  /** As protoo-server waits for an answer. */
  static final long REQUEST_TIMEOUT_MS = 30_000;

  private static final Logger log = LoggerFactory.getLogger(ProtooConnection.class);

  private final FrameChannel channel;
  private final Timers timers;
  private final int maxPendingRequests;
  private final Map<Long, Pending> pending = new HashMap<>();
  private Handler handler;
  private long nextRequestId = 1;
  private boolean closed;

  private record Pending(Promise<JsonNode> answer, long timer) {}

  public ProtooConnection(FrameChannel channel, Timers timers, int maxPendingRequests) {
    this.channel = channel;
    this.timers = timers;
    this.maxPendingRequests = maxPendingRequests;
  }

  public void handler(Handler handler) {
    this.handler = handler;
  }

  public String remoteAddress() {
    return channel.remoteAddress();
  }

  /** See {@link FrameChannel#address}. */
  Object address() {
    return channel.address();
  }

  public boolean closed() {
    return closed;
  }

  /** Of its loop. */
  Timers timers() {
    return timers;
  }

  /** Asks the client. Fails with {@code request-timeout}, {@code request-refused} or {@code connection-closed}. */
  public Future<JsonNode> request(String method, Object data) {
    if (closed) {
      return Future.failedFuture(new PlenumException("connection-closed", "the client's connection is closed"));
    }
    if (pending.size() >= maxPendingRequests) {
      return Future.failedFuture(new PlenumException("too-many-pending-requests",
          "the client has not answered " + pending.size() + " requests"));
    }
    long id = nextRequestId++;
    Promise<JsonNode> answer = Promise.promise();
    long timer = timers.after(REQUEST_TIMEOUT_MS, () -> {
      if (pending.remove(id) != null) {
        answer.fail(new PlenumException("request-timeout", "the client did not answer " + method + " in time"));
      }
    });
    pending.put(id, new Pending(answer, timer));
    ObjectNode frame = JsonNodeFactory.instance.objectNode();
    frame.put("request", true).put("id", id).put("method", method);
    send(frame, data);
    return answer.future();
  }

  public void notify(String method, Object data) {
    if (closed) {
      return;
    }
    ObjectNode frame = JsonNodeFactory.instance.objectNode();
    frame.put("notification", true).put("method", method);
    send(frame, data);
  }

  /** One text frame from the client. Whatever it holds, nothing is thrown and the connection goes on. */
  public void onFrame(String text) {
    if (closed) {
      return;
    }
    JsonNode frame;
    try {
      frame = SignalingJson.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      log.debug("{}", LogLine.of("signaling malformed").with("remote", channel.remoteAddress())
          .with("reason", e.getOriginalMessage()));
      return;
    }
    if (frame == null || !frame.isObject()) {
      return;
    }
    if (frame.path("request").asBoolean()) {
      onRequest(frame);
    } else if (frame.path("response").asBoolean()) {
      onResponse(frame);
    } else if (frame.path("notification").asBoolean() && frame.path("method").isTextual()) {
      onNotification(frame.get("method").textValue(), data(frame));
    }
  }

  private void onNotification(String method, JsonNode data) {
    Future<?> done;
    try {
      done = handler.onNotification(method, data);
    } catch (RuntimeException e) {
      done = Future.failedFuture(e);
    }
    done.onFailure(failure -> {
      if (failure instanceof PlenumException refusal) {
        log.debug("{}", LogLine.of("signaling notification refused").with("remote", channel.remoteAddress())
            .with("method", method).with("code", refusal.code()).with("reason", refusal.getMessage()));
      } else {
        log.error("{}", LogLine.of("signaling notification failed").with("remote", channel.remoteAddress())
            .with("method", method), failure);
      }
    });
  }

  private void onRequest(JsonNode frame) {
    JsonNode id = frame.path("id");
    if (!id.isIntegralNumber() || !id.canConvertToLong()) {
      return;
    }
    long requestId = id.longValue();
    if (!frame.path("method").isTextual()) {
      refuse(requestId, new PlenumException("invalid-request", "a request needs a method"));
      return;
    }
    String method = frame.get("method").textValue();
    Future<?> answer;
    try {
      answer = handler.onRequest(method, data(frame));
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(result -> {
      if (closed) {
        return;
      }
      if (result.failed()) {
        if (!(result.cause() instanceof PlenumException)) {
          log.error("{}", LogLine.of("signaling request failed").with("remote", channel.remoteAddress())
              .with("method", method), result.cause());
        }
        refuse(requestId, result.cause());
        return;
      }
      if (result.result() instanceof SharedAnswer shared) {
        channel.send(shared.to(requestId));
        return;
      }
      ObjectNode response = JsonNodeFactory.instance.objectNode();
      response.put("response", true).put("id", requestId).put("ok", true);
      response.set("data", tree(result.result()));
      channel.send(OutgoingFrame.answer(bytes(response)));
    });
  }

  private void refuse(long requestId, Throwable cause) {
    PlenumException refusal = cause instanceof PlenumException known
        ? known
        : new PlenumException("internal-error", "the server could not do this; its log says why");
    ObjectNode response = JsonNodeFactory.instance.objectNode();
    response.put("response", true).put("id", requestId);
    response.put("errorCode", ErrorCodes.number(refusal.code()));
    response.put("errorReason", refusal.code() + ": " + refusal.getMessage());
    response.put("code", refusal.code());
    if (refusal instanceof NodeDraining draining) {
      response.set("urls", SignalingJson.MAPPER.valueToTree(draining.urls()));
    }
    channel.send(OutgoingFrame.answer(bytes(response)));
  }

  private void onResponse(JsonNode frame) {
    Pending asked = frame.path("id").isIntegralNumber() ? pending.remove(frame.get("id").longValue()) : null;
    if (asked == null) {
      return;
    }
    timers.cancel(asked.timer);
    if (frame.path("ok").asBoolean()) {
      asked.answer.complete(data(frame));
    } else {
      asked.answer.fail(new PlenumException("request-refused", frame.path("errorReason").asText("no reason given")));
    }
  }

  /** Closes for good: the client is told not to come back. */
  public void close(String reason) {
    close(CLOSED_BY_SERVER, reason);
  }

  public void close(int code, String reason) {
    if (!closed) {
      channel.close(code, reason);
      onChannelClosed();
    }
  }

  /** The connection is gone, from whichever side. */
  public void onChannelClosed() {
    if (closed) {
      return;
    }
    closed = true;
    List<Pending> waiting = new ArrayList<>(pending.values());
    pending.clear();
    for (Pending asked : waiting) {
      timers.cancel(asked.timer);
      asked.answer.fail(new PlenumException("connection-closed", "the client's connection is closed"));
    }
    if (handler != null) {
      handler.onClosed();
    }
  }

  private static JsonNode data(JsonNode frame) {
    JsonNode data = frame.path("data");
    return data.isObject() || data.isArray() ? data : JsonNodeFactory.instance.objectNode();
  }

  private void send(ObjectNode frame, Object data) {
    frame.set("data", tree(data));
    channel.send(OutgoingFrame.of(frame.toString()));
  }

  private static JsonNode tree(Object data) {
    return data == null ? JsonNodeFactory.instance.objectNode() : SignalingJson.MAPPER.valueToTree(data);
  }

  private static byte[] bytes(ObjectNode frame) {
    return frame.toString().getBytes(StandardCharsets.UTF_8);
  }
}
