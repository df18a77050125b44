package io.plenum.protocol.wire;

import java.util.Locale;

/**
 * Why bytes from the network were not what they claimed to be. A parser returns one of these, or {@code null} when
 * all is well; it never throws. The caller counts it as {@code <what>_malformed_total{reason="<label>"}} and drops.
 */
public enum Malformed {
  /** Fewer bytes than the fixed part needs, or than a length field inside announces. */
  TOO_SHORT,
  /** More bytes than the standard or a limit of ours allows. */
  TOO_LONG,
  /** The version bits are not the ones we speak. */
  WRONG_VERSION,
  /** A length field contradicts the bytes that are there. */
  WRONG_LENGTH,
  /** Magic cookie, fixed bits or a reserved value is not what the standard demands. */
  WRONG_MAGIC,
  /** The padding count is zero or larger than what it pads. */
  WRONG_PADDING,
  /** A header extension or attribute runs over the end of its container. */
  WRONG_EXTENSION,
  /** A CRC or fingerprint is there and does not match. */
  WRONG_CHECKSUM,
  /** Something the standard demands is missing. */
  MISSING_FIELD,
  /** A value that no sender may use here. */
  WRONG_VALUE,
  /** More entries than one message may make us look at. */
  TOO_MANY;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
