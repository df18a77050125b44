package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PipeStreamCreditTest {
  private static final int WINDOW = PipeStreamCredit.WINDOW_BYTES;

  private final PipeStreamCredit credit = new PipeStreamCredit();

  private void send(int bytes) {
    credit.onSent(credit.after(bytes));
  }

  private Malformed answer(int position) {
    byte[] content = new byte[4];
    Bytes.put32(content, 0, position);
    return credit.onAnswer(content);
  }

  @Test
  void beforeSomebodyListensNobodyIsWaitedFor() {
    send(10 * WINDOW);
    assertTrue(credit.admits(WINDOW));
    assertNull(credit.onAnswer(new byte[0]));
    assertTrue(credit.isDrained(), "what went before was heard by none");
    assertTrue(credit.admits(WINDOW));
    assertFalse(credit.admits(WINDOW + 1));
  }

  @Test
  void whatHasBeenHandedOnMakesRoomAlsoWherePositionsBeginAnew() {
    send(-100);
    credit.onAnswer(new byte[0]);
    send(WINDOW);
    assertFalse(credit.admits(1));
    assertFalse(credit.isDrained());
    assertNull(answer(-100 + WINDOW / 2));
    assertTrue(credit.admits(WINDOW / 2));
    assertFalse(credit.admits(WINDOW / 2 + 1));
    assertNull(answer(-100 + WINDOW));
    assertTrue(credit.isDrained());
  }

  @Test
  void anAnswerThatCannotBeIsRefused() {
    credit.onAnswer(new byte[0]);
    send(1_000);
    assertEquals(Malformed.WRONG_VALUE, answer(1_001), "more than was sent");
    assertNull(answer(600));
    assertEquals(Malformed.WRONG_VALUE, answer(599), "less than before");
    assertEquals(Malformed.WRONG_LENGTH, credit.onAnswer(new byte[3]));
    assertEquals(Malformed.WRONG_LENGTH, credit.onAnswer(new byte[5]));
    assertFalse(credit.admits(WINDOW));
  }

  @Test
  void noAnswersLetMoreThanAWindowBeOnItsWay() {
    credit.onAnswer(new byte[0]);
    SplittableRandom random = new SplittableRandom(1);
    long sent = 0;
    for (int i = 0; i < 10_000; i++) {
      int bytes = random.nextInt(200_000);
      if (credit.admits(bytes)) {
        send(bytes);
        sent += bytes;
      }
      answer(random.nextInt());
      assertFalse(credit.admits(WINDOW + 1), "after " + sent);
    }
  }
}
