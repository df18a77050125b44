package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.PlenumException;
import io.plenum.server.config.ConfigLoader;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnnouncementBudgetsTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final AnnouncementBudgets budgets = new AnnouncementBudgets(new ConfigLoader().load(Map.of()).limits());

  /** Enters, spends as often as it may, and leaves. */
  private int visit(String peerId, Object address, int times, long nowNs) {
    budgets.enter(peerId, address);
    int granted = 0;
    try {
      for (; granted < times; granted++) {
        budgets.spend(peerId, address, nowNs);
      }
    } catch (PlenumException refused) {
      assertEquals("too-many-requests", refused.code());
    }
    budgets.leave(peerId, address, nowNs);
    return granted;
  }

  /** As found: 289 reconnects in 15 s, each with a burst of its own. */
  @Test
  void connectingOnceMoreRenewsNothing() {
    int granted = 0;
    for (int i = 0; i < 289; i++) {
      granted += visit("mallory", null, 40, i * 15 * SECOND_NS / 289);
    }
    assertTrue(granted <= AnnouncementBudget.LEAST_BURST + 15 * AnnouncementBudget.PER_SECOND, granted + " in 15 s");
  }

  @Test
  void anotherIdFromTheSameAddressSpendsWhatTheAddressHas() {
    int granted = 0;
    for (int i = 0; i < 10_000; i++) {
      granted += visit("mallory" + i, "192.0.2.1", 40, i * 15 * SECOND_NS / 10_000);
    }
    int lectureHall = 4 * 500;
    assertTrue(granted <= lectureHall + 15 * AnnouncementBudget.PER_SECOND_OF_ADDRESS, granted + " in 15 s");
    assertEquals(40, visit("alice", "192.0.2.2", 40, 15 * SECOND_NS), "nobody else pays for it");
  }

  @Test
  void aLectureHallBehindOneAddressEntersAtOnce() {
    int granted = 0;
    for (int i = 0; i < 500; i++) {
      budgets.enter("p" + i, "192.0.2.1");
      for (int told = 0; told < 4; told++) {
        budgets.spend("p" + i, "192.0.2.1", 0);
        granted++;
      }
    }
    assertEquals(2_000, granted);
  }

  @Test
  void whoReplacesItselfKeepsItsBudget() {
    budgets.enter("alice", null);
    for (int i = 0; i < 40; i++) {
      budgets.spend("alice", null, 0);
    }
    budgets.enter("alice", null);
    budgets.leave("alice", null, 0);
    assertThrows(PlenumException.class, () -> budgets.spend("alice", null, 0));
  }

  @Test
  void whoHasLeftIsRememberedUntilItOwesNothingAndTheOldestIsForgottenFirst() {
    visit("alice", null, 40, 0);
    visit("bob", null, 1, 7 * SECOND_NS);
    assertEquals(2, budgets.size());
    visit("carol", null, 1, 8 * SECOND_NS);
    assertEquals(1, budgets.size());
    for (int i = 0; i < 5_000; i++) {
      visit("mallory" + i, null, 1, 8 * SECOND_NS);
    }
    assertEquals(AnnouncementBudgets.MAX_DEPARTED, budgets.size());
  }

  @Test
  void whoHasLeftSaysNothingMore() {
    visit("alice", null, 1, 0);
    assertEquals("wrong-state", assertThrows(PlenumException.class, () -> budgets.spend("alice", null, 0)).code());
  }
}
