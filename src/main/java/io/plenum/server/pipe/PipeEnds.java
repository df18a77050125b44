package io.plenum.server.pipe;

import io.plenum.cluster.message.Layers;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.Producer;
import io.plenum.media.router.Router;
import io.plenum.media.transport.PipeTransport;
import java.util.List;

/**
 * What is told to that which crosses a pipe, whether it carries media or data. On the router's loop. All of it does nothing
 * when the object, or the end, is gone.
 */
final class PipeEnds {
  private PipeEnds() {}

  private static PipeTransport end(Router router, String endId) {
    return router.hasTransport(endId) ? (PipeTransport) router.transport(endId) : null;
  }

  /** {@link Layers#NONE} pauses; data has no layers. */
  static void setLayers(Router router, String endId, String consumerId, Layers layers, long nowNs) {
    PipeTransport end = end(router, endId);
    if (end == null) {
      return;
    }
    PipeConsumer media = end.session().pipeConsumers().get(consumerId);
    PipeDataConsumer data = end.dataConsumer(consumerId);
    if (media != null) {
      set(media, layers, nowNs);
    } else if (data != null) {
      set(data, layers);
    }
  }

  static void set(PipeConsumer consumer, Layers layers, long nowNs) {
    if (layers.flow()) {
      consumer.want(layers.spatial(), layers.temporal(), nowNs);
      consumer.resume(nowNs);
    } else {
      consumer.pause();
    }
  }

  static void set(PipeDataConsumer consumer, Layers layers) {
    if (layers.flow()) {
      consumer.resume();
    } else {
      consumer.pause();
    }
  }

  static void closeConsumer(Router router, String endId, String consumerId, long nowNs) {
    PipeTransport end = end(router, endId);
    if (end == null) {
      return;
    }
    PipeConsumer media = end.session().pipeConsumers().get(consumerId);
    PipeDataConsumer data = end.dataConsumer(consumerId);
    if (media != null) {
      media.close(nowNs);
    } else if (data != null) {
      data.close(nowNs);
    }
  }

  static void setProducerPaused(Router router, String endId, String producerId, boolean paused, long nowNs) {
    PipeTransport end = end(router, endId);
    if (end == null) {
      return;
    }
    Producer media = end.producer(producerId);
    DataProducer data = end.dataProducer(producerId);
    if (media != null) {
      setPaused(media, paused, nowNs);
    } else if (data != null) {
      setPaused(data, paused, nowNs);
    }
  }

  private static void setPaused(Producer producer, boolean paused, long nowNs) {
    if (paused) {
      producer.pause(nowNs);
    } else {
      producer.resume(nowNs);
    }
  }

  private static void setPaused(DataProducer producer, boolean paused, long nowNs) {
    if (paused) {
      producer.pause(nowNs);
    } else {
      producer.resume(nowNs);
    }
  }

  static void mirrorScores(Router router, String endId, String producerId, List<Integer> scores, long nowNs) {
    PipeTransport end = end(router, endId);
    Producer producer = end == null ? null : end.producer(producerId);
    if (producer != null) {
      producer.mirrorScores(scores, nowNs);
    }
  }

  static void closeProducer(Router router, String endId, String producerId, long nowNs) {
    PipeTransport end = end(router, endId);
    if (end == null) {
      return;
    }
    end.closeProducer(producerId, nowNs);
    DataProducer data = end.dataProducer(producerId);
    if (data != null) {
      data.close(nowNs);
    }
  }
}
