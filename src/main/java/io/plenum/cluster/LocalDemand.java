package io.plenum.cluster;

import io.plenum.cluster.PipePlanner.Wanted;
import io.plenum.cluster.message.Layers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All consumers of local clients, summed up by router and producer. */
final class LocalDemand {
  private record Key(String routerId, String producerId) {}

  private static final class Demanded {
    final Map<String, Layers> byConsumerId = new HashMap<>();
    final LayerDemand demand = new LayerDemand();

    Layers highest() {
      Layers highest = null;
      for (Layers layers : byConsumerId.values()) {
        highest = highest == null ? layers : highest.max(layers);
      }
      return highest;
    }
  }

  private final Map<String, Key> keyByConsumerId = new HashMap<>();
  private final Map<Key, Demanded> demands = new LinkedHashMap<>();

  /** A consumer is there, or wants something else than before. */
  void onConsumer(String consumerId, String routerId, String producerId, Layers layers, long nowNs) {
    Key key = new Key(routerId, producerId);
    Key former = keyByConsumerId.put(consumerId, key);
    if (former != null && !former.equals(key)) {
      remove(former, consumerId, nowNs);
    }
    Demanded demanded = demands.computeIfAbsent(key, k -> new Demanded());
    demanded.byConsumerId.put(consumerId, layers);
    demanded.demand.onWanted(demanded.highest(), nowNs);
  }

  void onConsumerClosed(String consumerId, long nowNs) {
    Key key = keyByConsumerId.remove(consumerId);
    if (key != null) {
      remove(key, consumerId, nowNs);
    }
  }

  /** The router is gone, and all its consumers with it. */
  void onRouterClosed(String routerId) {
    demands.keySet().removeIf(key -> key.routerId.equals(routerId));
    keyByConsumerId.values().removeIf(key -> key.routerId.equals(routerId));
  }

  private void remove(Key key, String consumerId, long nowNs) {
    Demanded demanded = demands.get(key);
    if (demanded != null) {
      demanded.byConsumerId.remove(consumerId);
      demanded.demand.onWanted(demanded.highest(), nowNs);
    }
  }

  List<Wanted> wanted() {
    List<Wanted> wanted = new ArrayList<>(demands.size());
    demands.forEach((key, demanded) -> {
      if (demanded.demand.current() != null) {
        wanted.add(new Wanted(key.producerId, key.routerId, demanded.demand.current()));
      }
    });
    return wanted;
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (Demanded demanded : demands.values()) {
      next = Math.min(next, demanded.demand.nextDeadlineNs());
    }
    return next;
  }

  void onTimeout(long nowNs) {
    demands.values().forEach(demanded -> demanded.demand.onTimeout(nowNs));
    demands.values().removeIf(demanded -> demanded.demand.current() == null && demanded.byConsumerId.isEmpty());
  }
}
