package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.ServerRow;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.cluster.message.SignalMessage.Ping;
import io.plenum.cluster.message.SignalMessage.Pong;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A node's start and end, with a registry that answers when it is told to. */
class NodeCoordinatorTest implements Registry, Bus, NodeCoordinator.Sink {
  private static final long SECOND = 1_000_000_000L;
  private static final Owner SELF = new Owner("s", 100);
  private static final Owner LATER = new Owner("s", 200);
  private static final Owner OTHER = new Owner("other", 7);

  private final List<String> heard = new ArrayList<>();
  private final List<SignalMessage> sent = new ArrayList<>();
  private final Map<Long, String> asked = new TreeMap<>();
  private final Map<RowKey, Row> rows = new java.util.LinkedHashMap<>();
  private long nowNs;
  private final NodeCoordinator node = new NodeCoordinator(
      "s", 100, new NodeCoordinator.Description("192.0.2.1", "1", "eu"), this, this, this, 0);

  /** Answers what was asked, and lets time pass, until so much later. */
  private void runFor(long durationNs) {
    long endNs = nowNs + durationNs;
    while (true) {
      answer();
      if (node.nextDeadlineNs() > endNs) {
        nowNs = endNs;
        return;
      }
      nowNs = Math.max(nowNs, node.nextDeadlineNs());
      node.onTimeout(nowNs);
    }
  }

  private void answer() {
    while (!asked.isEmpty()) {
      Map<Long, String> now = Map.copyOf(asked);
      asked.clear();
      now.forEach((operation, what) -> {
        if (what.equals("done")) {
          node.onRegistryDone(operation, nowNs);
        } else {
          node.onRegistryRows(operation, rows.values().stream()
              .filter(row -> what.equals("servers") ? row instanceof ServerRow : row.owner().serverId().equals("s"))
              .toList(), nowNs);
        }
      });
    }
  }

  private static ServerRow row(Owner owner) {
    return new ServerRow(owner, 1, "192.0.2.1", "1", "eu", 0, ServerRow.State.ACTIVE);
  }

  private void start() {
    runFor(SECOND);
    assertEquals(NodeCoordinator.State.ACTIVE, node.state());
    heard.clear();
    sent.clear();
  }

  @Test
  void aNodeWithoutFormerRowsIsReadyAtOnceAndHasItsRow() {
    runFor(0);
    assertEquals(List.of("ready " + SELF), heard);
    assertEquals(SELF, rows.values().iterator().next().owner());
  }

  @Test
  void formerRowsAreCleanedWhenNobodyAnswersForThem() {
    Owner former = new Owner("s", 90);
    rows.put(row(former).key(), row(former));
    runFor(SECOND);
    assertEquals(List.of(), heard, "it asks for two seconds");
    runFor(3 * SECOND);
    assertEquals(List.of("ready " + SELF), heard);
    assertEquals(List.of(SELF), rows.values().stream().map(Row::owner).toList());
  }

  @Test
  void aNodeWhoseFormerLifeAnswersIsRefused() {
    Owner former = new Owner("s", 90);
    rows.put(row(former).key(), row(former));
    runFor(SECOND);
    node.onSignal(new Pong(Protocol.VERSION, former, 1), nowNs);
    assertTrue(heard.get(0).startsWith("refused "), heard.toString());
    assertEquals(Long.MAX_VALUE, node.nextDeadlineNs());
  }

  @Test
  void aLaterLifeThatIsOnlyAMemberIsAnsweredAndEndsNobody() {
    start();
    node.onMembership(List.of(SELF, LATER), nowNs);
    runFor(30 * SECOND);
    node.onSignal(new Ping(Protocol.VERSION, LATER, 1), nowNs);
    assertEquals(NodeCoordinator.State.ACTIVE, node.state());
    assertEquals(List.of(new Pong(Protocol.VERSION, SELF, 1)), sent);
    node.onMembership(List.of(SELF), nowNs);
    runFor(30 * SECOND);
    assertEquals(NodeCoordinator.State.ACTIVE, node.state());
  }

  @Test
  void aLaterLifeThatHasTakenOverIsNoticedWithinASecondOfItsRow() {
    start();
    node.onMembership(List.of(SELF, LATER), nowNs);
    runFor(5 * SECOND);
    assertEquals(NodeCoordinator.State.ACTIVE, node.state());
    rows.put(row(LATER).key(), row(LATER));
    runFor(ClusterTimings.LATER_LIFE_NS);
    assertEquals(NodeCoordinator.State.SUPERSEDED, node.state());
    assertEquals(1, heard.stream().filter(event -> event.startsWith("superseded")).count());
  }

  @Test
  void othersAreCandidatesWhileTheyAreUpAndHaveARow() {
    start();
    rows.put(row(OTHER).key(), row(OTHER));
    node.onMembership(List.of(SELF, OTHER), nowNs);
    runFor(0);
    assertEquals(List.of(OTHER, SELF), node.candidates().stream().map(ServerRow::owner).toList());
    assertTrue(heard.contains("up " + OTHER), heard.toString());
  }

  @Test
  void aRowThatWasLostIsPutAgain() {
    start();
    rows.clear();
    node.onMerged(nowNs);
    runFor(0);
    assertEquals(List.of(SELF), rows.values().stream().map(Row::owner).toList());
  }

  // ---- the ports ----

  @Override
  public void put(long operation, Row row) {
    rows.put(row.key(), row);
    asked.put(operation, "done");
  }

  @Override
  public void removeIfOwner(long operation, RowKey key, Owner owner) {
    rows.computeIfPresent(key, (k, row) -> row.owner().equals(owner) ? null : row);
    asked.put(operation, "done");
  }

  @Override
  public void fetchRoom(long operation, String room) {
    throw new AssertionError("a node fetches no room");
  }

  @Override
  public void fetchServers(long operation) {
    asked.put(operation, "servers");
  }

  @Override
  public void fetchOwned(long operation, String serverId) {
    asked.put(operation, "owned");
  }

  @Override
  public void publish(RoomMessage message) {
    throw new AssertionError("a node publishes to no room");
  }

  @Override
  public void send(String address, SignalMessage message) {
    sent.add(message);
  }

  @Override
  public void onReady(Owner self) {
    heard.add("ready " + self);
  }

  @Override
  public void onRefused(String reason) {
    heard.add("refused " + reason);
  }

  @Override
  public void onSuperseded(String reason) {
    heard.add("superseded " + reason);
  }

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

  @Override
  public void onClusterChanged() {
    heard.add("changed");
  }
}
