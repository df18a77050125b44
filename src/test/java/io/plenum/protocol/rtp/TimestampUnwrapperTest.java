package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TimestampUnwrapperTest {
  private final TimestampUnwrapper unwrapper = new TimestampUnwrapper();

  @Test
  void growsAcrossTheWrap() {
    long first = unwrapper.unwrap(0xffff_ff00L);
    assertEquals(first + 3000, unwrapper.unwrap(0xffff_ff00L + 3000 & 0xffff_ffffL));
    assertEquals(first + 6000, unwrapper.unwrap(0xffff_ff00L + 6000 & 0xffff_ffffL));
  }

  @Test
  void anOlderPacketAfterTheWrapKeepsItsPlace() {
    long first = unwrapper.unwrap(0xffff_fff0L);
    assertEquals(first + 0x20, unwrapper.unwrap(0x10));
    assertEquals(first + 0x0f, unwrapper.unwrap(0xffff_ffffL));
    assertEquals(first + 0x20, unwrapper.highest());
  }

  @Test
  void takesTheThirtyTwoBitsSignedOrUnsigned() {
    long first = unwrapper.unwrap(0x8000_0000L);
    assertEquals(first, unwrapper.unwrap((int) 0x8000_0000L));
    assertEquals(0x8000_0000L, first & 0xffff_ffffL);
  }

  @Test
  void aTimestampBeforeTheVeryFirstOneIsNotNegative() {
    long first = unwrapper.unwrap(0);
    assertEquals(first - 3000, unwrapper.unwrap(-3000));
    assertEquals(first, unwrapper.highest());
  }

  @Test
  void peekingRemembersNothingAndAResetForgetsAll() {
    long first = unwrapper.unwrap(100);
    assertEquals(first + 900, unwrapper.peek(1000));
    assertEquals(first, unwrapper.highest());
    unwrapper.reset();
    assertEquals(-1, unwrapper.highest());
  }

  @Test
  void whatIsTooOldToBeLateIsNew() {
    long first = unwrapper.unwrap(5_000_000);
    assertEquals(first - TimestampUnwrapper.MAX_LATE_TICKS, unwrapper.unwrap(5_000_000 - TimestampUnwrapper.MAX_LATE_TICKS));
    long leapt = 5_000_000 - TimestampUnwrapper.MAX_LATE_TICKS - 1;
    assertEquals((1L << 32) + leapt, unwrapper.unwrap(leapt) - first + 5_000_000);
    assertEquals(leapt, unwrapper.highest() & 0xffff_ffffL);
  }
}
