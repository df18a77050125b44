package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RouterPair;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two routers of one room on a node without a cluster: what goes from one to the other, and when. */
class LoneRoomTest {
  private static final Layers HIGH = new Layers(7, 7);
  private static final String FEED = "alone#1/1/feed";

  private final List<String> said = new ArrayList<>();
  private final LoneRoom room = new LoneRoom("room", new Said(), new Told());

  @BeforeEach
  void aProducerOnTheFirstOfTwoRouters() {
    room.onRouterAdded("a", 0);
    room.onRouterAdded("b", 0);
    room.onProducerAdded("p", "a", "peer", ProducerKind.VIDEO, 0);
  }

  private List<String> takeSaid() {
    List<String> taken = List.copyOf(said);
    said.clear();
    return taken;
  }

  @Test
  void aProducerIsFedToTheRouterOfItsConsumerOnceHoweverManyWantIt() {
    assertEquals(List.of(), takeSaid());
    room.onConsumer("c1", "b", "p", HIGH, 0);
    room.onConsumer("c2", "b", "p", HIGH, 0);
    assertEquals(List.of("open " + FEED + "1 p a→b " + HIGH), takeSaid());
    room.onFeedOpened(FEED + "1", 0);
    assertEquals(List.of("ready b p"), takeSaid());
  }

  @Test
  void aConsumerOnTheProducersOwnRouterNeedsNoFeed() {
    room.onConsumer("c", "a", "p", HIGH, 0);
    assertEquals(List.of(), takeSaid());
  }

  @Test
  void nothingFlowsWhileEveryConsumerThereIsPausedAndTheFeedEndsAWhileAfterTheLast() {
    room.onConsumer("c", "b", "p", HIGH, 0);
    room.onFeedOpened(FEED + "1", 0);
    takeSaid();
    room.onConsumer("c", "b", "p", Layers.NONE, 0);
    assertEquals(ClusterTimings.LINGER_NS, room.nextDeadlineNs());
    room.onTimeout(ClusterTimings.LINGER_NS);
    assertEquals(List.of("layers " + FEED + "1 " + Layers.NONE), takeSaid());

    room.onConsumer("c", "b", "p", new Layers(1, 7), ClusterTimings.LINGER_NS);
    assertEquals(List.of("layers " + FEED + "1 " + new Layers(1, 7)), takeSaid());

    room.onConsumerClosed("c", ClusterTimings.LINGER_NS);
    room.onTimeout(2 * ClusterTimings.LINGER_NS);
    assertEquals(List.of("close " + FEED + "1", "gone b p"), takeSaid());
    assertEquals(Long.MAX_VALUE, room.nextDeadlineNs());
  }

  @Test
  void theFeedGoesWithItsProducer() {
    room.onConsumer("c", "b", "p", HIGH, 0);
    room.onFeedOpened(FEED + "1", 0);
    takeSaid();
    room.onProducerClosed("p", 0);
    assertEquals(List.of("close " + FEED + "1", "gone b p"), takeSaid());
  }

  @Test
  void aFeedThatFailsIsMadeAnewAfterAPause() {
    room.onConsumer("c", "b", "p", HIGH, 0);
    room.onFeedFailed(FEED + "1", 0);
    takeSaid();
    room.onTimeout(room.nextDeadlineNs());
    assertEquals(List.of("open " + FEED + "2 p a→b " + HIGH), takeSaid());
  }

  @Test
  void closingLeavesNothing() {
    room.onConsumer("c", "b", "p", HIGH, 0);
    takeSaid();
    room.close(0);
    assertEquals(List.of("close " + FEED + "1"), takeSaid());
    assertEquals(Long.MAX_VALUE, room.nextDeadlineNs());
    room.onFeedOpened(FEED + "1", 0);
    assertEquals(List.of(), takeSaid());
  }

  private final class Said implements Media {
    @Override
    public void openFeed(String feedId, String producerId, String fromRouterId, String toRouterId, Layers layers) {
      said.add("open " + feedId + " " + producerId + " " + fromRouterId + "→" + toRouterId + " " + layers);
    }

    @Override
    public void setFeedLayers(String feedId, Layers layers) {
      said.add("layers " + feedId + " " + layers);
    }

    @Override
    public void closeFeed(String feedId) {
      said.add("close " + feedId);
    }

    @Override
    public void createPipe(String endId, RouterPair pair, String routerId) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void connectPipe(String endId, PipeEnd remote) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void closePipe(String endId) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void consume(String endId, String consumerId, String producerId, Layers layers) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void setLayers(String endId, String consumerId, Layers layers) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void closeConsumer(String endId, String consumerId) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void produce(String endId, ProducerRow producer, PipeConsumerParameters parameters) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void setProducerPaused(String endId, String consumerId, String producerId, boolean paused) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void setProducerScores(String endId, String consumerId, String producerId, List<Integer> scores) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void closeProducer(String endId, String consumerId, String producerId) {
      throw new AssertionError("there is no other node");
    }
  }

  private final class Told implements RoomListener {
    @Override
    public void onProducerReady(String routerId, String producerId) {
      said.add("ready " + routerId + " " + producerId);
    }

    @Override
    public void onProducerGone(String routerId, String producerId) {
      said.add("gone " + routerId + " " + producerId);
    }

    @Override
    public void onPeerJoined(PeerRow peer) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onPeerMoving(PeerRow peer) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onPeerMoved(PeerRow peer, String formerDisplayName) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onPeerDisplayNameChanged(PeerRow peer, String formerDisplayName) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onPeerLeft(PeerRow peer) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onProducerAdded(ProducerRow producer) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onProducerPauseChanged(ProducerRow producer) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onProducerClosed(ProducerRow producer) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onNotification(Notification notification) {
      throw new AssertionError("there is no other node");
    }

    @Override
    public void onLocalPeerReplaced(String peerId) {
      throw new AssertionError("there is no other node");
    }
  }
}
