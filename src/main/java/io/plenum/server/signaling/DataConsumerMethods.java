package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.Subchannels;
import io.plenum.server.room.Peer;
import io.plenum.server.room.RoomVerticle;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** What a peer does with its own data consumers. */
final class DataConsumerMethods {
  private final RoomVerticle room;
  private final Peer peer;

  DataConsumerMethods(RoomVerticle room, Peer peer) {
    this.room = room;
    this.peer = peer;
  }

  Map<String, PeerSession.Method> methods() {
    return Map.of(
        "pauseDataConsumer", data -> pause(data, true),
        "resumeDataConsumer", data -> pause(data, false),
        "setDataConsumerSubchannels", this::setSubchannels,
        "addDataConsumerSubchannel", data -> changeSubchannel(data, Set::add),
        "removeDataConsumerSubchannel", data -> changeSubchannel(data, Set::remove),
        "getDataConsumerStats", this::stats);
  }

  /** Looks whose it is at once, and asks the router then. */
  private <T> Future<T> with(JsonNode data, Function<DataConsumer, T> action) {
    String dataConsumerId = RequestData.text(data, "dataConsumerId");
    peer.requireDataConsumer(dataConsumerId);
    return peer.router().call(r -> action.apply(r.dataConsumer(dataConsumerId)));
  }

  private Future<?> pause(JsonNode data, boolean paused) {
    Future<?> done = with(data, consumer -> {
      if (paused) {
        consumer.pause();
      } else {
        consumer.resume();
      }
      return null;
    });
    room.data().onConsumerPaused(peer, RequestData.text(data, "dataConsumerId"), paused);
    return done;
  }

  private Future<?> setSubchannels(JsonNode data) {
    JsonNode listed = data.path("subchannels");
    if (!listed.isArray() || listed.size() > Subchannels.MAX_SUBCHANNELS) {
      throw new PlenumException("invalid-request",
          "subchannels must be an array of at most " + Subchannels.MAX_SUBCHANNELS + " numbers");
    }
    Set<Integer> wanted = new LinkedHashSet<>();
    for (JsonNode each : listed) {
      if (!each.isIntegralNumber() || !each.canConvertToInt()) {
        throw new PlenumException("invalid-request", "subchannels must be whole numbers");
      }
      wanted.add(each.intValue());
    }
    return with(data, consumer -> changed(consumer, wanted));
  }

  /** @param change what is to be done with those that it has, and the one of the request */
  private Future<?> changeSubchannel(JsonNode data, java.util.function.BiConsumer<Set<Integer>, Integer> change) {
    int subchannel = RequestData.integer(data, "subchannel");
    return with(data, consumer -> {
      Set<Integer> wanted = new LinkedHashSet<>(consumer.subchannels());
      change.accept(wanted, subchannel);
      return changed(consumer, wanted);
    });
  }

  /** The answer is what it has from now on. On the router's loop. */
  private static Map<String, Object> changed(DataConsumer consumer, Set<Integer> wanted) {
    consumer.setSubchannels(wanted);
    return Map.of("subchannels", new TreeSet<>(consumer.subchannels()));
  }

  private Future<?> stats(JsonNode data) {
    return with(data, consumer -> consumer.stats(System.currentTimeMillis()))
        .map(stats -> TransportMethods.inForm(peer, stats));
  }
}
