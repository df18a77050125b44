package io.plenum.media.router;

import io.plenum.media.stream.RoutedPacket;

/** Who gets what a producer sends: a consumer towards an endpoint, or a pipe consumer towards another router. */
interface ProducerListener {
  /** A packet of one of the producer's streams; without a payload it only says that its number was used. */
  void onPacket(ProducerStream stream, RoutedPacket packet, long nowNs);

  void onProducerPaused(boolean producerPaused, long nowNs);

  /** One of the producer's streams scores otherwise than before. */
  void onProducerScore(long nowNs);

  /**
   * One of the producer's streams has begun, has fallen silent, or is back: {@link ProducerStream#active} says which. If
   * it comes, the packet that shows it follows.
   */
  void onProducerStreamActive(ProducerStream stream, long nowNs);

  void onProducerClosed(long nowNs);

  /** One of the calls above failed: the transport that sends is at fault. */
  void onFault(RuntimeException fault, long nowNs);
}
