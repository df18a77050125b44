package io.plenum.media.router;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineQueueTest {
  private static final long NEVER = Long.MAX_VALUE;

  private final DeadlineQueue queue = new DeadlineQueue();
  private final List<String> woken = new ArrayList<>();

  private DeadlineQueue.Wake named(String name, long next) {
    return queue.add(nowNs -> {
      woken.add(name);
      return next;
    });
  }

  @Test
  void whoeverIsDueIsWokenInOrderAndTheOthersAreNot() {
    named("c", NEVER).by(30);
    named("a", NEVER).by(10);
    named("b", NEVER).by(20);
    assertEquals(10, queue.nextDeadlineNs());
    queue.onTimeout(20);
    assertEquals(List.of("a", "b"), woken);
    assertEquals(30, queue.nextDeadlineNs());
    assertEquals(1, queue.size());
  }

  @Test
  void anEarlierTimeReplacesALaterOneAndALaterOneChangesNothing() {
    DeadlineQueue.Wake wake = named("a", NEVER);
    wake.by(30);
    wake.by(10);
    wake.by(20);
    assertEquals(10, queue.nextDeadlineNs());
    queue.onTimeout(30);
    assertEquals(List.of("a"), woken);
    assertEquals(NEVER, queue.nextDeadlineNs());
  }

  @Test
  void theAnswerIsTheNextTimeEvenIfThatIsOverAlready() {
    named("a", 5).by(10);
    queue.onTimeout(10);
    assertEquals(List.of("a"), woken);
    assertEquals(5, queue.nextDeadlineNs());
  }

  @Test
  void whoIsCancelledIsNeverWokenAgain() {
    DeadlineQueue.Wake later = named("later", NEVER);
    queue.add(nowNs -> {
      woken.add("first");
      later.cancel();
      return NEVER;
    }).by(10);
    later.by(11);
    queue.onTimeout(20);
    later.by(30);
    queue.onTimeout(40);
    assertEquals(List.of("first"), woken);
    assertEquals(0, queue.size());
  }

  @Test
  void whoCancelsItselfInItsTurnDoesNotComeBack() {
    DeadlineQueue.Wake[] self = new DeadlineQueue.Wake[1];
    self[0] = queue.add(nowNs -> {
      self[0].cancel();
      return nowNs + 1;
    });
    self[0].by(10);
    queue.onTimeout(10);
    assertEquals(NEVER, queue.nextDeadlineNs());
  }

  @Test
  void whateverIsAskedAndCancelledNobodyIsWokenLateOrForgotten() {
    Random random = new Random(7);
    int count = 300;
    long[] wanted = new long[count];
    boolean[] cancelled = new boolean[count];
    DeadlineQueue.Wake[] wakes = new DeadlineQueue.Wake[count];
    long[] now = {0};
    for (int i = 0; i < count; i++) {
      int index = i;
      wanted[i] = NEVER;
      wakes[i] = queue.add(nowNs -> {
        assertEquals(now[0], nowNs);
        wanted[index] = random.nextInt(3) == 0 ? NEVER : nowNs + 1 + random.nextInt(100);
        return wanted[index];
      });
    }
    for (int step = 0; step < 20_000; step++) {
      int i = random.nextInt(count);
      if (random.nextInt(500) == 0) {
        cancelled[i] = true;
        wanted[i] = NEVER;
        wakes[i].cancel();
      } else if (!cancelled[i]) {
        long at = now[0] + 1 + random.nextInt(200);
        wanted[i] = Math.min(wanted[i], at);
        wakes[i].by(at);
      }
      long earliest = NEVER;
      for (long at : wanted) {
        earliest = Math.min(earliest, at);
      }
      assertEquals(earliest, queue.nextDeadlineNs(), "step " + step);
      now[0] += random.nextInt(3);
      queue.onTimeout(now[0]);
    }
  }
}
