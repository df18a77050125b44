package io.plenum.server.net;

import io.plenum.server.config.PlenumConfig.Net.Impair;
import java.util.SplittableRandom;

/** Decides the fate of each datagram when {@code net.impair} asks for a bad network; the same seed, the same fates. */
final class Impairment {
  /** How long a datagram that is to be overtaken is held back, beyond the delay of all. */
  static final long REORDER_HOLD_MS = 20;

  private final Impair options;
  private final SplittableRandom random;

  Impairment(Impair options, int loop) {
    this.options = options;
    this.random = new SplittableRandom(options.seed() + loop);
  }

  /** Between nodes only loss is made. */
  static Impairment ofPipes(Impair options, int loop) {
    return new Impairment(new Impair(options.pipeLossPercent(), 0, 0, 0, 0, 0, options.seed()), loop);
  }

  boolean loses() {
    return options.lossPercent() > 0 && random.nextDouble() * 100 < options.lossPercent();
  }

  /** Milliseconds until a datagram that is not lost goes out. */
  long delayMs() {
    boolean held = options.reorderPercent() > 0 && random.nextDouble() * 100 < options.reorderPercent();
    return options.delayMs() + (held ? REORDER_HOLD_MS : 0);
  }
}
