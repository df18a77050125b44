package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import java.util.List;
import java.util.Map;

/**
 * Connects an endpoint or another router with this router. Belongs to the router's event loop.
 */
public interface Transport {
  String id();

  /**
   * Makes a producer for what the endpoint sends.
   *
   * @throws io.plenum.media.PlenumException if the parameters are wrong or taken
   */
  Producer produce(ProducerOptions options, long nowNs);

  /**
   * Makes a consumer that sends a producer of the router to the endpoint.
   *
   * @throws io.plenum.media.PlenumException {@code producer-not-found}, {@code cannot-consume}, {@code already-exists}
   */
  Consumer consume(ConsumerOptions options, long nowNs);

  /**
   * Makes a data producer for what the endpoint sends over SCTP.
   *
   * @throws PlenumException {@code unsupported} if the transport has none, or if the parameters are wrong or taken
   */
  default DataProducer produceData(DataProducerOptions options, long nowNs) {
    throw new PlenumException("unsupported", "the transport carries no data");
  }

  /**
   * Makes a data consumer that sends a data producer of the router to the endpoint.
   *
   * @throws PlenumException {@code unsupported}, {@code data-producer-not-found}, {@code already-exists}
   */
  default DataConsumer consumeData(DataConsumerOptions options, long nowNs) {
    throw new PlenumException("unsupported", "the transport carries no data");
  }

  /** Its producer has closed. */
  void remove(Producer producer);

  /** Its consumer has closed. */
  void remove(Consumer consumer);

  /** Its pipe consumer has closed. */
  default void remove(PipeConsumer consumer) {}

  /** Something it owns may want to be woken earlier than it said before. */
  void onDeadlineChanged();

  long nextDeadlineNs();

  void onTimeout(long nowNs);

  /** Closes its producers and consumers, then itself. */
  void close(long nowNs);

  /** mediasoup's transport stats. */
  List<Map<String, Object>> stats(long nowNs, long unixMs);

  void dump(Dump out);
}
