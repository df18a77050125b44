package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.CapturedLog;
import io.plenum.media.PlenumException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtooConnectionTest {
  private final List<String> sent = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private final TreeMap<Long, Runnable> timers = new TreeMap<>();
  private Promise<Object> later;
  private int closeCode;
  private ProtooConnection connection;

  @BeforeEach
  void connect() {
    connection = new ProtooConnection(new ProtooConnection.FrameChannel() {
      @Override
      public void send(String frame) {
        sent.add(frame);
      }

      @Override
      public void close(int code, String reason) {
        closeCode = code;
      }

      @Override
      public String remoteAddress() {
        return "192.0.2.1";
      }
    }, new ProtooConnection.Timers() {
      @Override
      public long after(long milliseconds, Runnable action) {
        timers.put((long) timers.size(), action);
        return timers.size() - 1;
      }

      @Override
      public void cancel(long timer) {
        timers.remove(timer);
      }
    }, 3);
    connection.handler(new ProtooConnection.Handler() {
      @Override
      public Future<?> onRequest(String method, JsonNode data) {
        return switch (method) {
          case "echo" -> Future.succeededFuture(data);
          case "nothing" -> Future.succeededFuture();
          case "refuse" -> throw new PlenumException("producer-not-found", "there is no producer p1");
          case "break" -> throw new IllegalStateException("secret");
          default -> (later = Promise.promise()).future();
        };
      }

      @Override
      public Future<?> onNotification(String method, JsonNode data) {
        heard.add(method + data);
        return switch (method) {
          case "break" -> throw new IllegalStateException();
          case "refuse" -> throw new PlenumException("producer-not-found", "there is no producer p1");
          case "later" -> (later = Promise.promise()).future();
          default -> Future.succeededFuture();
        };
      }

      @Override
      public void onClosed() {
        heard.add("closed");
      }
    });
  }

  @Test
  void answersARequestWithItsIdAndData() {
    connection.onFrame("{\"request\":true,\"id\":7,\"method\":\"echo\",\"data\":{\"a\":1}}");
    connection.onFrame("{\"request\":true,\"id\":8,\"method\":\"nothing\"}");
    assertEquals(List.of("{\"response\":true,\"id\":7,\"ok\":true,\"data\":{\"a\":1}}",
        "{\"response\":true,\"id\":8,\"ok\":true,\"data\":{}}"), sent);
  }

  @Test
  void aRefusalCarriesACodeAndASentenceAndTheConnectionGoesOn() {
    connection.onFrame("{\"request\":true,\"id\":7,\"method\":\"refuse\"}");
    assertEquals("{\"response\":true,\"id\":7,\"errorCode\":404,\"errorReason\":\"producer-not-found: there is no producer p1\","
        + "\"code\":\"producer-not-found\"}", sent.get(0));
    connection.onFrame("{\"request\":true,\"id\":8,\"method\":\"nothing\"}");
    assertEquals(2, sent.size());
  }

  @Test
  void aFaultOfOursTellsTheClientNothingOfItsInside() {
    connection.onFrame("{\"request\":true,\"id\":7,\"method\":\"break\"}");
    assertTrue(sent.get(0).contains("\"errorCode\":500"));
    assertFalse(sent.get(0).contains("secret"));
  }

  @Test
  void matchesAnswersToItsOwnRequestsOnce() {
    Future<JsonNode> first = connection.request("newConsumer", Map.of("id", "c1"));
    Future<JsonNode> second = connection.request("newConsumer", Map.of("id", "c2"));
    assertEquals("{\"request\":true,\"id\":1,\"method\":\"newConsumer\",\"data\":{\"id\":\"c1\"}}", sent.get(0));
    connection.onFrame("{\"response\":true,\"id\":2,\"errorCode\":403,\"errorReason\":\"no\"}");
    connection.onFrame("{\"response\":true,\"id\":1,\"ok\":true,\"data\":{}}");
    connection.onFrame("{\"response\":true,\"id\":1,\"ok\":true,\"data\":{}}");
    connection.onFrame("{\"response\":true,\"id\":99,\"ok\":true,\"data\":{}}");
    assertTrue(first.succeeded());
    assertEquals("request-refused", ((PlenumException) second.cause()).code());
    assertEquals(0, timers.size());
  }

  @Test
  void aRequestThatIsNeverAnsweredFailsAndTooManyAreRefused() {
    Future<JsonNode> first = connection.request("a", null);
    connection.request("b", null);
    connection.request("c", null);
    assertEquals("too-many-pending-requests", ((PlenumException) connection.request("d", null).cause()).code());
    timers.firstEntry().getValue().run();
    assertEquals("request-timeout", ((PlenumException) first.cause()).code());
    assertFalse(connection.request("e", null).failed());
  }

  @Test
  void closingFailsWhatIsPendingAndSilencesTheRest() {
    Future<JsonNode> asked = connection.request("a", null);
    connection.onFrame("{\"request\":true,\"id\":7,\"method\":\"slow\"}");
    connection.close("replaced");
    assertEquals(4000, closeCode);
    assertTrue(asked.failed());
    later.complete(Map.of());
    connection.notify("b", null);
    connection.onFrame("{\"request\":true,\"id\":8,\"method\":\"nothing\"}");
    connection.onChannelClosed();
    assertEquals(List.of("closed"), heard);
    assertEquals(1, sent.size());
  }

  @Test
  void whatBecomesOfANotificationIsLoggedAtOnceOrLater() {
    try (CapturedLog log = CapturedLog.of(ProtooConnection.class)) {
      connection.onFrame("{\"notification\":true,\"method\":\"fine\"}");
      connection.onFrame("{\"notification\":true,\"method\":\"refuse\"}");
      connection.onFrame("{\"notification\":true,\"method\":\"break\"}");
      connection.onFrame("{\"notification\":true,\"method\":\"later\"}");
      later.fail(new PlenumException("consumer-not-found", "gone: \n" + "x".repeat(65_536)));
      connection.onFrame("{\"notification\":true,\"method\":\"later\"}");
      later.fail(new IllegalStateException("secret"));
      assertEquals(List.of(
          "DEBUG signaling notification refused remote=192.0.2.1 method=refuse code=producer-not-found"
              + " reason=\"there is no producer p1\"",
          "ERROR signaling notification failed remote=192.0.2.1 method=break java.lang.IllegalStateException",
          "DEBUG signaling notification refused remote=192.0.2.1 method=later code=consumer-not-found reason=\"gone: \\n"
              + "x".repeat(249) + "…\"",
          "ERROR signaling notification failed remote=192.0.2.1 method=later java.lang.IllegalStateException: secret"), log.lines());
    }
    assertEquals(List.of(), sent, "a notification has no answer");
  }

  @Test
  void theNameOfAMethodCannotForgeALine() {
    try (CapturedLog log = CapturedLog.of(ProtooConnection.class)) {
      connection.onFrame("{\"request\":true,\"id\":7,\"method\":\"break\"}");
      connection.onFrame("{\"request\":true,\"id\":8,\"method\":\"x\\r\\nERROR node stopping\"}");
      later.fail(new IllegalStateException());
      assertEquals("ERROR signaling request failed remote=192.0.2.1 method=\"x\\r\\nERROR node stopping\""
          + " java.lang.IllegalStateException", log.lines().get(1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "[]", "1", "null", "\"a\"", "{}", "{\"request\":true}", "{\"request\":true,\"id\":\"1\"}",
      "{\"request\":true,\"id\":1e300,\"method\":\"echo\"}", "{\"request\":true,\"id\":1.5,\"method\":\"echo\"}",
      "{\"notification\":true}", "{\"notification\":true,\"method\":1}", "{\"notification\":true,\"method\":\"break\"}",
      "{\"response\":true,\"id\":[]}", "{\"request\":true,\"id\":1,\"method\":\"echo\"}trailing", "{\"a\":"})
  void nonsenseIsDroppedAndTheConnectionGoesOn(String frame) {
    connection.onFrame(frame);
    assertEquals(0, sent.size());
    connection.onFrame("{\"request\":true,\"id\":8,\"method\":\"nothing\"}");
    assertEquals(1, sent.size());
  }

  @Test
  void depthLengthAndNumbersAreBounded() {
    connection.onFrame("{\"request\":true,\"id\":1,\"method\":\"echo\",\"data\":" + "[".repeat(40) + "]".repeat(40) + "}");
    connection.onFrame("{\"request\":true,\"id\":1,\"method\":\"echo\",\"data\":{\"a\":\"" + "x".repeat(70_000) + "\"}}");
    connection.onFrame("{\"request\":true,\"id\":1,\"method\":\"echo\",\"data\":{\"a\":" + "9".repeat(100) + "}}");
    assertEquals(List.of(), sent);
  }

  @Test
  void aMillionthOfWhatAFuzzerSendsNeverThrows() {
    String[] seeds = {"{\"request\":true,\"id\":7,\"method\":\"echo\",\"data\":{\"a\":[1,2,{\"b\":null}]}}",
        "{\"response\":true,\"id\":1,\"ok\":true,\"data\":{}}", "{\"notification\":true,\"method\":\"x\",\"data\":{}}"};
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      char[] frame = seeds[random.nextInt(seeds.length)].toCharArray();
      for (int j = random.nextInt(4); j >= 0; j--) {
        frame[random.nextInt(frame.length)] = (char) (random.nextInt(20) == 0 ? random.nextInt(65_536) : random.nextInt(128));
      }
      connection.onFrame(new String(frame, 0, random.nextInt(4) == 0 ? random.nextInt(frame.length) : frame.length));
    }
    assertFalse(connection.closed());
  }
}
