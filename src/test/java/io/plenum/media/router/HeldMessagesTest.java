package io.plenum.media.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeldMessagesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int BYTES = 10_000;

  /** Has room for so many bytes, as if it were over a network that takes what it is given at its own pace. */
  private static final class Reader implements DataProducerListener {
    int room;
    boolean drained;
    int got;
    int lost;

    @Override
    public boolean holds(DataMessage message, Subchannels audience) {
      return room < message.content().length;
    }

    @Override
    public boolean isDrained() {
      return drained;
    }

    @Override
    public void onMessage(DataMessage message, Subchannels audience, long nowNs) {
      if (room < message.content().length) {
        lost++;
      } else {
        room -= message.content().length;
        got++;
      }
    }

    @Override
    public void onProducerPaused(boolean producerPaused, long nowNs) {}

    @Override
    public void onProducerClosed(long nowNs) {}

    @Override
    public void onFault(RuntimeException fault, long nowNs) {}
  }

  private final Reader fast = new Reader();
  private final Reader slow = new Reader();
  private int waiting;
  /** Messages that the sender may still say. */
  private int credit = Integer.MAX_VALUE;
  private long creditAtNs;
  private int overdraft;
  private final List<DataDrop> dropped = new ArrayList<>();
  private final HeldMessages held = new HeldMessages(new HeldMessages.Way() {
    @Override
    public List<DataProducerListener> holding(DataMessage message, Subchannels audience) {
      List<DataProducerListener> holding = new ArrayList<>();
      for (Reader reader : List.of(fast, slow)) {
        if (reader.holds(message, audience)) {
          holding.add(reader);
        }
      }
      return holding;
    }

    @Override
    public boolean hasCredit(long nowNs) {
      return credit > 0;
    }

    @Override
    public long creditAtNs() {
      return creditAtNs;
    }

    @Override
    public boolean hasOverdraft(long nowNs) {
      return credit > -overdraft;
    }

    @Override
    public void drop(DataMessage message, DataDrop reason, boolean wasHeld, long nowNs) {
      waiting -= wasHeld ? 1 : 0;
      dropped.add(reason);
    }

    @Override
    public void onHeld(DataMessage message) {
      waiting++;
    }

    @Override
    public void handOn(DataMessage message, Subchannels audience, long nowNs) {
      waiting--;
      credit--;
      fast.onMessage(message, audience, nowNs);
      slow.onMessage(message, audience, nowNs);
    }
  });

  HeldMessagesTest() {
    fast.room = Integer.MAX_VALUE;
  }

  private void send(int bytes, long nowNs) {
    DataMessage message = new DataMessage(false, new byte[bytes]);
    if (!held.hold(message, Subchannels.EVERYBODY, nowNs)) {
      credit--;
      fast.onMessage(message, Subchannels.EVERYBODY, nowNs);
      slow.onMessage(message, Subchannels.EVERYBODY, nowNs);
    }
  }

  @Test
  void whatWaitsGoesInItsOrderAsThereIsRoomAndWhatComesLaterGoesBehindIt() {
    slow.room = 2 * BYTES;
    send(BYTES, 0);
    send(BYTES, 0);
    assertTrue(held.isEmpty());
    assertEquals(Long.MAX_VALUE, held.nextDeadlineNs());
    send(BYTES, 0);
    send(1, 0);
    assertEquals(2, waiting, "there may be room for the small one, but it is not its turn");
    held.proceed(0);
    assertEquals(2, waiting);
    slow.room = BYTES;
    held.proceed(SECOND);
    assertEquals(1, waiting);
    slow.room = BYTES;
    held.proceed(SECOND);
    assertTrue(held.isEmpty());
    assertEquals(Long.MAX_VALUE, held.nextDeadlineNs());
    assertEquals(List.of(4, 0, 4, 0), List.of(fast.got, fast.lost, slow.got, slow.lost));
  }

  @Test
  void whoTakesNothingIsPassedOverAfterTenSecondsUntilItHasDrained() {
    send(BYTES, 0);
    send(BYTES, 0);
    for (int i = 1; i < HeldMessages.PATIENCE_TICKS; i++) {
      assertEquals(i * HeldMessages.TICK_NS, held.nextDeadlineNs());
      held.onTimeout(held.nextDeadlineNs() - 1);
      held.onTimeout(held.nextDeadlineNs());
    }
    assertEquals(2, waiting);
    held.onTimeout(held.nextDeadlineNs());
    assertEquals(List.of(0, 2, 2), List.of(waiting, fast.got, slow.lost));
    slow.room = BYTES;
    send(BYTES, 11 * SECOND);
    send(BYTES, 11 * SECOND);
    assertTrue(held.isEmpty(), "it has had room for one, and nobody waits for the next");
    slow.drained = true;
    send(BYTES, 12 * SECOND);
    assertFalse(held.isEmpty(), "it has caught up");
  }

  @Test
  void aNodeThatWasAwayBlamesNobody() {
    send(BYTES, 0);
    for (int i = 1; i < HeldMessages.PATIENCE_TICKS; i++) {
      held.onTimeout(i * 60 * SECOND);
    }
    assertEquals(1, waiting, "nine minutes, but nobody could take anything");
    slow.room = BYTES;
    held.proceed(600 * SECOND);
    assertEquals(List.of(1, 0), List.of(slow.got, slow.lost));
  }

  @Test
  void whoTakesALittleNowAndThenCannotMakeTheOthersWaitForEver() {
    for (int i = 0; i < 1_000; i++) {
      send(BYTES, 0);
    }
    // One message each second: 10 kB/s.
    long nowNs = 0;
    while (!held.isEmpty() && nowNs < 100 * SECOND) {
      nowNs += SECOND;
      slow.room = BYTES;
      held.proceed(nowNs);
      held.onTimeout(nowNs);
    }
    assertTrue(nowNs <= 15 * SECOND, "the others had to wait for longer");
    assertEquals(1_000, fast.got);
  }

  @Test
  void whoIsSlowButGoesOnIsWaitedForAsLongAsItTakes() {
    for (int i = 0; i < 1_000; i++) {
      send(BYTES, 0);
    }
    // 40 kB/s: 250 seconds for ten megabytes.
    long nowNs = 0;
    for (int i = 0; i < 250; i++) {
      nowNs += SECOND;
      slow.room = 4 * BYTES;
      held.proceed(nowNs);
      held.onTimeout(nowNs);
    }
    assertEquals(List.of(1_000, 0), List.of(slow.got, slow.lost));
    assertTrue(held.isEmpty());
  }

  @Test
  void emptyMessagesAreCountedWithWhatTheyCost() {
    slow.room = -1;
    int most = HeldMessages.MAX_BYTES / HeldMessages.MESSAGE_OVERHEAD_BYTES;
    for (int i = 0; i < most; i++) {
      send(0, 0);
    }
    assertEquals(most, waiting);
    send(0, 0);
    assertEquals(0, waiting, "nobody is waited for any more");
  }

  @Test
  void aSenderThatDoesNotKeepToItsWindowWaitsForNobody() {
    for (int i = 0; i < HeldMessages.MAX_BYTES / BYTES + 100; i++) {
      send(BYTES, 0);
    }
    Dump dump = new Dump();
    held.dump(dump);
    Map<String, Object> tree = dump.tree();
    assertEquals(List.of(0, 0L, 1), List.of(tree.get("messages"), tree.get("bytes"), tree.get("passedOver")));
    assertEquals(0, fast.lost);
    assertTrue(slow.lost > 0);
  }

  @Test
  void whoSaysTooMuchWaitsForCreditAndNobodyElseIsBlamed() {
    slow.room = Integer.MAX_VALUE;
    credit = 1;
    creditAtNs = 20;
    for (int i = 0; i < 4; i++) {
      send(BYTES, 0);
    }
    assertEquals(List.of(3, 1), List.of(waiting, slow.got));
    assertEquals(20, held.nextDeadlineNs());
    credit = 2;
    held.onTimeout(19);
    assertEquals(3, waiting, "not yet");
    held.onTimeout(20);
    assertEquals(List.of(1, 3), List.of(waiting, slow.got));
    creditAtNs = Long.MAX_VALUE / 2;
    for (int i = 1; i <= 3 * HeldMessages.PATIENCE_TICKS; i++) {
      held.onTimeout(held.nextDeadlineNs());
    }
    Dump dump = new Dump();
    held.dump(dump);
    assertEquals(0L, dump.tree().get("timesPassedOver"));
    credit = 1;
    held.proceed(60 * SECOND);
    assertEquals(List.of(0, 4, 0), List.of(waiting, slow.got, slow.lost));
    assertEquals(Long.MAX_VALUE, held.nextDeadlineNs());
  }

  @Test
  void whoEndsSaysNoMoreThanItsOverdraftAtOnce() {
    slow.room = Integer.MAX_VALUE;
    credit = 0;
    overdraft = 2;
    for (int i = 0; i < 5; i++) {
      send(BYTES, 0);
    }
    held.handOnAll(0);
    assertEquals(List.of(0, 2), List.of(waiting, slow.got));
    assertEquals(List.of(DataDrop.OVER_LIMIT_AT_END, DataDrop.OVER_LIMIT_AT_END, DataDrop.OVER_LIMIT_AT_END), dropped);
  }

  @Test
  void whoSaysTooMuchAndDoesNotKeepToItsWindowLosesWhatIsBeyondTheMost() {
    slow.room = Integer.MAX_VALUE;
    credit = 0;
    for (int i = 0; i < HeldMessages.MAX_BYTES / BYTES + 100; i++) {
      send(BYTES, 0);
    }
    Dump dump = new Dump();
    held.dump(dump);
    long bytes = (long) dump.tree().get("bytes");
    assertTrue(bytes >= HeldMessages.MAX_BYTES && bytes < HeldMessages.MAX_BYTES + 2 * BYTES, () -> bytes + " bytes");
    assertTrue(dropped.size() > 90 && dropped.get(0) == DataDrop.OVER_LIMIT_AND_WINDOW, () -> dropped.size() + " dropped");
    assertEquals(0, slow.got);
  }
}
