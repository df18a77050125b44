package io.plenum.browser;

import static io.plenum.browser.ClusterFaultIT.figure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.client.ClientLoop;
import io.plenum.client.SyntheticClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * One node of three loses its link to the others for 30 s, silently; clients reach all the time. Skipped where network
 * namespaces cannot be made, and unless {@code -Dplenum.longTests=true}.
 */
@Tag("cluster")
@EnabledIfSystemProperty(named = "plenum.longTests", matches = "true")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ClusterPartitionIT {
  private static final long CUT_MS = 30_000;
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 60_000;
  private static final int GRID_PORT = 5_701;

  private final List<SyntheticClient> clients = new ArrayList<>();

  @Test
  void aSilentlyCutLinkPartsTheRoomAndHealsIt() {
    Assumptions.assumeTrue(SeveredNetwork.isPossible(), "no network namespaces here");
    try (SeveredNetwork network = SeveredNetwork.of(3);
        ClusterUnderTest cluster = start(network);
        ClientLoop loop = new ClientLoop()) {
      SyntheticClient alice = publish(loop, cluster.node(0), "alice");
      SyntheticClient anna = publish(loop, cluster.node(0), "anna");
      SyntheticClient bob = publish(loop, cluster.node(1), "bob");
      SyntheticClient carol = publish(loop, cluster.node(2), "carol");
      SyntheticClient carl = publish(loop, cluster.node(2), "carl");
      List<SyntheticClient> all = List.of(alice, anna, bob, carol, carl);
      awaitAllSeeAll(all);

      all.forEach(SyntheticClient::startMeasuring);
      long cutNs = System.nanoTime();
      network.cut(2);
      alice.await("news of the other side", c -> c.peers().equals(Set.of("anna", "bob")), SETTLE_MS);
      bob.await("news of the other side", c -> c.peers().equals(Set.of("alice", "anna")), SETTLE_MS);
      figure("C3.majorityToldMs", sinceMs(cutNs));
      carol.await("news of the other side", c -> c.peers().equals(Set.of("carl")), SETTLE_MS);
      figure("C3.minorityToldMs", sinceMs(cutNs));
      long slowest = 0;
      while (sinceMs(cutNs) < CUT_MS) {
        long askedNs = System.nanoTime();
        all.forEach(client -> client.request("changeDisplayName", Map.of("displayName", client.peerId())));
        slowest = Math.max(slowest, sinceMs(askedNs));
        ClusterUnderTest.pause(500);
      }
      figure("C3.slowestRoundOfFiveRequestsMs", slowest);
      long insideMs = Math.max(Math.max(alice.longestGapMs(anna), anna.longestGapMs(alice)), carol.longestGapMs(carl));
      figure("C3.gapInsideANodeMs", insideMs);
      long acrossMs = Math.max(alice.longestGapMs(bob), bob.longestGapMs(alice));
      figure("C3.gapInsideTheMajorityMs", acrossMs);

      long healedNs = System.nanoTime();
      network.heal(2);
      cluster.awaitMembers(3);
      figure("C3.oneMembershipAfterMs", sinceMs(healedNs));
      awaitAllSeeAll(all);
      figure("C3.allSeeAllAfterMs", sinceMs(healedNs));
      for (SyntheticClient client : all) {
        assertNull(client.closedReason(), "nobody's connection is closed");
        assertEquals(4, client.peersNow().size(), client.describe());
      }
      ClusterUnderTest.await("that the rows are those of one room", SETTLE_MS,
          () -> cluster.sum("cluster_rows_peers") == 5 && cluster.sum("cluster_rows_producers") == 10
              && cluster.sum("cluster_rows_rooms") == 3 && cluster.sum("cluster_rows_servers") == 3);
      figure("C3.rowsRightAfterMs", sinceMs(healedNs));
      assertTrue(insideMs <= ClusterFaultIT.STOOD_STILL_MS, "media within a node stood still for " + insideMs + " ms");
      assertTrue(acrossMs <= ClusterFaultIT.STOOD_STILL_MS, "media within the majority stood still for " + acrossMs + " ms");
      assertTrue(slowest <= 8_000, "requests took " + slowest + " ms");
      clients.forEach(SyntheticClient::close);
      figure("C3.nothingLeftMs", cluster.awaitNothingLeft(SETTLE_MS));
    }
  }

  private static ClusterUnderTest start(SeveredNetwork network) {
    List<NodeUnderTest> nodes = new ArrayList<>();
    String members = IntStream.range(0, 3).mapToObj(i -> network.nodeAddress(i) + ":" + GRID_PORT)
        .collect(Collectors.joining(","));
    for (int i = 0; i < 3; i++) {
      nodes.add(NodeUnderTest.prepare(network.clientAddress(i), network.prefix(i),
          "--node.ip=" + network.nodeAddress(i), "--pipe.ip=" + network.nodeAddress(i),
          "--auth.allowOpen=true", ClusterUnderTest.JOIN_PATIENCE, "--cluster.enabled=true",
          "--cluster.secret=beyond loopback a cluster needs one", "--cluster.port=" + GRID_PORT, "--cluster.members=" + members));
    }
    return ClusterUnderTest.of(nodes);
  }

  private SyntheticClient publish(ClientLoop loop, NodeUnderTest node, String name) {
    SyntheticClient client = SyntheticClient.join(loop, node.url(), "partition", name);
    clients.add(client);
    client.publishAudio();
    client.publishVideo();
    return client;
  }

  private static void awaitAllSeeAll(List<SyntheticClient> all) {
    for (SyntheticClient viewer : all) {
      all.stream().filter(other -> other != viewer).forEach(other -> viewer.awaitMediaFrom(other, 2, 10, 60_000));
    }
  }

  private static long sinceMs(long startNs) {
    return (System.nanoTime() - startNs) / 1_000_000;
  }
}
