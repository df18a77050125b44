package io.plenum.media.router;

/**
 * How much one client may say over data channels, sustained: its messages go to everybody in the room. For two seconds it may say
 * twice as much.
 *
 * @param messagesPerSecond 1 or more
 * @param bytesPerSecond of content, 1 or more
 */
public record DataLimits(int messagesPerSecond, int bytesPerSecond) {
  /** A game that sends at 60 Hz on ten channels, and a file at 100 Mbit/s: for embedders and tests; a node has its configuration. */
  public static final DataLimits DEFAULT = new DataLimits(2_000, 12_500_000);

  public DataLimits {
    if (messagesPerSecond < 1 || bytesPerSecond < 1) {
      throw new IllegalArgumentException("limits of data are 1 or more");
    }
  }
}
