package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RouterPair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which pipes should exist, and what should cross them, computed from what is known and what is wanted here. A remote
 * producer crosses once to each node, to one router there; from that one it goes on inside the node.
 */
public final class PipePlanner {
  /** A router of this node wants a producer, wherever it is. */
  public record Wanted(String producerId, String routerId, Layers layers) {}

  /** A remote producer is to be pulled to this local router. */
  public record RemoteFeed(ProducerRow producer, String toRouterId, Layers layers) {
    public RouterPair pair() {
      return RouterPair.of(producer.routerId(), toRouterId);
    }
  }

  /** A producer that is on one router of this node is to be on another, too; what of it, the plan says beside. */
  public record LocalFeed(String producerId, String fromRouterId, String toRouterId) {}

  /**
   * @param remote by producer id
   * @param local the highest layers that the other router wants; {@link Layers#NONE} for a feed that carries nothing now
   */
  public record Plan(Map<String, RemoteFeed> remote, Map<LocalFeed, Layers> local) {}

  private PipePlanner() {}

  /**
   * @param producers by id, of this node or another; null for one that is not known, which is waited for
   * @param localRouters that are open
   * @param landings where remote producers arrive at present, by producer id: they stay there while wanted anywhere
   *     here
   */
  public static Plan plan(Function<String, ProducerRow> producers, Owner self, Set<String> localRouters,
      Collection<Wanted> demand, Map<String, String> landings) {
    Map<String, List<Wanted>> byProducer = new TreeMap<>();
    for (Wanted wanted : demand) {
      if (localRouters.contains(wanted.routerId)) {
        byProducer.computeIfAbsent(wanted.producerId, id -> new ArrayList<>()).add(wanted);
      }
    }
    Map<String, RemoteFeed> remote = new LinkedHashMap<>();
    Map<LocalFeed, Layers> local = new LinkedHashMap<>();
    byProducer.forEach((producerId, wanted) -> {
      ProducerRow producer = producers.apply(producerId);
      if (producer == null) {
        return;
      }
      String source = producer.routerId();
      if (!producer.owner().equals(self)) {
        source = landing(wanted, landings.get(producerId), localRouters);
        remote.put(producerId, new RemoteFeed(producer, source, highest(wanted)));
      }
      for (Wanted each : wanted) {
        if (!each.routerId.equals(source)) {
          local.put(new LocalFeed(producerId, source, each.routerId), each.layers);
        }
      }
    });
    return new Plan(remote, local);
  }

  private static String landing(List<Wanted> wanted, String present, Set<String> localRouters) {
    if (present != null && localRouters.contains(present)) {
      return present;
    }
    String first = wanted.get(0).routerId;
    for (Wanted each : wanted) {
      first = each.routerId.compareTo(first) < 0 ? each.routerId : first;
    }
    return first;
  }

  private static Layers highest(List<Wanted> wanted) {
    Layers highest = Layers.NONE;
    for (Wanted each : wanted) {
      highest = highest.max(each.layers);
    }
    return highest;
  }
}
