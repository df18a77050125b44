package io.plenum.server;

import io.plenum.cluster.Drain;
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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties this node: drives a {@link Drain}, asks the rooms who is there, and passes on whom to send away; what becomes of each
 * is its room's business ({@link PeerMoves}). Lives on one control loop; asked from any thread.
 */
final class NodeDrain implements DrainControl, Drain.Sink {
  /** Often enough for the pace of a plan to be a pace and not bursts. */
  private static final long TICK_MS = 50;
  private static final Logger log = LoggerFactory.getLogger(NodeDrain.class);

  private final Vertx vertx;
  private final Context context;
  private final Rooms rooms;
  private final ServerList servers;
  private final Runnable onBegin;
  private final Drain drain;
  private final Promise<Void> finished = Promise.promise();
  private final Map<String, Rooms.Opened> found = new HashMap<>();

  /** @param onBegin tells the rest of the world, once, on the context */
  NodeDrain(Vertx vertx, Context context, Rooms rooms, ServerList servers, PlenumConfig.Drain options, Runnable onBegin) {
    this.vertx = vertx;
    this.context = context;
    this.rooms = rooms;
    this.servers = servers;
    this.onBegin = onBegin;
    this.drain = new Drain(options.timeoutS() * 1_000_000_000L, PeerMoves.PATIENCE_MS * 1_000_000,
        options.clientsPerSecond(), this);
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
      drain.stop(System.nanoTime());
    });
    return finished.future();
  }

  /** Ends the waiting of {@link #finish}, also of one that is yet to come: those who are still here are closed. */
  void hurry() {
    context.runOnContext(v -> drain.hurry());
  }

  private void beginNow() {
    if (servers.draining()) {
      return;
    }
    // First of all: who is found in a room after this is all there will be.
    servers.drain();
    onBegin.run();
    log.info("node draining others={}", elsewhere());
    drain.begin(System.nanoTime());
    tick();
  }

  private void tick() {
    if (drain.state() == Drain.State.FINISHED) {
      return;
    }
    drain.onOtherNode(!elsewhere().isEmpty());
    drain.onTimeout(System.nanoTime());
    vertx.setTimer(TICK_MS, id -> tick());
  }

  private List<String> elsewhere() {
    return servers.elsewhereFor(ThreadLocalRandom.current());
  }

  // ---- what the drain says

  @Override
  public void count() {
    clients().onSuccess(clients -> context.runOnContext(v -> drain.onClients(clients, System.nanoTime())));
  }

  @Override
  public void sendAway(DrainPlan.Client client) {
    Rooms.Opened opened = found.get(client.room());
    List<String> urls = elsewhere();
    opened.context().runOnContext(v -> opened.room().sendAway(client.peerId(), urls));
  }

  @Override
  public void onFinished(Drain.Reason reason, int clientsLeft) {
    log.info("node drained clientsLeft={} reason={}", clientsLeft, reason.name().toLowerCase(Locale.ROOT));
    finished.tryComplete();
  }

  /** All that are here, joined or not. */
  private Future<List<DrainPlan.Client>> clients() {
    Promise<List<DrainPlan.Client>> all = Promise.promise();
    rooms.opened().onSuccess(opened -> context.runOnContext(v -> {
      List<DrainPlan.Client> here = new ArrayList<>();
      List<Future<?>> asked = new ArrayList<>();
      for (Rooms.Opened each : opened) {
        found.put(each.room().name(), each);
        Promise<Void> answered = Promise.promise();
        asked.add(answered.future());
        each.context().runOnContext(w -> {
          List<DrainPlan.Client> ofRoom = each.room().clients();
          context.runOnContext(x -> {
            here.addAll(ofRoom);
            answered.complete();
          });
        });
      }
      Future.all(asked).onComplete(done -> all.complete(here));
    }));
    return all.future();
  }
}
