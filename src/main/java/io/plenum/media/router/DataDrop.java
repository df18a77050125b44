package io.plenum.media.router;

import java.util.Locale;

/** Why a message of a client went to nobody; counted as {@code data_dropped_total{reason="<label>"}}. */
public enum DataDrop {
  /** Its sender says more than {@link DataLimits} allow, on a channel that may lose messages. */
  OVER_LIMIT,
  /** The same on a channel that may not: it has ended while more waited than may be said at once. */
  OVER_LIMIT_AT_END,
  /** The same: its sender does not keep to its window, and more than {@link HeldMessages#MAX_BYTES} wait. */
  OVER_LIMIT_AND_WINDOW;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
