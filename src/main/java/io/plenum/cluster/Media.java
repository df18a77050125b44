package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RouterPair;
import java.util.List;

/**
 * Port to the routers of this node: what shall be done on pipes. Commands for one router take effect in the order in
 * which they are given. Those that make something are answered later by {@code onPipeCreated}, {@code onConsumed},
 * {@code onProduced}, {@code onFeedOpened} or the {@code …Failed} beside each. Closing and setting are not answered,
 * and do nothing when the object is gone. Closing a pipe closes all that is on it.
 */
public interface Media {
  /** Makes this node's end of a pipe: {@code routerId} is the one of the pair that lives here. */
  void createPipe(String endId, RouterPair pair, String routerId);

  /** Once in an end's life. */
  void connectPipe(String endId, PipeEnd remote);

  void closePipe(String endId);

  /** The near side: sends a local producer into the pipe; {@link Layers#NONE} makes it paused. */
  void consume(String endId, String consumerId, String producerId, Layers layers);

  /** {@link Layers#NONE} pauses; anything else resumes and forwards no more than that. */
  void setLayers(String endId, String consumerId, Layers layers);

  void closeConsumer(String endId, String consumerId);

  /** The far side: makes the producer, with the origin's id, on the local router. */
  void produce(String endId, ProducerRow producer, PipeConsumerParameters parameters);

  /** What the origin's producer does, the one on the pipe does too. */
  void setProducerPaused(String endId, String consumerId, String producerId, boolean paused);

  /** What the origin's producer scores, the one on the pipe does too: one number for each encoding. */
  void setProducerScores(String endId, String consumerId, String producerId, List<Integer> scores);

  /** @param consumerId tells which of several attempts is meant */
  void closeProducer(String endId, String consumerId, String producerId);

  /**
   * Joins two routers of this node for one producer, with its id; the pipe between them is made when it is the first.
   * Pause and score of the producer go along without further commands.
   */
  void openFeed(String feedId, String producerId, String fromRouterId, String toRouterId, Layers layers);

  /** {@link Layers#NONE} pauses; anything else resumes and forwards no more than that. */
  void setFeedLayers(String feedId, Layers layers);

  void closeFeed(String feedId);
}
