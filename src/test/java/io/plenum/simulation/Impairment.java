package io.plenum.simulation;

/**
 * What one direction of a path does to datagrams.
 *
 * @param loss share of datagrams that never come
 * @param delayNs at least
 * @param jitterNs up to so much more; order is kept
 * @param reordering share of datagrams that are overtaken
 * @param duplication share of datagrams that come twice
 */
public record Impairment(double loss, long delayNs, long jitterNs, double reordering, double duplication) {
  public static final Impairment NONE = new Impairment(0, 20 * VirtualTime.MS, 0, 0, 0);
  public static final Impairment FIVE_PERCENT =
      new Impairment(0.05, 25 * VirtualTime.MS, 10 * VirtualTime.MS, 0.02, 0.01);
}
