package io.plenum.media;

/** Asserts what only a bug of ours can break. Whoever drives the core closes the one transport, keeps a dump, and goes on. */
public final class Check {
  private Check() {}

  public static void state(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }
}
