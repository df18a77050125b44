package io.plenum.media;

import java.util.List;
import java.util.function.Consumer;

/** Closing goes on although one part of it fails: what is left open would never be closed by anybody else. */
public final class TearDown {
  private TearDown() {}

  /** Runs all steps in order. If some throw, the first one's exception comes out at the end, the others suppressed in it. */
  public static void all(Runnable... steps) {
    each(List.of(steps), Runnable::run);
  }

  /** The same for one step with each of these; the list is not to change meanwhile. */
  public static <T> void each(List<T> parts, Consumer<T> step) {
    RuntimeException first = null;
    for (T part : parts) {
      try {
        step.accept(part);
      } catch (RuntimeException fault) {
        if (first == null) {
          first = fault;
        } else {
          first.addSuppressed(fault);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
