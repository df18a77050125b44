package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.cluster.DrainPlan.Client;
import io.plenum.cluster.RouterChooser.Choice;
import io.plenum.cluster.RouterChooser.Router;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.ServerRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which node, which router, and who leaves a draining node first. */
class ChoiceTest {
  private static final long SECOND = 1_000_000_000L;

  private static ServerRow server(String id, String region, double load, ServerRow.State state) {
    return new ServerRow(new Owner(id, 1), 1, "192.0.2.1", "1", region, load, state);
  }

  private static String select(Set<String> ofRoom, String region, ServerRow... servers) {
    return NodeSelector.select(List.of(servers), ofRoom, region).map(row -> row.owner().serverId()).orElse("none");
  }

  @Test
  void aNodeIsChosenByRoomFirstThenByRegionThenRoomThenLoad() {
    ServerRow idle = server("idle", "eu", 0.1, ServerRow.State.ACTIVE);
    ServerRow busy = server("busy", "eu", 0.5, ServerRow.State.ACTIVE);
    ServerRow full = server("full", "eu", 0.95, ServerRow.State.ACTIVE);
    ServerRow far = server("far", "us", 0.0, ServerRow.State.ACTIVE);
    ServerRow draining = server("draining", "eu", 0.0, ServerRow.State.DRAINING);
    assertEquals("idle", select(Set.of(), "eu", busy, idle, full, far, draining));
    assertEquals("busy", select(Set.of("busy", "far"), "eu", busy, idle, full, far, draining));
    assertEquals("idle", select(Set.of("full", "draining"), "eu", busy, idle, full, far, draining));
    assertEquals("far", select(Set.of(), "", busy, idle, full, far, draining));
    assertEquals("full", select(Set.of(), "eu", full, draining));
    assertEquals("none", select(Set.of(), "eu", draining));
  }

  @Test
  void aRoomStaysOnItsRouterUntilThatIsFullAndThenGoesToTheLeastBurdenedOtherLoop() {
    int[] loops = {50, 10, 40};
    assertEquals(new Choice(null, 1), RouterChooser.choose(List.of(), loops, 5, 100));
    assertEquals(new Choice("r", 0), RouterChooser.choose(List.of(new Router("r", 0, 95)), loops, 5, 100));
    assertEquals(new Choice(null, 1), RouterChooser.choose(List.of(new Router("r", 0, 96)), loops, 5, 100));
    assertEquals(new Choice(null, 2), RouterChooser.choose(List.of(new Router("r", 1, 96)), loops, 5, 100));
  }

  @Test
  void ofSeveralRoutersTheLeastBurdenedTakesTheNextAlsoWhenAllAreFull() {
    List<Router> two = List.of(new Router("r", 0, 80), new Router("s", 1, 60));
    assertEquals(new Choice("s", 1), RouterChooser.choose(two, new int[] {0, 90}, 5, 100));
    assertEquals(new Choice("s", 1), RouterChooser.choose(two, new int[] {0, 90}, 50, 100));
  }

  @Test
  void whoIsTooMuchForAnEmptyRouterGoesThereAllTheSame() {
    assertEquals(new Choice("r", 0), RouterChooser.choose(List.of(new Router("r", 0, 0)), new int[] {0, 0}, 500, 100));
  }

  @Test
  void smallRoomsLeaveFirstAndListenersBeforeSpeakersAtThePaceOfTheOthers() {
    DrainPlan plan = new DrainPlan(List.of(new Client("big", "a", 2), new Client("big", "b", 0),
        new Client("small", "c", 1)), 2, 60 * SECOND, 0);
    List<String> left = new ArrayList<>();
    while (!plan.finished()) {
      long now = plan.nextDeadlineNs();
      plan.onTimeout(now).forEach(client -> left.add(now / (SECOND / 10) + " " + client.peerId()));
    }
    assertEquals(List.of("0 c", "5 b", "10 a"), left);
  }

  @Test
  void aDrainEndsBeforeItsDeadlineHoweverManyThereAre() {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      clients.add(new Client("room", "peer" + i, 0));
    }
    DrainPlan plan = new DrainPlan(clients, 10, 5 * SECOND, 0);
    plan.onLeft("room", "peer7");
    assertEquals(999, plan.onTimeout(5 * SECOND).size());
    assertTrue(plan.finished());
    assertEquals(Long.MAX_VALUE, plan.nextDeadlineNs());
  }
}
