package io.plenum.media.router;

import io.plenum.media.stream.RoutedPacket;

/** Who gets what a producer sends: a consumer towards an endpoint, or a pipe consumer towards another router. */
interface ProducerListener {
  /** A packet of one of the producer's streams; without a payload it only says that its number was used. */
  void onPacket(ProducerStream stream, RoutedPacket packet, long nowNs);

  void onProducerPaused(boolean producerPaused, long nowNs);

  /** One of the producer's streams has begun, fallen silent, or changed its score. */
  void onProducerScore(ProducerStream stream, long nowNs);

  void onProducerClosed(long nowNs);

  /** One of the calls above failed: the transport that sends is at fault. */
  void onFault(RuntimeException fault, long nowNs);
}
