package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StalledHandshakesTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  /** Clocks may begin anywhere; here they cross zero. */
  private static final long T0 = -SECOND;

  private final StalledHandshakes stalled = new StalledHandshakes(2 * SECOND, 8 * SECOND);
  private final List<Handshake> running = new ArrayList<>();
  private final List<Handshake> ended = new ArrayList<>();

  private final class Handshake implements StalledHandshakes.Running {
    final long sinceNs;
    long silentSinceNs;
    boolean busy;
    String reason;

    Handshake(long sinceNs, long silentSinceNs) {
      this.sinceNs = sinceNs;
      this.silentSinceNs = silentSinceNs;
      running.add(this);
    }

    @Override
    public long sinceNs() {
      return sinceNs;
    }

    @Override
    public long silentSinceNs(long nowNs) {
      return busy ? nowNs : silentSinceNs;
    }

    @Override
    public boolean isEnding() {
      return reason != null;
    }

    @Override
    public void end(String reason) {
      this.reason = reason;
      ended.add(this);
    }
  }

  @Test
  void aSilentHandshakeMayStayWhileNobodyWaits() {
    new Handshake(T0, T0);
    assertEquals(Long.MAX_VALUE, stalled.makeRoom(running, 0, T0 + 29 * SECOND));
    assertEquals(List.of(), ended);
  }

  @Test
  void theSilentOneMakesRoomAfterTwoSecondsAndNotSooner() {
    Handshake silent = new Handshake(T0, T0 + 300 * MS);
    assertEquals(T0 + 2_000 * MS + 300 * MS, stalled.makeRoom(running, 1, T0 + 400 * MS));
    stalled.makeRoom(running, 1, T0 + 2_300 * MS - 1);
    assertEquals(List.of(), ended);
    stalled.makeRoom(running, 1, T0 + 2_300 * MS);
    assertEquals(List.of(silent), ended);
    assertEquals("handshake was not done after 2300 ms, of which the peer was silent for the last 2000, "
        + "while others waited for their turn", silent.reason);
  }

  @Test
  void theLongestSilentGoFirstOneForEachThatWaits() {
    Handshake b = new Handshake(T0, T0 + 2);
    Handshake c = new Handshake(T0, T0 + 3);
    Handshake a = new Handshake(T0, T0 + 1);
    stalled.makeRoom(running, 2, T0 + 5 * SECOND);
    assertEquals(List.of(a, b), ended);
    // Both are still on their way out: nobody else has to go for the same two.
    stalled.makeRoom(running, 2, T0 + 5 * SECOND + 1);
    assertEquals(List.of(a, b), ended);
    running.removeAll(ended);
    stalled.makeRoom(running, 1, T0 + 5 * SECOND + 2);
    assertEquals(List.of(a, b, c), ended);
  }

  @Test
  void whoSendsARecordNowAndThenMakesRoomAfterEightSeconds() {
    Handshake trickles = new Handshake(T0, T0);
    long nowNs = T0;
    while (nowNs < T0 + 8 * SECOND) {
      trickles.silentSinceNs = nowNs;
      assertTrue(stalled.makeRoom(running, 1, nowNs) > nowNs);
      assertEquals(List.of(), ended);
      nowNs += SECOND / 2;
    }
    stalled.makeRoom(running, 1, nowNs);
    assertEquals(List.of(trickles), ended);
  }

  @Test
  void ourOwnSlownessIsNotHeldAgainstAHandshake() {
    Handshake computes = new Handshake(T0, T0);
    computes.busy = true;
    stalled.makeRoom(running, 1, T0 + 7 * SECOND);
    assertEquals(List.of(), ended);
  }

  @Test
  void whileSomebodyWaitsItIsAskedAgainHoweverLittleThereIsToSee() {
    assertEquals(T0 + 2 * SECOND, stalled.makeRoom(running, 1, T0), "a handshake may take its slot this moment");
  }

  @Test
  void behindAFullHouseOfSilentOnesAndAsManyThatWaitAnHonestOneStartsAfterFourSeconds() {
    int slots = 256;
    for (int i = 0; i < slots; i++) {
      new Handshake(T0, T0);
    }
    int waiting = slots + 1;
    long nowNs = T0;
    while (waiting > 0 && nowNs < T0 + 30 * SECOND) {
      nowNs = stalled.makeRoom(running, waiting, nowNs);
      stalled.makeRoom(running, waiting, nowNs);
      int free = ended.size();
      running.removeAll(ended);
      ended.clear();
      for (int i = 0; i < free; i++) {
        new Handshake(nowNs, nowNs);
        waiting--;
      }
    }
    assertEquals(T0 + 4 * SECOND, nowNs);
    assertEquals(slots, running.size());
  }
}
