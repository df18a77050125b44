package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TurnQueueTest {
  private static final long MICROSECOND_NS = 1_000;
  private static final long QUESTION_NS = 200 * MICROSECOND_NS;

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final TurnQueue turns = new TurnQueue(tasks::add, () -> TurnQueueTest.this.nowNs);
  private final List<String> served = new ArrayList<>();
  private long nowNs;

  private void ask(TurnQueue.Client client, String name, int times, long takesNs) {
    for (int i = 0; i < times; i++) {
      client.add(() -> {
        nowNs += takesNs;
        served.add(name);
      });
    }
  }

  private void turn() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** As found: 40 sockets, 200 questions of 0.2 ms each that wait already; another's join needs a dozen requests. */
  @Test
  void anotherAddressWaitsForOneRequestOfAFloodAndNotForAll() {
    for (int i = 0; i < 40; i++) {
      ask(turns.enter("flood"), "flood", 200, QUESTION_NS);
    }
    long startNs = nowNs;
    ask(turns.enter("alice"), "alice", 12, QUESTION_NS);
    while (served.stream().filter("alice"::equals).count() < 12) {
      tasks.remove().run();
    }
    assertTrue(nowNs - startNs <= 24 * QUESTION_NS + TurnQueue.SLICE_NS, (nowNs - startNs) / MICROSECOND_NS + " us");
  }

  /** Behind a proxy all have the same address, or none. */
  @Test
  void soDoesAnotherClientOfTheSameAddressWaitForOneOfEach() {
    for (String address : new String[] {"nat", null}) {
      for (int i = 0; i < 40; i++) {
        ask(turns.enter(address), "flood", 200, QUESTION_NS);
      }
      served.clear();
      ask(turns.enter(address), "alice", 1, QUESTION_NS);
      while (!served.contains("alice")) {
        tasks.remove().run();
      }
      assertTrue(served.size() <= 41 + TurnQueue.SLICE_NS / QUESTION_NS, served.size() + " before, address " + address);
      turn();
    }
  }

  @Test
  void aDearRequestCountsAsManyCheapOnes() {
    ask(turns.enter("dear"), "dear", 1_000, 10 * QUESTION_NS);
    ask(turns.enter("cheap"), "cheap", 1_000, QUESTION_NS);
    while (served.size() < 550) {
      tasks.remove().run();
    }
    long dear = served.stream().filter("dear"::equals).count();
    assertTrue(dear >= 45 && dear <= 55, dear + " dear ones of 550");
  }

  @Test
  void whoWasIdleHasSavedUpNothing() {
    TurnQueue.Client busy = turns.enter("busy");
    TurnQueue.Client idle = turns.enter("idle");
    ask(busy, "busy", 1_000, QUESTION_NS);
    turn();
    served.clear();
    ask(busy, "busy", 100, QUESTION_NS);
    ask(idle, "idle", 100, QUESTION_NS);
    while (served.size() < 100) {
      tasks.remove().run();
    }
    long ofIdle = served.stream().filter("idle"::equals).count();
    assertTrue(ofIdle >= 45 && ofIdle <= 55, ofIdle + " of 100");
  }

  @Test
  void requestsOfOneClientKeepTheirOrder() {
    TurnQueue.Client alice = turns.enter("a");
    TurnQueue.Client bob = turns.enter("b");
    for (int i = 0; i < 50; i++) {
      ask(alice, "a" + i, 1, QUESTION_NS);
      ask(bob, "b" + i, 1, 3 * QUESTION_NS);
    }
    turn();
    List<String> ofAlice = served.stream().filter(name -> name.startsWith("a")).toList();
    List<String> ofBob = served.stream().filter(name -> name.startsWith("b")).toList();
    for (int i = 0; i < 50; i++) {
      assertEquals("a" + i, ofAlice.get(i));
      assertEquals("b" + i, ofBob.get(i));
    }
  }

  @Test
  void otherTasksOfTheLoopComeBetweenTwoSlices() {
    ask(turns.enter("flood"), "flood", 1_000, QUESTION_NS);
    tasks.add(() -> served.add("other task"));
    tasks.remove().run();
    tasks.remove().run();
    assertEquals(TurnQueue.SLICE_NS / QUESTION_NS, served.indexOf("other task"));
  }

  @Test
  void aRequestThatFailsOrAsksOnceMoreStopsNobody() {
    TurnQueue.Client alice = turns.enter("a");
    TurnQueue.Client bob = turns.enter("a");
    alice.add(() -> {
      ask(alice, "again", 1, 0);
      ask(bob, "bob", 1, 0);
      throw new IllegalStateException("a bug");
    });
    assertThrows(IllegalStateException.class, this::turn);
    turn();
    assertEquals(List.of("again", "bob"), served.stream().sorted().toList());
  }

  @Test
  void whoHasLeftIsForgotten() {
    TurnQueue.Client one = turns.enter("a");
    TurnQueue.Client two = turns.enter("a");
    one.leave();
    assertEquals(1, turns.addresses());
    two.leave();
    assertEquals(0, turns.addresses());
  }
}
