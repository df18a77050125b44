package io.plenum.browser;

import static io.plenum.browser.ClusterFaultIT.figure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.client.ClientLoop;
import io.plenum.client.RoamingClient;
import io.plenum.client.SyntheticClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Three processes are restarted one after the other as a service manager does it, while people are in a call on all of them and
 * every second somebody joins. Synthetic clients; what they noticed is printed as {@code figure name=value}.
 */
@Tag("cluster")
@Timeout(value = 900, unit = TimeUnit.SECONDS)
// Until it has been seen to hold again and again on a machine that does nothing else, it must be asked for.
@EnabledIfSystemProperty(named = "plenum.longTests", matches = "true")
class RollingRestartIT {
  private static final long SETTLE_MS = 60_000;
  private static final String ROOM = "rolling";
  private static final int NODES = 3;
  private static final int PUBLISHERS_PER_NODE = 2;
  /** How often a balancer looks whether a node is ready: some come to one that is not any more. */
  private static final long BALANCER_POLL_MS = 2_000;
  private static final long GUEST_STAYS_MS = 4_000;
  /** Promise C6: nobody is without a peer's media for longer. */
  private static final long LONGEST_GAP_MS = 3_000;

  /** Sends whoever comes to a node that was ready when it looked last, in turn. */
  private static final class Balancer {
    private final ClusterUnderTest cluster;
    private final boolean[] ready = new boolean[NODES];
    private int turn;

    Balancer(ClusterUnderTest cluster) {
      this.cluster = cluster;
    }

    void look() {
      for (int i = 0; i < NODES; i++) {
        boolean now = cluster.node(i).isReady();
        synchronized (this) {
          ready[i] = now;
        }
      }
    }

    synchronized String next() {
      for (int i = 0; i < NODES; i++) {
        turn = (turn + 1) % NODES;
        if (ready[turn]) {
          return cluster.node(turn).url();
        }
      }
      throw new AssertionError("no node is ready");
    }
  }

  private final AtomicInteger joins = new AtomicInteger();
  private final AtomicInteger redirected = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  @Test
  void aRollingRestartWhilePeopleJoinLosesNobodyAndIsNotNoticed() throws InterruptedException {
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    ExecutorService guests = Executors.newCachedThreadPool();
    try (ClientLoop loop = new ClientLoop(); ClusterUnderTest cluster = ClusterUnderTest.start(NODES)) {
      List<RoamingClient> all = new ArrayList<>();
      for (int i = 0; i < NODES * PUBLISHERS_PER_NODE; i++) {
        RoamingClient client = new RoamingClient(loop, ROOM, "peer" + i, true);
        client.join(cluster.node(i % NODES).url());
        all.add(client);
      }
      awaitAllSeeAll(all);
      all.forEach(RoamingClient::startMeasuring);
      loop.takeLongestStallMs();

      Balancer balancer = new Balancer(cluster);
      balancer.look();
      clock.scheduleWithFixedDelay(balancer::look, BALANCER_POLL_MS, BALANCER_POLL_MS, TimeUnit.MILLISECONDS);
      clock.scheduleAtFixedRate(() -> guests.execute(() -> visit(loop, balancer)), 0, 1, TimeUnit.SECONDS);
      for (int i = 0; i < NODES; i++) {
        long stoppedNs = System.nanoTime();
        cluster.node(i).stop();
        figure("C6.stopMs." + i, (System.nanoTime() - stoppedNs) / 1_000_000);
        cluster.node(i).startAgain();
        cluster.node(i).awaitReady();
        cluster.awaitMembers(NODES);
        figure("C6.restartedMs." + i, (System.nanoTime() - stoppedNs) / 1_000_000);
      }
      clock.shutdownNow();
      guests.shutdown();
      assertTrue(guests.awaitTermination(SETTLE_MS, TimeUnit.MILLISECONDS), "guests that do not come to an end");

      all.forEach(RoamingClient::awaitMoved);
      awaitAllSeeAll(all);
      long longestMs = 0;
      List<String> noticed = new ArrayList<>();
      for (RoamingClient viewer : all) {
        long worstMs = all.stream().filter(other -> other != viewer).map(RoamingClient::peerId)
            .flatMap(peerId -> List.of(peerId + " audio", peerId + " video").stream())
            .mapToLong(media -> viewer.longestGapsMs().get(media)).max().orElseThrow();
        figure("C6.longestGapMs." + viewer.peerId(), worstMs + " of " + viewer.longestGapsMs());
        longestMs = Math.max(longestMs, worstMs);
        failures.addAll(viewer.troubles());
        loop.call(() -> viewer.current().notices().stream()
            .filter(notice -> notice.method().equals("peerClosed") && notice.data().path("peerId").asText().startsWith("peer"))
            .map(notice -> viewer.peerId() + " saw go " + notice.data().path("peerId").asText()).toList())
            .forEach(noticed::add);
      }
      figure("C6.longestGapMs", longestMs);
      figure("C6.clientsStoodStillMs", loop.takeLongestStallMs());
      figure("C6.joins", joins.get());
      figure("C6.redirected", redirected.get());
      figure("C6.failed", failures);
      figure("C6.moves", all.stream().mapToInt(RoamingClient::moves).sum());
      figure("C6.seemedToLeave", noticed);
      assertEquals(List.of(), List.copyOf(failures), "failed joins");
      assertEquals(List.of(), noticed, "peers that seemed to leave");
      ClusterUnderTest.await("that there are no orphan rows", SETTLE_MS,
          () -> cluster.sum("cluster_rows_peers") == all.size() && cluster.sum("cluster_rows_producers") == 2 * all.size());
      all.forEach(RoamingClient::close);
      figure("C6.nothingLeftMs", cluster.awaitNothingLeft(SETTLE_MS));
      assertEquals(List.of(), cluster.errors());
      assertTrue(longestMs <= LONGEST_GAP_MS, "somebody was without a peer's media for " + longestMs + " ms");
    } finally {
      clock.shutdownNow();
      guests.shutdownNow();
    }
  }

  @Test
  void aSecondOrderToStopEndsTheWaitingForAClientThatDoesNotGo() {
    try (ClientLoop loop = new ClientLoop(); ClusterUnderTest cluster = ClusterUnderTest.start(2)) {
      SyntheticClient stays = SyntheticClient.join(loop, cluster.node(0).url(), ROOM, "stays");
      cluster.node(0).terminate();
      stays.await("being told to go", client -> client.notices().stream()
          .anyMatch(notice -> notice.method().equals("nodeDraining") && notice.data().path("urls").size() == 1), SETTLE_MS);
      long againNs = System.nanoTime();
      cluster.node(0).terminate();
      stays.await("the end", SyntheticClient::isClosed, SETTLE_MS);
      figure("drain.closedAfterSecondSignalMs", (System.nanoTime() - againNs) / 1_000_000);
      assertTrue(stays.closedReason().startsWith("1001"), () -> stays.closedReason());
      assertEquals(0, cluster.node(0).awaitExit(Duration.ofSeconds(60)));
    }
  }

  /** Somebody comes, sees somebody, and goes. */
  private void visit(ClientLoop loop, Balancer balancer) {
    RoamingClient guest = new RoamingClient(loop, ROOM, "guest" + joins.incrementAndGet(), false);
    try {
      try {
        guest.join(balancer.next());
      } catch (AssertionError e) {
        if (!String.valueOf(e.getMessage()).contains("ConnectException")) {
          throw e;
        }
        // The node has gone since the balancer looked: it tries the next.
        redirected.incrementAndGet();
        guest.join(balancer.next());
      }
      redirected.addAndGet(guest.redirections());
      guest.await("somebody's media", client -> client.open().stream().anyMatch(stream -> stream.packets() > 0), SETTLE_MS);
      ClusterUnderTest.pause(GUEST_STAYS_MS);
    } catch (AssertionError | RuntimeException e) {
      failures.add(guest.peerId() + ": " + e);
    } finally {
      guest.close();
    }
  }

  private static void awaitAllSeeAll(List<RoamingClient> all) {
    for (RoamingClient viewer : all) {
      for (RoamingClient other : all) {
        if (viewer != other) {
          viewer.current().awaitMediaFrom(other.current(), 2, 10, SETTLE_MS);
        }
      }
    }
  }
}
