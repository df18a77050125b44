package io.plenum.server.cluster;

import io.plenum.server.config.PlenumConfig.Net.Impair;
import java.util.random.RandomGenerator;

/** Decides how often a message of the event bus is heard when {@code net.impair} asks for a bad one. */
final class BusImpairment {
  private final Impair options;
  private final RandomGenerator random;

  /** @param random asked from every loop that hears messages, so it must stand that */
  BusImpairment(Impair options, RandomGenerator random) {
    this.options = options;
    this.random = random;
  }

  /** 0 for a message that was lost, 2 for one that came twice, otherwise 1. */
  int copies() {
    if (options.busLossPercent() == 0 && options.busRepeatPercent() == 0) {
      return 1;
    }
    double fate = random.nextDouble() * 100;
    if (fate < options.busLossPercent()) {
      return 0;
    }
    return fate < options.busLossPercent() + options.busRepeatPercent() ? 2 : 1;
  }
}
