package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.message.Owner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureDetectorTest implements FailureDetector.Sink {
  private static final long SECOND = 1_000_000_000L;
  private static final Owner OTHER = new Owner("other", 7);
  private final List<String> heard = new ArrayList<>();
  private final FailureDetector detector = new FailureDetector(this, 0);

  @Override
  public void onServerUp(Owner owner) {
    heard.add("up " + owner);
  }

  @Override
  public void onServerDown(Owner owner) {
    heard.add("down " + owner);
  }

  @Override
  public void onSuspected(Owner owner, boolean suspected) {
    heard.add((suspected ? "suspected " : "trusted ") + owner);
  }

  private void tick(long fromSecond, long toSecond) {
    for (long second = fromSecond; second <= toSecond; second++) {
      detector.onTick(second * SECOND);
    }
  }

  private void join() {
    detector.onMembership(List.of(OTHER), 0);
    heard.clear();
  }

  @Test
  void silenceAloneOnlyMakesSuspect() {
    join();
    tick(1, 60);
    assertEquals(List.of("suspected other#7"), heard);
    detector.onHeard(OTHER, 60 * SECOND);
    assertEquals(List.of("suspected other#7", "trusted other#7"), heard);
  }

  @Test
  void aMemberThatIsDroppedButStillHeardIsNotDead() {
    join();
    detector.onMembership(List.of(), SECOND);
    for (long second = 1; second < 20; second++) {
      detector.onHeard(OTHER, second * SECOND);
      detector.onTick(second * SECOND);
    }
    assertEquals(List.of(), heard);
  }

  @Test
  void droppedAndSilentIsDeadAndMemberAgainIsUpAgain() {
    join();
    detector.onMembership(List.of(), SECOND);
    tick(1, 3);
    assertEquals(List.of("down other#7"), heard);
    detector.onMembership(List.of(OTHER), 9 * SECOND);
    assertEquals(List.of("down other#7", "up other#7"), heard);
  }

  @Test
  void whoWasAwayItselfDeclaresNobodyDeadForThat() {
    join();
    tick(1, 2);
    detector.onMembership(List.of(), 2 * SECOND);
    detector.onTick(30 * SECOND);
    assertEquals(List.of(), heard);
    assertEquals(1, detector.ownPauses());
    detector.onHeard(OTHER, 30 * SECOND);
    tick(31, 32);
    assertEquals(List.of(), heard);
    tick(33, 33);
    assertEquals(List.of("down other#7"), heard);
  }

  @Test
  void aLaterLifeEndsTheEarlierOneAndAnEarlierOneIsNotHeard() {
    join();
    Owner later = new Owner("other", 8);
    detector.onMembership(List.of(OTHER, later), SECOND);
    assertEquals(List.of("down other#7", "up other#8"), heard);
    detector.onMembership(List.of(OTHER), SECOND);
    tick(1, 4);
    assertEquals(List.of("down other#7", "up other#8", "down other#8"), heard);
  }
}
