package io.plenum.cluster.message;

/** The key of a pipe: its two routers in canonical order, so that both nodes name it alike. */
public record RouterPair(String lower, String higher) {
  public RouterPair {
    if (lower.compareTo(higher) >= 0) {
      throw new IllegalArgumentException("not in canonical order: " + lower + ", " + higher);
    }
  }

  public static RouterPair of(String one, String other) {
    return one.compareTo(other) < 0 ? new RouterPair(one, other) : new RouterPair(other, one);
  }

  /** The router at the other end. */
  public String otherThan(String routerId) {
    return routerId.equals(lower) ? higher : lower;
  }

  public boolean contains(String routerId) {
    return lower.equals(routerId) || higher.equals(routerId);
  }
}
