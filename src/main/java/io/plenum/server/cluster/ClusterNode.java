package io.plenum.server.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import io.plenum.cluster.NodeCoordinator;
import io.plenum.cluster.Registry;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.ops.LogLine;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.room.Rooms;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as a member of the cluster: drives the {@link NodeCoordinator}, and brings rooms what concerns them. Lives on one
 * control loop; the rooms' parts live on their rooms' loops and are reached by posting.
 */
public final class ClusterNode implements NodeCoordinator.Sink, Rooms.Membership {
  /** Registry operations that may stall side by side. */
  private static final int REGISTRY_THREADS = 8;
  /** A room repeats its goodbye for 3 s; what is left after this, the other nodes remove. */
  private static final long FAREWELL_NS = 4_000_000_000L;
  private static final long FAREWELL_POLL_MS = 100;
  /** For one operation of the registry; the others remove what is left as well. */
  private static final long GOODBYE_MS = 1_000;
  /** Nodes that are started together have found each other by then. */
  private static final long MEMBERS_MS = 15_000;
  /** Digits that a long can hold; a member that says otherwise is none of Plenum's. */
  private static final Pattern INCARNATION = Pattern.compile("[0-9]{1,18}");
  private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);

  private final Vertx vertx;
  private final Context context;
  private final HazelcastInstance hazelcast;
  private final PlenumConfig config;
  private final String ip;
  private final WorkerExecutor workers;
  private final HazelcastRegistry registry;
  private final EventBusBus bus;
  private final NodeCoordinator coordinator;
  private final DeadlineTimer timer;
  private final Consumer<String> onMustEnd;
  private final Promise<Void> ready = Promise.promise();
  /** Read from rooms' loops when a signal is led to its room. */
  private final Map<String, ClusterRoom> rooms = new ConcurrentHashMap<>();
  private final UrlAnnouncements urls;
  /** Ours in a Hazelcast that may live longer than this node. */
  private UUID membershipListener;
  private UUID lifecycleListener;
  private volatile boolean started;
  private MessageConsumer<String> signals;
  private MessageConsumer<String> urlsHeard;
  private long urlsTimer = -1;
  /** Signals to this life alone, while another life with our serverId may be running. */
  private MessageConsumer<String> ownSignals;
  private String ownAddress;
  private Promise<Void> goodbye;

  /**
   * @param onOtherUrls told at which addresses clients find the other nodes, whenever that changes
   * @param onMustEnd called when another process with the same serverId has taken over
   */
  public ClusterNode(Vertx vertx, Context context, HazelcastInstance hazelcast, PlenumConfig config, String ip,
      ServerIdentity identity, String version, Consumer<List<String>> onOtherUrls, Consumer<String> onMustEnd) {
    this.vertx = vertx;
    this.context = context;
    this.hazelcast = hazelcast;
    this.config = config;
    this.ip = ip;
    this.onMustEnd = onMustEnd;
    this.workers = vertx.createSharedWorkerExecutor("plenum-registry", REGISTRY_THREADS);
    this.registry = new HazelcastRegistry(hazelcast, workers, new RegistryAnswers(this::coordinator, this::onAnswer));
    this.bus = new EventBusBus(vertx, new BusImpairment(config.net().impair(), new Random(config.net().impair().seed())));
    this.urls = new UrlAnnouncements(new UrlAnnouncements.Sink() {
      @Override
      public void publish(UrlAnnouncements.Announcement announcement) {
        bus.publish(announcement);
      }

      @Override
      public void onOthers(List<String> others) {
        log.info("servers for clients others={}", others);
        onOtherUrls.accept(others);
      }
    });
    this.coordinator = new NodeCoordinator(identity.serverId(), identity.incarnation(),
        new NodeCoordinator.Description(ip, version, config.node().region()), registry, bus, this, System.nanoTime());
    this.timer = new DeadlineTimer(vertx, coordinator::nextDeadlineNs, this::onTimeout);
  }

  private NodeCoordinator coordinator() {
    return coordinator;
  }

  Vertx vertx() {
    return vertx;
  }

  String ip() {
    return ip;
  }

  PlenumConfig.Pipe pipeOptions() {
    return config.pipe();
  }

  EventBusBus bus() {
    return bus;
  }

  /** The shared maps, answering to somebody else. */
  Registry registry(HazelcastRegistry.Outcomes outcomes) {
    return registry.answeringTo(outcomes);
  }

  /** Registers this node. Fails with a {@link ConfigException} if another process with its serverId lives. */
  public Future<Void> start() {
    started = true;
    context.runOnContext(v -> {
      membershipListener = hazelcast.getCluster().addMembershipListener(new MembershipListener() {
        @Override
        public void memberAdded(MembershipEvent event) {
          onMembership();
        }

        @Override
        public void memberRemoved(MembershipEvent event) {
          onMembership();
        }
      });
      lifecycleListener = hazelcast.getLifecycleService().addLifecycleListener(event -> {
        if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
          context.runOnContext(merged -> onMerged());
        }
      });
      membershipChanged();
    });
    return ready.future();
  }

  private void subscribe() {
    signals = bus.subscribeSignal(coordinator.self().serverId(), this::onSignal);
    urlsHeard = bus.subscribeUrls(urls::onAnnouncement);
  }

  /** Lets the other nodes send their clients here; to an empty {@code url}, no more. From any thread, once started. */
  public void announce(String url) {
    context.runOnContext(v -> {
      urls.announce(coordinator.self(), url);
      if (urlsTimer < 0) {
        urlsTimer = vertx.setPeriodic(UrlAnnouncements.REPEAT_MS, id -> urls.onRepeat());
      }
    });
  }

  /** No clients are to be sent here any more, and whoever looks at the rows sees it. From any thread, once started. */
  public void drain() {
    announce("");
    context.runOnContext(v -> with(coordinator::drain));
  }

  /** The serverId's own address is another process's until it is known that there is none. */
  private void subscribeOwn() {
    String address = coordinator.self().toString();
    if (!address.equals(ownAddress)) {
      if (ownSignals != null) {
        ownSignals.unregister();
      }
      ownAddress = address;
      ownSignals = bus.subscribeSignal(address, this::onSignal);
    }
  }

  /**
   * Ends when the rooms, whose last peers have just left, have told the other nodes; or when that takes too long. A node that
   * was never started has told nobody anything.
   */
  public Future<Void> stop() {
    if (!started) {
      return workers.close();
    }
    Promise<Void> stopped = Promise.promise();
    long deadlineNs = System.nanoTime() + FAREWELL_NS;
    context.runOnContext(v -> awaitFarewells(stopped, deadlineNs));
    return stopped.future();
  }

  private void awaitFarewells(Promise<Void> stopped, long deadlineNs) {
    vertx.setTimer(FAREWELL_POLL_MS, id -> {
      if (!rooms.isEmpty() && System.nanoTime() < deadlineNs) {
        awaitFarewells(stopped, deadlineNs);
        return;
      }
      timer.stop();
      vertx.cancelTimer(urlsTimer);
      removeListeners();
      unsubscribe();
      sayGoodbye().onComplete(said -> workers.close().onComplete(stopped));
    });
  }

  /** Takes our own row out, so that nobody has to. */
  private Future<Void> sayGoodbye() {
    coordinator.stop();
    if (coordinator.state() != NodeCoordinator.State.STOPPED) {
      return Future.succeededFuture();
    }
    goodbye = Promise.promise();
    vertx.setTimer(GOODBYE_MS, id -> goodbye.tryComplete());
    return goodbye.future();
  }

  /** A Hazelcast that has been shut down has forgotten them, and says so by an exception. */
  private void removeListeners() {
    try {
      hazelcast.getCluster().removeMembershipListener(membershipListener);
      hazelcast.getLifecycleService().removeLifecycleListener(lifecycleListener);
    } catch (HazelcastInstanceNotActiveException e) {
      log.debug("cluster left before its listeners were removed");
    }
  }

  private void unsubscribe() {
    if (signals != null) {
      signals.unregister();
      urlsHeard.unregister();
    }
    if (ownSignals != null) {
      ownSignals.unregister();
      ownSignals = null;
    }
  }

  private void onMembership() {
    context.runOnContext(v -> membershipChanged());
  }

  private void membershipChanged() {
    Map<String, Owner> members = new LinkedHashMap<>();
    List<Owner> ours = new ArrayList<>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      String serverId = member.getAttribute(GridConfig.SERVER_ID);
      String incarnation = member.getAttribute(GridConfig.INCARNATION);
      if (serverId != null && incarnation != null && INCARNATION.matcher(incarnation).matches()) {
        Owner owner = new Owner(serverId, Long.parseLong(incarnation));
        if (serverId.equals(coordinator.self().serverId())) {
          ours.add(owner);
        } else {
          // Of two lives at once the earlier counts: the later one has yet to find out whether it may start.
          members.merge(serverId, owner, (one, other) -> one.supersededBy(other) ? one : other);
        }
      }
    }
    ours.addAll(members.values());
    log.debug("cluster members={}", ours);
    with(nowNs -> coordinator.onMembership(ours, nowNs));
  }

  private void onMerged() {
    log.warn("cluster merged after a partition");
    unsubscribe();
    ownAddress = null;
    subscribeOwn();
    if (ready.future().succeeded()) {
      subscribe();
    }
    with(coordinator::onMerged);
    eachRoom(ClusterRoom::onMerged);
  }

  private void onSignal(SignalMessage message) {
    ClusterRoom room = message.room().isEmpty() ? null : rooms.get(message.room());
    if (room == null) {
      with(nowNs -> coordinator.onSignal(message, nowNs));
    } else {
      with(nowNs -> coordinator.onHeard(message.owner(), nowNs));
      room.context().runOnContext(v -> room.onSignal(message));
    }
  }

  /** A sign of life of another server. From any loop. */
  void onHeard(Owner owner) {
    context.runOnContext(v -> with(nowNs -> coordinator.onHeard(owner, nowNs)));
  }

  private void with(LongConsumer input) {
    try {
      input.accept(System.nanoTime());
    } catch (RuntimeException fault) {
      log.error("node coordinator failed", fault);
    }
    subscribeOwn();
    timer.onChanged();
  }

  /** What the shared maps answer; once the rows are out, any answer is the goodbye's. */
  private void onAnswer(LongConsumer input) {
    if (goodbye != null) {
      goodbye.tryComplete();
    }
    with(input);
  }

  private void onTimeout(long nowNs) {
    with(coordinator::onTimeout);
  }

  private void eachRoom(Consumer<ClusterRoom> action) {
    rooms.values().forEach(room -> room.context().runOnContext(v -> action.accept(room)));
  }

  // ---- rooms ----

  /**
   * Joins a new room to its other nodes. On the room's loop; the answer comes there, when it is known who is on those.
   */
  @Override
  public Future<Void> enter(RoomVerticle room) {
    Context roomContext = Vertx.currentContext();
    Promise<Void> entered = Promise.promise();
    context.runOnContext(v -> {
      long session = coordinator.nextSession(room.name());
      Owner self = coordinator.self();
      List<Owner> up = coordinator.up();
      roomContext.runOnContext(w -> {
        ClusterRoom clusterRoom = new ClusterRoom(this, room, roomContext, self, session, up);
        ClusterRoom former = rooms.put(room.name(), clusterRoom);
        if (former != null) {
          former.context().runOnContext(x -> former.abandon());
        }
        Future<Void> known = clusterRoom.open();
        room.presence(clusterRoom);
        known.onComplete(entered);
      });
    });
    return entered.future();
  }

  /** Everybody has been told that the room is closed here. On the room's loop. */
  void onRoomFinished(ClusterRoom room) {
    if (rooms.remove(room.name(), room)) {
      context.runOnContext(v -> coordinator.onRoomFinished(room.name()));
    }
  }

  // ---- what is counted; asked from anywhere ----

  public long members() {
    return hazelcast.getCluster().getMembers().size();
  }

  /** Connections to the grid that were cut because they showed no knowledge of the secret. */
  public long refused(GridHandshake.Refusal reason) {
    return GuardedGrid.refused(hazelcast, reason);
  }

  public long rooms() {
    return rooms.size();
  }

  public long pipes() {
    return rooms.values().stream().mapToLong(ClusterRoom::pipes).sum();
  }

  public long remotePeers() {
    return rooms.values().stream().mapToLong(ClusterRoom::remotePeers).sum();
  }

  public long remoteProducers() {
    return rooms.values().stream().mapToLong(ClusterRoom::remoteProducers).sum();
  }

  /** Rows of the table whose primary copy is on this node. */
  public long ownedRows(RowKey.Table table) {
    return registry.ownedRows(table);
  }

  /** As {@link #ownedRows}, of the event bus's subscriptions: three for each node, and one more for each room of each node. */
  public long ownedSubscriptions() {
    return registry.ownedSubscriptions();
  }

  // ---- what the coordinator says ----

  @Override
  public void onReady(Owner self) {
    log.info("cluster joined server={} incarnation={} members={}", self.serverId(), self.incarnation(), members());
    subscribe();
    ready.tryComplete();
    vertx.setTimer(MEMBERS_MS, id -> tellMissingMembers());
  }

  /** Once: nodes that are only late are named by the metrics. */
  private void tellMissingMembers() {
    PlenumConfig.Cluster options = config.cluster();
    if (!hazelcast.getLifecycleService().isRunning() || !options.discovery().isEmpty() || !options.config().isEmpty()) {
      return;
    }
    Set<String> present = hazelcast.getCluster().getMembers().stream()
        .map(member -> member.getAddress().getHost() + ":" + member.getAddress().getPort())
        .collect(Collectors.toSet());
    workers.executeBlocking(() -> MissingMembers.find(options.members(), options.port(), present))
        .onSuccess(missing -> tellMissing(missing, present.size()));
  }

  private static void tellMissing(List<String> missing, int members) {
    if (!missing.isEmpty()) {
      String alone = members == 1 ? "this node is alone: its rooms are not shared. " : "";
      log.warn("{}", LogLine.of("cluster members missing").with("members", members)
          .with("missing", String.join(",", missing)).with("after", MEMBERS_MS / 1_000 + "s")
          .with("hint", alone + "Are they spelt as they should be in cluster.members, do they run, with the same"
              + " cluster.name, and can their cluster.port be reached over TCP?"));
    }
  }

  @Override
  public void onRefused(String reason) {
    ready.tryFail(new ConfigException(reason));
  }

  @Override
  public void onSuperseded(String reason) {
    log.error("node superseded reason=\"{}\"", reason);
    onMustEnd.accept(reason);
  }

  @Override
  public void onServerUp(Owner owner) {
    log.info("server up server={} incarnation={}", owner.serverId(), owner.incarnation());
    urls.onServerUp(owner);
    eachRoom(room -> room.onServerUp(owner));
  }

  @Override
  public void onServerDown(Owner owner) {
    log.warn("server down server={} incarnation={}", owner.serverId(), owner.incarnation());
    urls.onServerDown(owner);
    eachRoom(room -> room.onServerDown(owner));
  }

  @Override
  public void onSuspected(Owner owner, boolean suspected) {
    log.warn("server {} server={}", suspected ? "silent" : "heard again", owner.serverId());
    urls.onSuspected(owner, suspected);
  }

  @Override
  public void onClusterChanged() {
    eachRoom(ClusterRoom::onClusterChanged);
  }
}
