package io.plenum.cluster;

import io.plenum.cluster.PipePlanner.Plan;
import io.plenum.cluster.PipePlanner.RemoteFeed;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RouterPair;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.cluster.message.SignalMessage.ClosePipeTransport;
import io.plenum.cluster.message.SignalMessage.Consume;
import io.plenum.cluster.message.SignalMessage.ConsumeRefused;
import io.plenum.cluster.message.SignalMessage.Consumed;
import io.plenum.cluster.message.SignalMessage.CreatePipeTransport;
import io.plenum.cluster.message.SignalMessage.Have;
import io.plenum.cluster.message.SignalMessage.Scores;
import io.plenum.cluster.message.SignalMessage.Want;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * All pipes of one room on one node to others: at most one for each pair of routers. Makes those that the plan wants
 * and those that the other side asks for; each closes itself when nothing has crossed it for a while.
 */
final class Pipes {
  /** Routers of one room on other nodes times those here: more is an error of the other node's. */
  static final int MAX_PIPES = 256;

  private record BackOff(int failures, long untilNs) {}

  private final RoomEnvironment environment;
  private final Set<String> localRouters;
  private final Predicate<String> ownsProducer;
  private final Map<RouterPair, Pipe> pipes = new LinkedHashMap<>();
  private final Map<RouterPair, BackOff> backOffs = new HashMap<>();
  private long made;
  private boolean replan;

  Pipes(RoomEnvironment environment, Set<String> localRouters, Predicate<String> ownsProducer) {
    this.environment = environment;
    this.localRouters = localRouters;
    this.ownsProducer = ownsProducer;
  }

  /** Whether the plan should be applied again: a pipe has gone that it may want. */
  boolean takeReplan() {
    boolean was = replan;
    replan = false;
    return was;
  }

  Collection<Pipe> all() {
    return pipes.values();
  }

  /** Where remote producers arrive, by producer id. */
  Map<String, String> landings() {
    Map<String, String> landings = new HashMap<>();
    for (Pipe pipe : pipes.values()) {
      pipe.pulled.all().keySet().forEach(producerId -> landings.put(producerId, pipe.localRouterId));
    }
    return landings;
  }

  boolean isLive(String producerId, String routerId) {
    for (Pipe pipe : pipes.values()) {
      if (pipe.localRouterId.equals(routerId) && pipe.pulled.isLive(producerId)) {
        return true;
      }
    }
    return false;
  }

  void apply(Plan plan, long nowNs) {
    Map<RouterPair, Map<ProducerRow, Layers>> wanted = new LinkedHashMap<>();
    Map<RouterPair, RemoteFeed> feeds = new HashMap<>();
    for (RemoteFeed feed : plan.remote().values()) {
      wanted.computeIfAbsent(feed.pair(), pair -> new LinkedHashMap<>()).put(feed.producer(), feed.layers());
      feeds.put(feed.pair(), feed);
    }
    backOffs.keySet().retainAll(wanted.keySet());
    feeds.forEach((pair, feed) -> {
      if (!pipes.containsKey(pair) && !backingOff(pair, nowNs)) {
        open(pair, feed.toRouterId(), feed.producer().owner(), nowNs);
      }
    });
    for (Pipe pipe : List.copyOf(pipes.values())) {
      pipe.apply(wanted.getOrDefault(pipe.pair, Map.of()), nowNs);
    }
  }

  private boolean backingOff(RouterPair pair, long nowNs) {
    BackOff backOff = backOffs.get(pair);
    return backOff != null && nowNs < backOff.untilNs;
  }

  private Pipe open(RouterPair pair, String localRouterId, Owner remote, long nowNs) {
    if (pipes.size() >= MAX_PIPES) {
      return null;
    }
    long generation = RoomEnvironment.firstGeneration(environment.session()) + ++made;
    String endId = environment.self() + "/" + environment.session() + "/" + made;
    Pipe pipe = new Pipe(environment, pair, localRouterId, remote, endId, generation, nowNs);
    pipes.put(pair, pipe);
    pipe.open();
    return pipe;
  }

  /** A message from another server about a pipe. */
  void onSignal(SignalMessage message, long nowNs) {
    if (message instanceof CreatePipeTransport offer) {
      onOffer(offer, nowNs);
    } else if (message instanceof ClosePipeTransport close) {
      with(close.pair(), message, pipe -> pipe.onCloseSignal(close));
    } else if (message instanceof Consume consume) {
      on(consume.pair(), consume.endId(), consume.yourEndId(), message,
          pipe -> pipe.onConsume(consume, ownsProducer.test(consume.producerId()), nowNs));
    } else if (message instanceof Consumed consumed) {
      on(consumed.pair(), consumed.endId(), consumed.yourEndId(), message, pipe -> pipe.onConsumed(consumed, nowNs));
    } else if (message instanceof ConsumeRefused refused) {
      on(refused.pair(), refused.endId(), refused.yourEndId(), message, pipe -> pipe.onConsumeRefused(refused, nowNs));
    } else if (message instanceof Want want) {
      on(want.pair(), want.endId(), want.yourEndId(), message, pipe -> pipe.onWant(want, nowNs));
    } else if (message instanceof Have have) {
      on(have.pair(), have.endId(), have.yourEndId(), message, pipe -> pipe.onHave(have, nowNs));
    } else if (message instanceof Scores scores) {
      on(scores.pair(), scores.endId(), scores.yourEndId(), message, pipe -> pipe.onScores(scores));
    }
    sweep(nowNs);
  }

  private void onOffer(CreatePipeTransport offer, long nowNs) {
    String localRouterId = localRouter(offer.pair());
    Pipe pipe = pipes.get(offer.pair());
    if (pipe != null && pipe.remote.equals(offer.owner())) {
      pipe.onOffer(offer.end(), offer.yourEndId(), nowNs);
      sweep(nowNs);
    }
    if (pipes.containsKey(offer.pair())) {
      return;
    }
    // An answer to an end of ours that is gone is void; so is an offer to a router that is.
    Pipe fresh = localRouterId == null || offer.yourEndId() != null
        ? null : open(offer.pair(), localRouterId, offer.owner(), nowNs);
    if (fresh == null) {
      refuse(environment, offer, offer.pair(), offer.end().endId(), offer.yourEndId());
    } else {
      fresh.onOffer(offer.end(), null, nowNs);
      replan = true;
    }
  }

  private String localRouter(RouterPair pair) {
    boolean lower = localRouters.contains(pair.lower());
    boolean higher = localRouters.contains(pair.higher());
    return lower == higher ? null : lower ? pair.lower() : pair.higher();
  }

  /** Tells the other node that the pipe it speaks of does not exist here. */
  static void refuse(
      RoomEnvironment environment, SignalMessage message, RouterPair pair, String endId, String otherEndId) {
    environment.bus().send(message.owner().serverId(), new ClosePipeTransport(
        Protocol.VERSION, environment.self(), message.room(), pair, endId, otherEndId));
  }

  private void on(RouterPair pair, String endId, String yourEndId, SignalMessage message, Consumer<Pipe> then) {
    if (pipes.containsKey(pair)) {
      with(pair, message, then);
    } else {
      refuse(environment, message, pair, endId, yourEndId);
    }
  }

  private void with(RouterPair pair, SignalMessage message, Consumer<Pipe> then) {
    Pipe pipe = pipes.get(pair);
    if (pipe != null && pipe.remote.equals(message.owner())) {
      then.accept(pipe);
    }
  }

  void onPipeCreated(String endId, PipeEnd end, long nowNs) {
    Pipe pipe = withEnd(endId);
    if (pipe == null) {
      environment.media().closePipe(endId);
    } else {
      pipe.onCreated(end, nowNs);
    }
  }

  /** Whose the other end is, or null. */
  Owner remoteOf(String endId) {
    Pipe pipe = withEnd(endId);
    return pipe == null ? null : pipe.remote;
  }

  /** The pipe that our end of that id belongs to, or null. */
  private Pipe withEnd(String endId) {
    for (Pipe pipe : pipes.values()) {
      if (pipe.endId.equals(endId)) {
        return pipe;
      }
    }
    return null;
  }

  void onPipeFailed(String endId, long nowNs) {
    ifThere(endId, pipe -> pipe.close(Pipe.End.FAILED));
    sweep(nowNs);
  }

  void onConsumed(String endId, PipeConsumerParameters parameters) {
    ifThere(endId, pipe -> pipe.pushed.onConsumed(parameters));
  }

  void onConsumeFailed(String endId, String consumerId) {
    ifThere(endId, pipe -> pipe.pushed.onConsumeFailed(consumerId));
  }

  void onProduced(String endId, String consumerId) {
    ifThere(endId, pipe -> pipe.pulled.onProduced(consumerId));
  }

  void onProduceFailed(String endId, String consumerId, long nowNs) {
    ifThere(endId, pipe -> pipe.pulled.onProduceFailed(consumerId, nowNs));
  }

  void onOwnScore(String producerId, long nowNs) {
    pipes.values().forEach(pipe -> pipe.pushed.onScore(producerId, nowNs));
  }

  void onOwnProducerClosed(String producerId) {
    pipes.values().forEach(pipe -> pipe.pushed.onProducerClosed(producerId));
  }

  private void ifThere(String endId, Consumer<Pipe> then) {
    Pipe pipe = withEnd(endId);
    if (pipe != null) {
      then.accept(pipe);
    }
  }

  /** What went over pipes to that life of that server is closed. */
  void onServerDown(Owner owner, long nowNs) {
    close(pipe -> pipe.remote.equals(owner), nowNs);
  }

  void onRouterClosed(String routerId, long nowNs) {
    close(pipe -> pipe.localRouterId.equals(routerId), nowNs);
  }

  void closeAll(long nowNs) {
    close(pipe -> true, nowNs);
  }

  private void close(Predicate<Pipe> which, long nowNs) {
    pipes.values().stream().filter(which).forEach(pipe -> pipe.close(Pipe.End.IDLE));
    sweep(nowNs);
  }

  private void sweep(long nowNs) {
    for (Pipe pipe : List.copyOf(pipes.values())) {
      if (pipe.state() != Pipe.State.CLOSED) {
        continue;
      }
      pipes.remove(pipe.pair);
      replan = true;
      if (pipe.end() == Pipe.End.IDLE) {
        backOffs.remove(pipe.pair);
        continue;
      }
      BackOff former = backOffs.get(pipe.pair);
      boolean first = former == null || nowNs - former.untilNs > ClusterTimings.MAX_BACK_OFF_NS;
      int failures = first ? 1 : former.failures + 1;
      backOffs.put(pipe.pair, new BackOff(failures, nowNs + ClusterTimings.backOffNs(failures)));
    }
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (Pipe pipe : pipes.values()) {
      next = Math.min(next, pipe.nextDeadlineNs());
    }
    for (Map.Entry<RouterPair, BackOff> entry : backOffs.entrySet()) {
      if (!pipes.containsKey(entry.getKey())) {
        next = Math.min(next, entry.getValue().untilNs);
      }
    }
    return next;
  }

  void onTimeout(long nowNs) {
    for (Pipe pipe : pipes.values()) {
      pipe.onTimeout(nowNs);
    }
    sweep(nowNs);
    for (Map.Entry<RouterPair, BackOff> entry : backOffs.entrySet()) {
      replan |= entry.getValue().untilNs <= nowNs && !pipes.containsKey(entry.getKey());
    }
  }
}
