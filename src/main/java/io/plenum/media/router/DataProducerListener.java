package io.plenum.media.router;

/** Hears what a data producer does: a consumer of a client, or one that brings it to another router. */
interface DataProducerListener {
  /** Whether the message is for it, must not be lost, and finds no room now; then it says when there is some. */
  boolean holds(DataMessage message, Subchannels audience);

  /** Everything that it took has gone. */
  boolean isDrained();

  void onMessage(DataMessage message, Subchannels audience, long nowNs);

  void onProducerPaused(boolean producerPaused, long nowNs);

  void onProducerClosed(long nowNs);

  /** A bug of ours while it was told: its own transport's, neither the producer's nor the other consumers'. */
  void onFault(RuntimeException fault, long nowNs);
}
