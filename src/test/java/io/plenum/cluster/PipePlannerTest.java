package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.PipePlanner.LocalFeed;
import io.plenum.cluster.PipePlanner.Plan;
import io.plenum.cluster.PipePlanner.RemoteFeed;
import io.plenum.cluster.PipePlanner.Wanted;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RouterPair;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PipePlannerTest {
  private static final Owner SELF = new Owner("here", 1);
  private static final Layers LOW = new Layers(0, 2);
  private static final Layers HIGH = new Layers(2, 0);
  private static final ProducerRow REMOTE = producer(new Owner("there", 1), "remote", "far");
  private static final ProducerRow LOCAL = producer(SELF, "local", "a");
  private static final Map<String, ProducerRow> PRODUCERS = Map.of("remote", REMOTE, "local", LOCAL);

  private static ProducerRow producer(Owner owner, String id, String routerId) {
    return new ProducerRow(owner, 1, "room", id, routerId, "peer", ProducerKind.VIDEO, false, Map.of());
  }

  private static Plan plan(Map<String, String> landings, Wanted... demand) {
    return PipePlanner.plan(PRODUCERS::get, SELF, Set.of("a", "b"), List.of(demand), landings);
  }

  @Test
  void whatNobodyWantsDoesNotCross() {
    assertEquals(new Plan(Map.of(), Map.of()), plan(Map.of()));
  }

  @Test
  void aProducerOnTheConsumersRouterNeedsNoPipe() {
    assertEquals(new Plan(Map.of(), Map.of()), plan(Map.of(), new Wanted("local", "a", HIGH)));
  }

  @Test
  void aLocalProducerGoesToAnotherRouterOfTheNodeInProcess() {
    assertEquals(Map.of(new LocalFeed("local", "a", "b"), HIGH), plan(Map.of(), new Wanted("local", "b", HIGH)).local());
  }

  @Test
  void aFeedWhoseConsumersAreAllPausedIsKeptAndCarriesNothing() {
    assertEquals(Map.of(new LocalFeed("local", "a", "b"), Layers.NONE),
        plan(Map.of(), new Wanted("local", "b", Layers.NONE)).local());
  }

  @Test
  void aRemoteProducerCrossesOnceWithTheHighestOfAllLayersAndGoesOnInside() {
    Plan plan = plan(Map.of(), new Wanted("remote", "b", LOW), new Wanted("remote", "a", HIGH));
    RemoteFeed feed = new RemoteFeed(REMOTE, "a", new Layers(2, 2));
    assertEquals(Map.of("remote", feed), plan.remote());
    assertEquals(new RouterPair("a", "far"), feed.pair());
    assertEquals(Map.of(new LocalFeed("remote", "a", "b"), LOW), plan.local());
  }

  @Test
  void itStaysOnTheRouterWhereItArrivesWhileAnyOfTheNodeWantsIt() {
    Plan plan = plan(Map.of("remote", "b"), new Wanted("remote", "a", LOW));
    assertEquals("b", plan.remote().get("remote").toRouterId());
    assertEquals(Map.of(new LocalFeed("remote", "b", "a"), LOW), plan.local());
  }

  @Test
  void anUnknownProducerAndAClosedRouterAreLeftOut() {
    Plan plan = plan(Map.of("remote", "closed"), new Wanted("unknown", "a", LOW), new Wanted("remote", "closed", LOW),
        new Wanted("remote", "a", LOW));
    assertEquals(Map.of("remote", new RemoteFeed(REMOTE, "a", LOW)), plan.remote());
    assertEquals(Map.of(), plan.local());
  }
}
