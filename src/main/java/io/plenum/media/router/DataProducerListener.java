package io.plenum.media.router;

/** Hears what a data producer does: a consumer of a client, or one that brings it to another router. */
interface DataProducerListener {
  void onMessage(DataMessage message, Subchannels audience, long nowNs);

  void onProducerPaused(boolean producerPaused, long nowNs);

  void onProducerClosed(long nowNs);

  /** A bug of ours while it was told: its own transport's, neither the producer's nor the other consumers'. */
  void onFault(RuntimeException fault, long nowNs);
}
