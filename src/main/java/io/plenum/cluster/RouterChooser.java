package io.plenum.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** mediasoup's {@code getBestRouterForRoom}: which router of a room on this node takes one more client. */
public final class RouterChooser {
  /** A loop this busy gets no more clients while another has room. */
  static final double OVERBURDENED = 0.7;
  /** A loop must be so much less busy to be worth a second router of the room and the copies between the two. */
  static final double WORTH_A_ROUTER = 0.2;

  /** A router of the room and the event loop that it lives on. */
  public record Router(String routerId, int loop) {}

  /** @param routerId null when a new router is to be made on that loop */
  public record Choice(String routerId, int loop) {}

  private RouterChooser() {}

  /**
   * A router of the room that has room for more, the least burdened first; a new one on the least loaded loop when
   * those there are overburdened.
   *
   * @param loopLoads 0 idle … 1 full, by number of the loop
   */
  public static Choice choose(List<Router> routersOfRoom, double[] loopLoads) {
    int leastLoaded = 0;
    for (int loop = 1; loop < loopLoads.length; loop++) {
      leastLoaded = loopLoads[loop] < loopLoads[leastLoaded] ? loop : leastLoaded;
    }
    Optional<Router> best = routersOfRoom.stream().min(
        Comparator.<Router>comparingDouble(router -> loopLoads[router.loop()]).thenComparing(Router::routerId));
    if (best.isEmpty()) {
      return new Choice(null, leastLoaded);
    }
    double there = loopLoads[best.get().loop()];
    boolean elsewhere = there >= OVERBURDENED && there - loopLoads[leastLoaded] >= WORTH_A_ROUTER;
    return elsewhere ? new Choice(null, leastLoaded) : new Choice(best.get().routerId(), best.get().loop());
  }
}
