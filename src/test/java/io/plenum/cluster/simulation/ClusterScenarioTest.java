package io.plenum.cluster.simulation;

import static io.plenum.cluster.simulation.Timeline.MS;
import static io.plenum.cluster.simulation.Timeline.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.RowKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults that rooms must stand, one by one. */
class ClusterScenarioTest {
  private static final Layers ALL = new Layers(2, 2);

  private static SimulatedRoom enter(SimulatedCluster cluster, String serverId) {
    SimulatedRoom room = cluster.node(serverId).room("room");
    room.join("peer@" + serverId, "name");
    return room;
  }

  private static String router(SimulatedRoom room) {
    return room.routers.iterator().next();
  }

  private static String produce(SimulatedRoom room) {
    return room.produce(room.peers.keySet().iterator().next(), router(room), false);
  }

  private static Set<String> pipes(SimulatedRoom room) {
    return new HashSet<>(room.media.ends.keySet());
  }

  /** Nodes in one room, each with a producer that all others consume. */
  private static SimulatedCluster fullMesh(long seed, int nodes) {
    SimulatedCluster cluster = new SimulatedCluster(seed);
    cluster.everybodyConsumes = true;
    cluster.startAll(nodes);
    for (int i = 1; i <= nodes; i++) {
      produce(enter(cluster, "n" + i));
    }
    cluster.time.runFor(2 * SECOND);
    return cluster;
  }

  @ParameterizedTest(name = "registry stalled: {0}")
  @ValueSource(booleans = {false, true})
  void aRoomThatOpensKnowsThePeersOfOtherNodesBeforeItsFirstPeerIsLetIn(boolean stalled) {
    SimulatedCluster cluster = new SimulatedCluster(1);
    cluster.startAll(2);
    SimulatedRoom first = enter(cluster, "n1");
    first.rename("peer@n1", "Alice");
    String producerId = produce(first);
    cluster.time.runFor(10 * SECOND);
    if (stalled) {
      cluster.stallRegistry(5 * SECOND);
    }
    SimulatedRoom second = cluster.node("n2").room("room");
    second.act(second.coordinator::open);
    assertFalse(second.coordinator.knowsRoom());
    cluster.time.runFor(stalled ? 499 * MS : 20 * MS);
    assertEquals(!stalled, second.coordinator.knowsRoom());
    cluster.time.runFor(2 * MS);
    assertTrue(second.coordinator.knowsRoom());
    assertEquals("Alice", second.toldPeers.get("peer@n1").displayName());
    assertTrue(second.toldProducers.containsKey(producerId));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void twoNodesThatMakeAPipeToEachOtherAtTheSameInstantEndWithOne(long seed) {
    SimulatedCluster cluster = new SimulatedCluster(seed);
    cluster.startAll(2);
    SimulatedRoom one = enter(cluster, "n1");
    SimulatedRoom other = enter(cluster, "n2");
    String ofOne = produce(one);
    String ofOther = produce(other);
    cluster.time.runFor(SECOND);

    one.consume(router(one), ofOther, ALL);
    other.consume(router(other), ofOne, ALL);
    cluster.time.runFor(SECOND);

    assertEquals(1, one.media.pipesCreated);
    assertEquals(1, other.media.pipesCreated);
    assertEquals(Set.of(router(one) + " " + ofOther), one.ready);
    Settled.check(cluster, "seed " + seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void theCopyOfAProducerHasTheScoresOfItsOriginHoweverMessagesComeLateTwiceOrNever(long seed) {
    SimulatedCluster cluster = new SimulatedCluster(seed);
    cluster.startAll(2);
    SimulatedRoom origin = enter(cluster, "n1");
    SimulatedRoom far = enter(cluster, "n2");
    String producerId = produce(origin);
    origin.score(producerId, List.of(3));
    cluster.time.runFor(SECOND);
    far.consume(router(far), producerId, ALL);
    cluster.time.runFor(SECOND);
    assertEquals(List.of(3), mirrored(far), "what was said before anybody consumed it");

    origin.score(producerId, List.of(9));
    cluster.time.runFor(SECOND);
    assertEquals(List.of(9), mirrored(far));

    cluster.loss = 0.2;
    cluster.repetition = 0.2;
    cluster.maxDelayNs = 3 * SECOND;
    for (int i = 0; i < 20; i++) {
      origin.score(producerId, List.of(i % 10));
      cluster.time.runFor(700 * MS);
    }
    cluster.loss = 0;
    cluster.repetition = 0;
    cluster.maxDelayNs = 5 * MS;
    cluster.time.runFor(30 * SECOND);
    assertEquals(List.of(9), mirrored(far));
    Settled.check(cluster, "seed " + seed);
  }

  private static List<Integer> mirrored(SimulatedRoom far) {
    return far.media.ends.values().iterator().next().producers.values().iterator().next().scores();
  }

  @Test
  void aDataProducerCrossesWithItsPauseAndIsMadeAnewWhenItsChannelEndsAtEitherEnd() {
    SimulatedCluster cluster = new SimulatedCluster(5);
    cluster.startAll(2);
    SimulatedRoom origin = enter(cluster, "n1");
    SimulatedRoom far = enter(cluster, "n2");
    String chat = origin.produce(ProducerKind.DATA, "peer@n1", router(origin), false);
    cluster.time.runFor(SECOND);
    assertEquals(ProducerKind.DATA, far.toldProducers.get(chat).kind());
    assertEquals(Set.of(), pipes(origin), "until somebody wants it");
    String consumerId = far.consume(router(far), chat, Layers.DATA);
    cluster.time.runFor(SECOND);
    assertEquals(Set.of(router(far) + " " + chat), far.ready);
    assertEquals(Layers.DATA, crossing(origin));
    origin.pause(chat, true);
    cluster.time.runFor(SECOND);
    Settled.check(cluster, "paused");

    far.loseDataProducer();
    assertEquals(Set.of(), far.ready);
    origin.loseConsumer(cluster.random);
    cluster.time.runFor(5 * SECOND);
    assertEquals(Set.of(router(far) + " " + chat), far.ready);
    Settled.check(cluster, "made anew");

    far.want(consumerId, Layers.NONE);
    cluster.time.runFor(10 * SECOND);
    assertEquals(Layers.NONE, crossing(origin), "nobody listens");
    origin.closeProducer(chat);
    cluster.time.runFor(10 * SECOND);
    Settled.check(cluster, "closed");
    assertEquals(Set.of(), pipes(origin));
  }

  @Test
  void aRemoteProducerIsKnownAtOnceButCrossesOnlyWhileWantedAndFiveSecondsMore() {
    SimulatedCluster cluster = new SimulatedCluster(5);
    cluster.startAll(2);
    SimulatedRoom origin = enter(cluster, "n1");
    SimulatedRoom far = enter(cluster, "n2");
    String producerId = produce(origin);
    cluster.time.runFor(100 * MS);
    assertTrue(far.toldProducers.containsKey(producerId));
    cluster.time.runFor(10 * SECOND);
    assertEquals(Set.of(), pipes(origin));

    String consumerId = far.consume(router(far), producerId, Layers.NONE);
    cluster.time.runFor(SECOND);
    assertEquals(Layers.NONE, crossing(origin));
    far.want(consumerId, ALL);
    cluster.time.runFor(100 * MS);
    assertEquals(ALL, crossing(origin));

    far.want(consumerId, new Layers(0, 0));
    cluster.time.runFor(1_900 * MS);
    assertEquals(ALL, crossing(origin));
    cluster.time.runFor(200 * MS);
    assertEquals(new Layers(0, 0), crossing(origin));

    far.want(consumerId, Layers.NONE);
    cluster.time.runFor(4_900 * MS);
    assertEquals(new Layers(0, 0), crossing(origin));
    cluster.time.runFor(200 * MS);
    assertEquals(Layers.NONE, crossing(origin));

    far.closeConsumer(consumerId);
    cluster.time.runFor(11 * SECOND);
    assertEquals(Set.of(), pipes(origin));
    assertEquals(Set.of(), pipes(far));
    Settled.check(cluster, "after all");
  }

  private static Layers crossing(SimulatedRoom origin) {
    return origin.media.ends.values().iterator().next().consumers.values().iterator().next().layers();
  }

  @Test
  void aCloseThatOvertakesItsAddIsNotRevivedByIt() {
    SimulatedCluster cluster = new SimulatedCluster(6);
    cluster.startAll(2);
    SimulatedRoom origin = enter(cluster, "n1");
    SimulatedRoom far = enter(cluster, "n2");
    cluster.time.runFor(SECOND);
    cluster.held = message -> message.changes().size() == 1
        && message.changes().get(0).event() == RoomEvent.PRODUCER_ADD;
    cluster.holdNs = 3 * SECOND;

    origin.closeProducer(produce(origin));
    cluster.time.runFor(15 * SECOND);

    assertEquals(0, far.timesAdded);
    Settled.check(cluster, "after the late add");
  }

  @Test
  void anOwnerThatRestartsBeforeItIsDeclaredDeadLeavesNothingOfItsEarlierLife() {
    SimulatedCluster cluster = fullMesh(7, 3);
    SimulatedRoom survivor = cluster.node("n2").room("room");
    cluster.kill(cluster.node("n1"), 5 * SECOND);
    cluster.time.runFor(500 * MS);
    cluster.start("n1");
    cluster.time.runFor(3 * SECOND);

    assertTrue(cluster.node("n1").ready);
    assertEquals(Set.of("peer@n3"), survivor.toldPeers.keySet());
    SimulatedRoom back = enter(cluster, "n1");
    produce(back);
    cluster.time.runFor(15 * SECOND);
    Settled.check(cluster, "after the restart");
    assertEquals(Set.of("peer@n1", "peer@n3"), survivor.toldPeers.keySet());
  }

  @Test
  void afterKillNineOfOneOfThreeNothingElseIsDisturbedAndNoRowIsLeft() {
    SimulatedCluster cluster = fullMesh(8, 3);
    SimulatedRoom one = cluster.node("n1").room("room");
    SimulatedRoom other = cluster.node("n2").room("room");
    int madeBefore = one.media.pipesCreated + other.media.pipesCreated;
    Set<String> pipesBefore = pipes(one);

    cluster.kill(cluster.node("n3"), 400 * MS);
    cluster.time.runFor(5 * SECOND);
    assertEquals(Set.of("peer@n2"), one.toldPeers.keySet());
    assertEquals(Set.of("peer@n1"), other.toldPeers.keySet());
    cluster.time.runFor(5 * SECOND);

    Settled.check(cluster, "ten seconds after the kill");
    assertEquals(madeBefore, one.media.pipesCreated + other.media.pipesCreated);
    assertTrue(pipesBefore.containsAll(pipes(one)));
  }

  @Test
  void whileTheRegistryStallsRoomsGoOn() {
    SimulatedCluster cluster = fullMesh(9, 3);
    SimulatedRoom one = cluster.node("n1").room("room");
    SimulatedRoom other = cluster.node("n2").room("room");
    Set<String> pipesBefore = pipes(one);
    cluster.stallRegistry(20 * SECOND);
    cluster.time.runFor(2 * SECOND);

    String producerId = produce(one);
    one.join("newcomer", "name");
    cluster.time.runFor(2 * SECOND);
    assertTrue(other.toldPeers.containsKey("newcomer"));
    assertTrue(other.ready.contains(router(other) + " " + producerId));
    cluster.time.runFor(15 * SECOND);
    assertEquals(pipesBefore, pipes(one));

    cluster.time.runFor(20 * SECOND);
    assertEquals(pipesBefore, pipes(one));
    Settled.check(cluster, "after the stall");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void rowsThatAMergeLosesAreWrittenAgain(long seed) {
    SimulatedCluster cluster = fullMesh(seed, 3);
    SimulatedRoom alone = cluster.node("n3").room("room");
    SimulatedRoom one = cluster.node("n1").room("room");
    cluster.partition(List.of(cluster.node("n3")), 30 * SECOND);
    cluster.time.runFor(10 * SECOND);
    assertEquals(Set.of(), alone.toldPeers.keySet(), "the others are gone, as seen from the one");
    assertEquals(Set.of("peer@n2"), one.toldPeers.keySet());
    produce(alone);
    produce(one);

    cluster.time.runFor(20 * SECOND + 9 * SECOND + 20 * SECOND);
    Settled.check(cluster, "seed " + seed);
    assertEquals(Set.of("peer@n2", "peer@n3"), one.toldPeers.keySet());
  }

  @Test
  void aNodeThatWasFrozenForTwentySecondsComesBackWithoutZombies() {
    SimulatedCluster cluster = fullMesh(10, 3);
    SimulatedRoom one = cluster.node("n1").room("room");
    cluster.freeze(cluster.node("n3"), 20 * SECOND);
    cluster.time.runFor(10 * SECOND);
    assertEquals(Set.of("peer@n2"), one.toldPeers.keySet());
    cluster.time.runFor(10 * SECOND + 10 * SECOND);
    assertEquals(Set.of("peer@n2", "peer@n3"), one.toldPeers.keySet());
    cluster.time.runFor(10 * SECOND);
    Settled.check(cluster, "after the freeze");
  }

  @Test
  void twoHundredProducersInABurstAreAllKnownAndConsumedWithinFiveSeconds() {
    SimulatedCluster cluster = new SimulatedCluster(11);
    cluster.everybodyConsumes = true;
    cluster.startAll(3);
    SimulatedRoom origin = enter(cluster, "n1");
    SimulatedRoom far = enter(cluster, "n2");
    enter(cluster, "n3");
    cluster.time.runFor(SECOND);
    for (int i = 0; i < 200; i++) {
      produce(origin);
    }
    cluster.time.runFor(5 * SECOND);
    assertEquals(200, far.ready.size());
    cluster.time.runFor(5 * SECOND);
    Settled.check(cluster, "after the burst");
  }

  @Test
  void withAFifthOfAllMessagesLostOrDoubledAllListsAreEqualFiveSecondsAfterTrafficStops() {
    for (long seed = 1; seed <= 200; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed);
      cluster.everybodyConsumes = true;
      cluster.startAll(3);
      cluster.loss = 0.2;
      cluster.repetition = 0.2;
      for (int i = 0; i < 30; i++) {
        SimulatedRoom room = cluster.node("n" + (1 + cluster.random.nextInt(3))).room("room");
        if (room.peers.size() < 3) {
          room.join("peer" + i, "name");
        }
        if (room.producers.size() > 3) {
          room.closeProducer(room.producers.keySet().iterator().next());
        }
        produce(room);
        cluster.time.runFor(cluster.random.nextLong(SECOND / 2));
      }
      cluster.time.runFor(5 * SECOND);
      Settled.checkViews(cluster, "seed " + seed);
      cluster.loss = 0;
      cluster.time.runFor(20 * SECOND);
      Settled.check(cluster, "seed " + seed);
    }
  }

  @Test
  void aDeadPipeIsMadeAnewAndIsNotADeadNode() {
    SimulatedCluster cluster = fullMesh(12, 2);
    SimulatedRoom one = cluster.node("n1").room("room");
    String dead = pipes(one).iterator().next();
    one.act(now -> one.coordinator.onPipeFailed(dead, now));
    cluster.time.runFor(3 * SECOND);
    assertEquals(1, one.ready.size());
    assertFalse(pipes(one).contains(dead));
    assertEquals(Set.of("peer@n2"), one.toldPeers.keySet());
    Settled.check(cluster, "after the repair");
  }

  @Test
  void anEndThatIsMadeAnewMakesTheOldPairVoidEvenIfItsCloseIsLost() {
    SimulatedCluster cluster = fullMesh(18, 2);
    SimulatedRoom one = cluster.node("n1").room("room");
    SimulatedRoom other = cluster.node("n2").room("room");
    Set<String> before = pipes(other);
    String dead = pipes(one).iterator().next();
    cluster.blackOut(300 * MS);
    one.media.closePipe(dead);
    one.act(now -> one.coordinator.onPipeFailed(dead, now));
    cluster.time.runFor(1_500 * MS);
    assertEquals(Set.of(), intersection(before, pipes(other)), "before the next Want could have told it");
    cluster.time.runFor(3 * SECOND);
    assertEquals(1, one.ready.size());
    assertEquals(1, other.ready.size());
    Settled.check(cluster, "after the repair");
  }

  private static Set<String> intersection(Set<String> some, Set<String> others) {
    Set<String> both = new HashSet<>(some);
    both.retainAll(others);
    return both;
  }

  @Test
  void aPipeThatTheOtherSideHasForgottenIsFoundByTheNextWant() {
    SimulatedCluster cluster = new SimulatedCluster(19);
    cluster.startAll(2);
    SimulatedRoom origin = enter(cluster, "n1");
    SimulatedRoom far = enter(cluster, "n2");
    String producerId = produce(origin);
    cluster.time.runFor(SECOND);
    far.consume(router(far), producerId, ALL);
    cluster.time.runFor(SECOND);
    String dead = pipes(origin).iterator().next();
    cluster.blackOut(300 * MS);
    origin.media.closePipe(dead);
    origin.act(now -> origin.coordinator.onPipeFailed(dead, now));
    cluster.time.runFor(5 * SECOND);
    assertEquals(1, origin.media.ends.values().iterator().next().consumers.size());
    Settled.check(cluster, "after the repair");
  }

  @Test
  void aConsumerThatFailsAtTheOriginIsFoundByTheNextWant() {
    SimulatedCluster cluster = fullMesh(20, 2);
    SimulatedRoom one = cluster.node("n1").room("room");
    one.loseConsumer(cluster.random);
    cluster.time.runFor(3 * SECOND);
    Settled.check(cluster, "after the repair");
  }

  @Test
  void aLeaveThatNobodyHeardIsFoundOut() {
    SimulatedCluster cluster = fullMesh(21, 3);
    SimulatedRoom one = cluster.node("n1").room("room");
    SimulatedRoom other = cluster.node("n2").room("room");
    cluster.blackOut(6 * SECOND);
    one.leave("peer@n1");
    cluster.time.runFor(6 * SECOND);
    assertTrue(other.toldPeers.containsKey("peer@n1"));
    cluster.time.runFor(16 * SECOND);
    assertFalse(other.toldPeers.containsKey("peer@n1"));
    Settled.check(cluster, "after the silent leave");
  }

  @Test
  void aSecondProcessWithTheSameServerIdRefusesToStartWhileTheFirstLives() {
    SimulatedCluster cluster = fullMesh(13, 2);
    SimulatedNode first = cluster.node("n1");
    SimulatedNode second = cluster.start("n1");
    cluster.time.runFor(5 * SECOND);
    assertNotNull(second.refused);
    assertFalse(second.ready);
    assertNull(first.refused);
    assertFalse(first.dead);
  }

  @Test
  void aFrozenProcessWhoseServerIdWasTakenOverGivesUpWhenItWakes() {
    SimulatedCluster cluster = fullMesh(14, 2);
    SimulatedNode first = cluster.node("n1");
    cluster.freeze(first, 4 * SECOND);
    SimulatedNode second = cluster.start("n1");
    cluster.time.runFor(3 * SECOND);
    assertTrue(second.ready);
    cluster.time.runFor(10 * SECOND);
    assertNotNull(first.refused);
    assertNull(second.refused);
  }

  @Test
  void aPeerThatComesBackThroughAnotherNodeIsSeenThereAndItsOldConnectionIsClosed() {
    SimulatedCluster cluster = new SimulatedCluster(15);
    cluster.startAll(3);
    SimulatedRoom one = enter(cluster, "n1");
    SimulatedRoom other = enter(cluster, "n2");
    SimulatedRoom third = enter(cluster, "n3");
    one.join("mover", "before");
    one.produce("mover", router(one), false);
    cluster.time.runFor(SECOND);
    other.join("mover", "after");
    cluster.time.runFor(SECOND);
    assertFalse(one.peers.containsKey("mover"));
    assertEquals("after", third.toldPeers.get("mover").displayName());
    assertEquals(Set.of(), third.toldProducers.keySet());
    cluster.time.runFor(20 * SECOND);
    Settled.check(cluster, "after the move");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void aPeerThatIsSentToAnotherNodeIsNeverAwayAndItsOldStreamsLastUntilTheNewOnesAreThere(long seed) {
    SimulatedCluster cluster = new SimulatedCluster(seed);
    cluster.startAll(3);
    SimulatedRoom one = enter(cluster, "n1");
    SimulatedRoom other = enter(cluster, "n2");
    SimulatedRoom third = enter(cluster, "n3");
    one.join("mover", "before");
    String before = one.produce("mover", router(one), false);
    cluster.time.runFor(SECOND);
    one.sendAway("mover");
    cluster.time.runFor(200 * MS);
    assertTrue(other.toldPeers.get("mover").moving(), "the node that it comes to knows that it was sent");
    other.join("mover", "after");
    String after = other.produce("mover", router(other), false);
    cluster.time.runFor(SECOND);

    assertTrue(one.peers.containsKey("mover"), "both connections live");
    assertEquals("after", third.toldPeers.get("mover").displayName());
    assertEquals(Set.of(before, after), third.toldProducers.keySet());
    assertEquals(Set.of(before), other.toldProducers.keySet(), "also on the node that it has come to");
    assertEquals(Set.of(after), one.toldProducers.keySet());
    cluster.time.runFor(SimulatedRoom.MOVE_OVERLAP_NS);
    assertFalse(one.peers.containsKey("mover"));
    assertEquals(Set.of(after), third.toldProducers.keySet());
    assertEquals(Set.of(), other.toldProducers.keySet());
    assertEquals(1, third.moves);
    assertEquals(0, third.timesLeft);
    cluster.time.runFor(20 * SECOND);
    Settled.check(cluster, "after the move");
  }

  @Test
  void aNotificationIsHeardOnceByEachOtherNodeHoweverOftenItIsRepeated() {
    SimulatedCluster cluster = fullMesh(16, 3);
    cluster.repetition = 0.9;
    SimulatedRoom one = cluster.node("n1").room("room");
    one.act(now -> one.coordinator.notifyRoom(new Notification("chat", null, Map.of()), now));
    cluster.time.runFor(10 * SECOND);
    assertEquals(List.of("chat"), cluster.node("n2").room("room").notifications);
    assertEquals(List.of("chat"), cluster.node("n3").room("room").notifications);
    assertEquals(List.of(), one.notifications);
  }

  @Test
  void whenTheLastPeerHasLeftNothingIsLeft() {
    SimulatedCluster cluster = fullMesh(17, 3);
    for (SimulatedNode node : cluster.alive()) {
      SimulatedRoom room = node.room("room");
      room.leave(room.peers.keySet().iterator().next());
    }
    cluster.time.runFor(5 * SECOND);
    for (SimulatedNode node : cluster.alive()) {
      assertEquals(Map.of(), node.rooms);
    }
    assertEquals(3, cluster.registry.rows(0).keySet().stream()
        .filter(key -> key.table() == RowKey.Table.SERVERS).count());
    assertEquals(3, cluster.registry.rows(0).size());
    assertEquals(List.of(), cluster.violations);
  }
}
