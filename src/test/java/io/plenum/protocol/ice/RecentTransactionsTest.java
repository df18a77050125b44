package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.stun.StunMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecentTransactionsTest {
  private final RecentTransactions recent = new RecentTransactions();

  private static StunMessage check() {
    return CheckBuilder.to(IceCredentials.generate(new SplittableRandom(1))).build();
  }

  @Test
  void theLastOnesAreKnownAndOlderOnesAreForgotten() {
    List<StunMessage> checks = new ArrayList<>();
    for (int i = 0; i < 3 * RecentTransactions.CAPACITY; i++) {
      StunMessage check = check();
      assertFalse(recent.contains(check), "number " + i);
      recent.add(check);
      checks.add(check);
      for (int back = 0; back < Math.min(checks.size(), RecentTransactions.CAPACITY); back += 97) {
        assertTrue(recent.contains(checks.get(i - back)), i + " and " + back + " before it");
      }
    }
    assertEquals(RecentTransactions.CAPACITY, recent.size());
    assertFalse(recent.contains(checks.get(2 * RecentTransactions.CAPACITY - 1)));
    assertTrue(recent.contains(checks.get(2 * RecentTransactions.CAPACITY)));
  }
}
