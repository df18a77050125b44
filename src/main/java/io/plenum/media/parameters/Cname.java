package io.plenum.media.parameters;

import java.util.Base64;
import java.util.random.RandomGenerator;

/** A name by which receivers know streams of one source and one clock. */
public final class Cname {
  /** RFC 7022 §4.2: at least 96 bits, in base64. */
  private static final int RANDOM_BYTES = 12;

  private Cname() {}

  /** Short-term and random (RFC 7022 §4.2): sixteen characters. */
  public static String random(RandomGenerator random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
