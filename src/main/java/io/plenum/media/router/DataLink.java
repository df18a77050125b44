package io.plenum.media.router;

import io.plenum.protocol.sctp.SendResult;

/** How a data consumer reaches its endpoint: a data channel, or the application itself. */
public interface DataLink {
  /** Takes the message or says why not. The content stays everybody's. */
  SendResult send(DataMessage message, long nowNs);

  /**
   * Whether a message of so many bytes must not be lost and finds no room now. The link then says when there may be some:
   * {@link DataConsumer#onRoom}.
   */
  default boolean mustWait(int bytes) {
    return false;
  }

  /** Bytes that wait to be sent. */
  long bufferedAmount();

  /** Below that many bytes {@link RouterListener#onDataConsumerBufferedAmountLow} is told. */
  void setBufferedAmountLowThreshold(long bytes);

  /** The consumer is gone. */
  void close(long nowNs);
}
