package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.RoomRow;
import io.plenum.cluster.message.SignalMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node says on a room's topic, and when. */
class RoomTopicTest implements Bus {
  private static final long SECOND = 1_000_000_000L;
  private static final Owner SELF = new Owner("self", 1);

  private final List<RoomMessage> published = new ArrayList<>();
  private final OwnRows own = new OwnRows(SELF, 0);
  private final RoomTopic topic =
      new RoomTopic(new RoomEnvironment("room", SELF, 1, null, this, null, null, new OwnScores()), own);

  @Override
  public void publish(RoomMessage message) {
    published.add(message);
  }

  @Override
  public void send(String serverId, SignalMessage message) {
    throw new AssertionError("the topic is for all");
  }

  private void enter() {
    topic.onEntered();
    topic.tell(own.put(RoomEvent.ROOM_ENTER, generation -> new RoomRow(SELF, generation, "room"), 0), 0);
  }

  /** Until that time; the times of the digests. */
  private List<Long> digestsUntil(long endNs) {
    List<Long> times = new ArrayList<>();
    while (topic.nextDeadlineNs() <= endNs) {
      long nowNs = topic.nextDeadlineNs();
      topic.onTimeout(nowNs);
      times.add(nowNs / SECOND);
    }
    return times;
  }

  @Test
  void aChangeIsToldAtOnceRepeatedForFourSecondsAndThenItIsQuiet() {
    enter();
    assertEquals(1, published.size());
    assertEquals(List.of(1L, 2L, 3L, 4L, 9L, 14L), digestsUntil(15 * SECOND));
    assertEquals(List.of(1, 1, 1, 1, 0, 0, 0),
        published.stream().map(message -> message.changes().size()).toList());
    assertEquals(own.generation(), published.get(6).generation(), "a digest always says how far we are");
  }

  @Test
  void somebodyNewHearsOfUsSoon() {
    enter();
    digestsUntil(10 * SECOND);
    topic.soon(10 * SECOND);
    assertEquals(10 * SECOND + ClusterTimings.REORDER_NS, topic.nextDeadlineNs());
  }

  @Test
  void whoHasLeftSaysItEverySecondAndNothingElse() {
    enter();
    topic.tell(own.notify(new Notification("hello", null, Map.of()), 0), 0);
    topic.onLeft(own.leave(0), 0);
    assertEquals(List.of(1L, 2L, 3L), digestsUntil(3 * SECOND));
    assertEquals(3, topic.farewells());
    assertEquals(RoomEvent.ROOM_LEAVE, published.get(published.size() - 1).changes().get(0).event());
    assertEquals(1, published.get(published.size() - 1).changes().size());
  }

  @Test
  void whoComesBackIsNotLeavingAnyMore() {
    enter();
    topic.onLeft(own.leave(0), 0);
    digestsUntil(2 * SECOND);
    topic.onEntered();
    digestsUntil(10 * SECOND);
    assertEquals(2, topic.farewells());
  }
}
