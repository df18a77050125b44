package io.plenum.media.stream;

import java.util.Locale;

/** What became of a packet that a stream received. The label is the {@code reason} of the drop counter. */
public enum Acceptance {
  /** New to us: forward it. */
  ACCEPTED,
  /** New to us, and the first one after the sender began to count elsewhere (RFC 3550 §A.1, two in a row). */
  RESTARTED,
  /** Was here before. */
  DUPLICATE,
  /** So far behind the highest that nobody waits for it any more. */
  TOO_OLD,
  /** So far ahead, or before anything it could belong to, that it is probably not of this stream. */
  INVALID;

  private final String label = name().toLowerCase(Locale.ROOT);

  public boolean accepted() {
    return this == ACCEPTED || this == RESTARTED;
  }

  public String label() {
    return label;
  }
}
