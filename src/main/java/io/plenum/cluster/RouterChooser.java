package io.plenum.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** mediasoup's {@code getBestRouterForRoom}: which router of a room on this node takes one more client. */
public final class RouterChooser {
  /**
   * A router of the room, or one that is being made.
   *
   * @param loop the event loop that it lives on
   * @param consumers that its clients have or will soon have
   */
  public record Router(String routerId, int loop, int consumers) {}

  /** @param routerId null when a new router is to be made on that loop */
  public record Choice(String routerId, int loop) {}

  private RouterChooser() {}

  /**
   * The least burdened router of the room, while it has room for one client more; else a new one on the least burdened loop
   * where the room has none. When the room is on every loop already, another router would bring nothing but copies.
   *
   * @param loopBurdens what each loop carries of all rooms, by number of the loop
   * @param consumersOfOneMore that the new client will have
   * @param capacity consumers that one router of a room should carry
   */
  public static Choice choose(List<Router> routersOfRoom, int[] loopBurdens, int consumersOfOneMore, int capacity) {
    Optional<Router> best = routersOfRoom.stream()
        .min(Comparator.comparingInt(Router::consumers).thenComparing(Router::routerId));
    // A client that is too much for an empty router would be too much for any.
    boolean roomForMore = best.isPresent()
        && (best.get().consumers == 0 || best.get().consumers + consumersOfOneMore <= capacity);
    int free = roomForMore ? -1 : leastBurdened(routersOfRoom, loopBurdens);
    return free >= 0 ? new Choice(null, free) : new Choice(best.orElseThrow().routerId, best.get().loop);
  }

  /** Of the loops where the room has no router; -1 if there is none. */
  private static int leastBurdened(List<Router> routersOfRoom, int[] loopBurdens) {
    int least = -1;
    for (int i = 0; i < loopBurdens.length; i++) {
      int loop = i;
      if (routersOfRoom.stream().noneMatch(router -> router.loop == loop)
          && (least < 0 || loopBurdens[loop] < loopBurdens[least])) {
        least = loop;
      }
    }
    return least;
  }
}
