package io.plenum.cluster.message;

/** The version of what nodes say to each other. */
public final class Protocol {
  /**
   * Sent with every message. New fields do not raise it: readers ignore what they do not know. It rises when an old
   * reader would misunderstand.
   */
  public static final int VERSION = 1;

  private Protocol() {}

  /** Whether a message of that version can be understood: the same or the next one, for rolling upgrades. */
  public static boolean understands(int version) {
    return version >= 1 && version <= VERSION + 1;
  }
}
