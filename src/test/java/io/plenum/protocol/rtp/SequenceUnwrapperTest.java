package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceUnwrapperTest {
  private final SequenceUnwrapper unwrapper = new SequenceUnwrapper();

  @Test
  void growsByOneAcrossTheWrap() {
    long first = unwrapper.unwrap(65_534);
    assertEquals(first + 1, unwrapper.unwrap(65_535));
    assertEquals(first + 2, unwrapper.unwrap(0));
    assertEquals(first + 3, unwrapper.unwrap(1));
    assertEquals(first + 3, unwrapper.highest());
  }

  @Test
  void aPacketOvertakenAcrossTheWrapKeepsItsPlace() {
    long first = unwrapper.unwrap(65_534);
    assertEquals(first + 3, unwrapper.unwrap(1));
    assertEquals(first + 1, unwrapper.unwrap(65_535));
    assertEquals(first + 2, unwrapper.unwrap(0));
    assertEquals(first + 3, unwrapper.highest());
  }

  @Test
  void aPacketOvertakenByTheVeryFirstOneIsNotNegative() {
    long first = unwrapper.unwrap(0);
    assertEquals(first - 1, unwrapper.unwrap(65_535));
    assertEquals(65_535, unwrapper.unwrap(65_535));
  }

  @Test
  void theLowSixteenBitsAreThoseOnTheWire() {
    Random random = new Random(3550);
    for (int i = 0; i < 100_000; i++) {
      int number = random.nextInt(65_536);
      assertEquals(number, (int) unwrapper.unwrap(number) & 0xffff);
    }
  }

  @Test
  void followsTheTruthThroughManyWrapsWithReorderingAndLoss() {
    Random random = new Random(16);
    long truth = 65_536 + 40_000;
    unwrapper.unwrap((int) truth);
    for (int i = 0; i < 500_000; i++) {
      truth += random.nextInt(4);
      long overtaken = Math.max(65_536 + 40_000, truth - random.nextInt(1_000));
      assertEquals(overtaken, unwrapper.unwrap((int) overtaken & 0xffff));
    }
  }

  @Test
  void peekingRemembersNothing() {
    long first = unwrapper.unwrap(10);
    assertEquals(first + 20_000, unwrapper.peek(20_010));
    assertEquals(first, unwrapper.highest());
    assertEquals(first - 10_000, unwrapper.unwrap(10 - 10_000 & 0xffff));
  }

  @Test
  void afterAResetTheFirstOneCountsAnew() {
    unwrapper.unwrap(65_535);
    unwrapper.unwrap(0);
    unwrapper.reset();
    assertEquals(-1, unwrapper.highest());
    assertEquals(65_536 + 7, unwrapper.unwrap(7));
  }
}
