package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedirectionTest {
  private final List<String> sent = new ArrayList<>();
  private Runnable later;
  private int handled;

  private final ProtooConnection.Timers timers = new ProtooConnection.Timers() {
    @Override
    public long after(long milliseconds, Runnable action) {
      later = action;
      return 1;
    }

    @Override
    public void cancel(long timer) {
      later = null;
    }
  };

  private final Redirection redirection = new Redirection(new ProtooConnection(new ProtooConnection.FrameChannel() {
    @Override
    public void send(String frame) {
      sent.add(frame);
    }

    @Override
    public void close(int code, String reason) {
      sent.add(code + " " + reason);
    }

    @Override
    public String remoteAddress() {
      return "192.0.2.1";
    }
  }, timers, 0), timers, new NodeDraining(List.of("http://b:1", "http://c:1")));

  @Test
  void whoComesToANodeThatIsAboutToStopIsToldAtOnceWhereToGo() {
    assertEquals(List.of(
        "{\"notification\":true,\"method\":\"nodeDraining\",\"data\":{\"urls\":[\"http://b:1\",\"http://c:1\"]}}"), sent);
  }

  @Test
  void whateverItAsksIsAnsweredWithAStableCodeAndTheOtherNodes() {
    sent.clear();
    redirection.onFrame("{\"request\":true,\"id\":7,\"method\":\"join\",\"data\":{}}", () -> handled++);
    redirection.onFrame("{\"notification\":true,\"method\":\"pauseProducer\"}", () -> handled++);
    assertEquals(List.of("{\"response\":true,\"id\":7,\"errorCode\":503,"
        + "\"errorReason\":\"node-draining: this server is about to stop; connect to another\","
        + "\"code\":\"node-draining\",\"urls\":[\"http://b:1\",\"http://c:1\"]}"), sent);
    assertEquals(2, handled);
  }

  @Test
  void whoStaysIsClosedWithACodeThatMakesItComeBack() {
    later.run();
    assertTrue(sent.get(1).startsWith("4001 node-draining"), sent.get(1));
  }

  @Test
  void whoGoesLeavesNothingBehind() {
    redirection.onClosed();
    assertEquals(null, later);
    redirection.onFrame("{\"request\":true,\"id\":7,\"method\":\"join\",\"data\":{}}", () -> handled++);
    assertEquals(1, sent.size());
  }
}
