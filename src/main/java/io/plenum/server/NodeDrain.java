package io.plenum.server;

import io.plenum.cluster.DrainPlan;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.room.PeerMoves;
import io.plenum.server.room.Rooms;
import io.plenum.server.signaling.ServerList;
import io.plenum.server.web.DrainControl;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties this node: it takes no more clients, and those it has are sent to other nodes at the pace of a
 * {@link DrainPlan}; what becomes of each is its room's business ({@link PeerMoves}). Lives on one control loop; asked
 * from any thread.
 *
 * <p>While there is no other node, nobody is sent anywhere: an operator's drain then waits for one, and a node that stops
 * does not wait.
 */
final class NodeDrain implements DrainControl {
  /** Often enough for the pace of a plan to be a pace and not bursts. */
  private static final long TICK_MS = 50;
  /** Clients are counted each so many ticks: that asks every room. */
  private static final int TICKS_PER_COUNT = 5;
  private static final long SECOND_NS = 1_000_000_000L;
  /** Who is told last still needs the time to go. */
  private static final long TELLING_ENDS_NS = PeerMoves.PATIENCE_MS * 1_000_000 + 2 * SECOND_NS;
  private static final Logger log = LoggerFactory.getLogger(NodeDrain.class);

  private final Vertx vertx;
  private final Context context;
  private final Rooms rooms;
  private final ServerList servers;
  private final PlenumConfig.Drain options;
  private final Runnable onBegin;
  private final Promise<Void> finished = Promise.promise();
  private final Map<String, Rooms.Opened> roomsOfPlan = new HashMap<>();
  private DrainPlan plan;
  private boolean begun;
  private boolean stopping;
  private boolean hurried;
  private long deadlineNs;
  private long ticks;

  /** @param onBegin tells the rest of the world, once, on the context */
  NodeDrain(Vertx vertx, Context context, Rooms rooms, ServerList servers, PlenumConfig.Drain options, Runnable onBegin) {
    this.vertx = vertx;
    this.context = context;
    this.rooms = rooms;
    this.servers = servers;
    this.options = options;
    this.onBegin = onBegin;
  }

  @Override
  public Future<Status> begin() {
    context.runOnContext(v -> beginNow());
    return status();
  }

  @Override
  public Future<Status> status() {
    return clients().map(clients -> new Status(servers.draining(), clients.size(), elsewhere()));
  }

  /**
   * For a node that is about to stop. Completes when nobody is here any more, when nobody can be sent anywhere, after
   * {@code drain.timeoutS}, or when {@link #hurry} is called.
   */
  Future<Void> finish() {
    context.runOnContext(v -> {
      beginNow();
      if (!stopping) {
        stopping = true;
        deadlineNs = System.nanoTime() + options.timeoutS() * SECOND_NS;
        ticks = 0;
        tick();
      }
    });
    return finished.future();
  }

  /** Ends the waiting of {@link #finish}: those who are still here are closed. */
  void hurry() {
    context.runOnContext(v -> {
      hurried = true;
      finished.tryComplete();
    });
  }

  private void beginNow() {
    if (begun) {
      return;
    }
    begun = true;
    // First of all: who is found in a room after this is all there will be.
    servers.drain();
    onBegin.run();
    log.info("node draining others={}", elsewhere());
    vertx.setTimer(TICK_MS, id -> onTick());
  }

  private void onTick() {
    if (finished.future().isComplete()) {
      return;
    }
    tick();
    vertx.setTimer(TICK_MS, id -> onTick());
  }

  private void tick() {
    if (plan == null && !elsewhere().isEmpty() && !hurried) {
      // An empty one until the clients are known, so that they are asked for once.
      plan = new DrainPlan(List.of(), 1, 0, 0);
      clients().onSuccess(this::planFor);
    } else if (plan != null) {
      long nowNs = System.nanoTime();
      plan.onTimeout(nowNs).forEach(this::sendAway);
    }
    if (stopping && ticks++ % TICKS_PER_COUNT == 0) {
      clients().onSuccess(left -> look(left.size()));
    }
  }

  private void planFor(List<DrainPlan.Client> clients) {
    long nowNs = System.nanoTime();
    long tellingNs = Math.max(options.timeoutS() * SECOND_NS / 3, options.timeoutS() * SECOND_NS - TELLING_ENDS_NS);
    plan = new DrainPlan(clients, options.clientsPerSecond(), nowNs + tellingNs, nowNs);
    log.info("node sends its clients away clients={} withinMs={}", clients.size(), tellingNs / 1_000_000);
  }

  private void sendAway(DrainPlan.Client client) {
    Rooms.Opened opened = roomsOfPlan.get(client.room());
    List<String> urls = elsewhere();
    opened.context().runOnContext(v -> opened.room().sendAway(client.peerId(), urls));
  }

  private void look(int clientsLeft) {
    boolean late = System.nanoTime() - deadlineNs >= 0;
    if (finished.future().isComplete() || clientsLeft > 0 && !late && !elsewhere().isEmpty()) {
      return;
    }
    log.info("node drained clientsLeft={} reason={}", clientsLeft,
        clientsLeft == 0 ? "empty" : late ? "drain.timeoutS" : "no-other-node");
    finished.tryComplete();
  }

  private List<String> elsewhere() {
    return servers.elsewhereFor(ThreadLocalRandom.current());
  }

  /** All that are here, joined or not. On the context. */
  private Future<List<DrainPlan.Client>> clients() {
    Promise<List<DrainPlan.Client>> all = Promise.promise();
    rooms.opened().onSuccess(opened -> context.runOnContext(v -> {
      List<DrainPlan.Client> found = new ArrayList<>();
      List<Future<?>> asked = new ArrayList<>();
      for (Rooms.Opened each : opened) {
        roomsOfPlan.put(each.room().name(), each);
        Promise<Void> answered = Promise.promise();
        asked.add(answered.future());
        each.context().runOnContext(w -> {
          List<DrainPlan.Client> here = each.room().clients();
          context.runOnContext(x -> {
            found.addAll(here);
            answered.complete();
          });
        });
      }
      Future.all(asked).onComplete(done -> all.complete(found));
    }));
    return all.future();
  }
}
