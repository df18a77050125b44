package io.plenum.simulation;

import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.transport.PipeTransport;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import java.util.Map;
import java.util.SplittableRandom;

/** Alice's node and Bob's, joined. */
final class TwoNodes {
  final SimulatedCall near;
  final SimulatedCall far;
  final PipeSocket nearSocket;
  final PipeSocket farSocket;
  final PipeTransport nearEnd;
  final PipeTransport farEnd;

  TwoNodes(long seed, Impairment between, PipeOptions options) {
    near = new SimulatedCall(seed, Impairment.NONE);
    far = new SimulatedCall(near.time(), seed + 1_000, Impairment.NONE);
    SplittableRandom random = new SplittableRandom(seed);
    nearSocket = new PipeSocket(near.time(), random.split(), "192.0.2.11", between);
    farSocket = new PipeSocket(near.time(), random.split(), "192.0.2.12", between);
    nearSocket.other = farSocket;
    farSocket.other = nearSocket;
    nearEnd = new PipeTransport("near-end", near.node().router(), nearSocket, options);
    farEnd = new PipeTransport("far-end", far.node().router(), farSocket, options);
    nearEnd.connect("far-end", farSocket.address, farEnd.srtpParameters(), near.nowNs());
    farEnd.connect("near-end", nearSocket.address, nearEnd.srtpParameters(), near.nowNs());
  }

  /** As the coordinators do it: the near end consumes, the far end produces under the same id. */
  PipeConsumer pipe(Publication publication) {
    PipeConsumer consumer = nearEnd.consumePiped("c-" + publication.producer().id(), publication.producer().id(), PipeSimulationTest.NOBODY);
    farEnd.produce(new ProducerOptions(publication.producer().id(), consumer.kind(), consumer.rtpParameters(),
        consumer.producerPaused(), Map.of()), near.nowNs());
    return consumer;
  }

  void runFor(long durationNs) {
    near.runFor(durationNs);
  }
}
