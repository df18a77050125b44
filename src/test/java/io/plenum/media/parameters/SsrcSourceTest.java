package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SsrcSourceTest {
  @Test
  void ssrcsHaveNineDigits() {
    SsrcSource ssrcs = new SsrcSource(new Random(1));
    for (int i = 0; i < 10_000; i++) {
      long ssrc = ssrcs.next(8);
      assertTrue(ssrc >= 100_000_000 && ssrc + 7 <= 999_999_999, Long.toString(ssrc));
    }
  }

  @Test
  void noSsrcOfARunIsOneThatIsTaken() {
    long unlucky = new SsrcSource(new Random(1)).next(3);
    SsrcSource ssrcs = new SsrcSource(new Random(1), Set.of(unlucky + 2)::contains);
    long first = ssrcs.next(3);
    assertNotEquals(unlucky, first);
    assertTrue(unlucky + 2 < first || unlucky + 2 > first + 2);
  }

  @Test
  void itGivesUpWhenEverythingIsTaken() {
    assertThrows(IllegalStateException.class, () -> new SsrcSource(new Random(1), ssrc -> true).next(1));
  }

  @Test
  void cnamesAreSixteenRandomCharacters() {
    RandomGenerator random = new Random(1);
    String cname = Cname.random(random);
    assertEquals(16, cname.length());
    assertTrue(TextRule.CNAME.allows(cname));
    assertNotEquals(cname, Cname.random(random));
  }
}
