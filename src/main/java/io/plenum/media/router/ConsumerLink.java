package io.plenum.media.router;

import io.plenum.media.stream.RoutedPacket;

/** How a consumer reaches its endpoint: the RTP session of its transport. */
public interface ConsumerLink {
  /**
   * What one of the consumers could take of the path has changed: the link may share the path anew, by
   * {@link Consumer#allocateLayer}, before it returns.
   */
  default void onDemandChanged(long nowNs) {}

  /** What a producer of one of them sends has changed: the same, but it need not be at once. */
  default void onSupplyChanged(long nowNs) {}

  boolean isConnected();

  /** Scratch memory in which a consumer prepares one packet, from its beginning. */
  byte[] outBuffer();

  /**
   * Completes, protects and sends what is in {@link #outBuffer}.
   *
   * @param source where the packet comes from: its extension offsets hold in the copy too
   * @return the {@link io.plenum.media.stream.SentForm} in which it leaves, if the consumer repairs as sent
   */
  long send(Consumer consumer, RoutedPacket source, byte[] out, int length, int headerLength, long nowNs);

  /**
   * Sends what is in {@link #outBuffer} as it was sent before.
   *
   * @param form and {@code sentNs}: what {@link #send} returned of it then, and its time
   * @return false if that cannot be done: it would be another packet, and is not sent
   */
  boolean sendAgain(Consumer consumer, RoutedPacket source, byte[] out, int length, long form, long sentNs, long nowNs);

  /**
   * The same as {@link #send} towards another router: there are no per-transport extensions to fill in, and layers must
   * be readable there.
   *
   * @param repairsAsSent the form is wanted
   */
  long sendPiped(RoutedPacket source, byte[] out, int length, boolean repairsAsSent, long nowNs);

  /** The same as {@link #sendAgain} towards another router. */
  boolean sendPipedAgain(RoutedPacket source, byte[] out, int length, long form, long nowNs);
}
