package io.plenum.media.transport;

import static io.plenum.media.transport.SimulatedRoom.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.Consumer;
import io.plenum.media.transport.Downlink.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole calls over made-up bottlenecks: what the subscriber gets, and what the path suffers. */
class DownlinkTest {
  private static final long[] SIMULCAST = {100_000, 300_000, 900_000};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void simulcastSettlesOnALayerThatFitsWithoutALossStorm(long seed) {
    SimulatedRoom room = new SimulatedRoom(seed);
    SimulatedPublisher publisher = room.publisher(SIMULCAST);
    room.run(5);
    SimulatedSubscriber subscriber = room.subscriber(Kind.TRANSPORT_CC, 500_000);
    Consumer consumer = subscriber.consume(publisher.producer);
    trace(room, subscriber, 30);
    room.run(30);
    assertEquals(1, room.spatialLayer(consumer));
  }

  static void trace(SimulatedRoom room, SimulatedSubscriber s, int seconds) {
    int layer = 0; 
    for (int i = 0; i < seconds; i++) {
      long bytes = s.bytes, lost = s.lost, sent = s.sent, prob = s.probation.size();
      room.run(1);
      System.out.println((i + 1) + "s avail=" + s.session.downlink().availableBps() / 1000 + " recv=" + (s.bytes - bytes) * 8 / 1000 + " lost=" + (s.lost - lost) + "/" + (s.sent - sent)
          + " prob=" + (s.probation.size() - prob) + " " + room.layerChanges.subList(layer, room.layerChanges.size()).stream().map(c -> c.consumerId() + ":" + c.spatialLayer() + "." + c.temporalLayer()).toList());
      layer = room.layerChanges.size();
    }
  }
}
