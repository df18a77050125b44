package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;

/** A producer of this node that another node has asked for over a pipe: our router's consumer on our end. */
final class PushedProducer {
  final String consumerId;
  final String producerId;
  Layers layers;
  /** Which of the other side's requests the layers are from. */
  long sequence;
  /** Null until our router has made the consumer. */
  PipeConsumerParameters parameters;
  final long deadlineNs;

  PushedProducer(String consumerId, String producerId, Layers layers, long sequence, long deadlineNs) {
    this.consumerId = consumerId;
    this.producerId = producerId;
    this.layers = layers;
    this.sequence = sequence;
    this.deadlineNs = deadlineNs;
  }
}
