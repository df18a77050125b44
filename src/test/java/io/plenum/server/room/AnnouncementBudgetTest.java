package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.PlenumException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnnouncementBudgetTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final AnnouncementBudget budget = new AnnouncementBudget(0);

  private int spend(int times, long nowNs) {
    return spend(budget, times, nowNs);
  }

  private static int spend(AnnouncementBudget budget, int times, long nowNs) {
    int granted = 0;
    for (int i = 0; i < times; i++) {
      try {
        budget.spend(nowNs);
        granted++;
      } catch (PlenumException refused) {
        assertEquals("too-many-requests", refused.code());
      }
    }
    return granted;
  }

  @Test
  void aBurstIsGrantedAndWhatIsBeyondItIsRefusedWithASentence() {
    assertEquals(AnnouncementBudget.LEAST_BURST, spend(1_000, 0));
    assertTrue(assertThrows(PlenumException.class, () -> budget.spend(0)).getMessage().contains("5 a second"));
  }

  @Test
  void twoHundredASecondForTenSecondsAreFiveASecond() {
    int granted = 0;
    for (int i = 0; i < 2_000; i++) {
      granted += spend(1, i * SECOND_NS / 200);
    }
    assertEquals(AnnouncementBudget.LEAST_BURST + 49, granted);
  }

  @Test
  void whoWaitsHasTheWholeBurstAgainAndNoMore() {
    spend(1_000, 0);
    assertEquals(5, spend(1_000, SECOND_NS));
    assertEquals(AnnouncementBudget.LEAST_BURST, spend(1_000, 3_600 * SECOND_NS));
  }

  @Test
  void whereOnePeerMayHaveMuchItMaySetItUpTwice() {
    assertEquals(500, spend(new AnnouncementBudget(500), 1_000, 0));
    Limits limits = new ConfigLoader().load(Map.of("limits.producersPerPeer", "100")).limits();
    assertEquals(216, spend(AnnouncementBudget.of(limits), 1_000, 0));
    Limits shipped = new ConfigLoader().load(Map.of()).limits();
    assertEquals(AnnouncementBudget.LEAST_BURST, spend(AnnouncementBudget.of(shipped), 1_000, 0));
  }

  @Test
  void whatIsRefusedCostsNothing() {
    spend(1_000_000, 0);
    assertEquals(1, spend(10, SECOND_NS / 5));
  }

  /** Two seconds of pressing a key to talk, on top of a device that is changed and a page that is reloaded. */
  @Test
  void anHonestClientNeverMeetsIt() {
    assertEquals(20, spend(20, 0));
    assertEquals(10, spend(10, SECOND_NS));
  }
}
