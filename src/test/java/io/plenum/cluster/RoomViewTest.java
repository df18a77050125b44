package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the clients here are told of one peer, elsewhere, with one producer. */
class RoomViewTest {
  private static final Owner HERE = new Owner("n1", 1);
  private static final Owner THERE = new Owner("n2", 1);
  private static final Owner ELSEWHERE = new Owner("n3", 1);

  private final List<String> told = new ArrayList<>();
  private final RoomView view = new RoomView(new OwnRows(HERE, 1), new Listener());

  @BeforeEach
  void aPeerWithAProducerIsKnown() {
    view.onUp(THERE);
    view.onUp(ELSEWHERE);
    hear(new RoomChange(RoomEvent.ROOM_ENTER, 1, null, null));
    hear(change(RoomEvent.PEER_JOIN, peer(THERE, 2, 1, false)));
    hear(change(RoomEvent.PRODUCER_ADD, producer(3)));
    assertEquals(List.of("joined ada@n2", "added p1"), told);
    told.clear();
  }

  private static PeerRow peer(Owner owner, long generation, long term, boolean moving) {
    return new PeerRow(owner, generation, "room", "ada", term, "Ada", Map.of(), moving);
  }

  private static ProducerRow producer(long generation) {
    return new ProducerRow(THERE, generation, "room", "p1", "r1", "ada", ProducerKind.VIDEO, false, Map.of());
  }

  private static RoomChange change(RoomEvent event, Row row) {
    return new RoomChange(event, row.generation(), row, null);
  }

  private void hear(RoomChange change) {
    Owner owner = change.row() == null ? THERE : change.row().owner();
    view.onMessage(new RoomMessage(Protocol.VERSION, owner, "room", change.generation(), List.of(change)));
  }

  @Test
  void aPeerThatLeavesTakesItsProducersWithItFirst() {
    hear(new RoomChange(RoomEvent.PEER_LEAVE, 5, peer(THERE, 2, 1, false), null));
    assertEquals(List.of("closed p1", "left ada@n2"), told);
  }

  @Test
  void aPeerThatLeftAndCameAgainUnheardLeavesAfterItsProducers() {
    // 4 (producer:close) and 5 (peer:leave) are lost.
    hear(change(RoomEvent.PEER_JOIN, peer(THERE, 6, 3, false)));
    assertEquals(List.of("closed p1", "left ada@n2", "joined ada@n2", "added p1"), told);
    told.clear();
    hear(new RoomChange(RoomEvent.PRODUCER_CLOSE, 4, producer(3), null));
    assertEquals(List.of("closed p1"), told, "the truth comes late");
  }

  @Test
  void aPeerThatIsSentElsewhereIsNeverAwayAndItsOldStreamGoesOn() {
    hear(change(RoomEvent.PEER_MOVE, peer(THERE, 4, 1, true)));
    hear(change(RoomEvent.PEER_JOIN, peer(ELSEWHERE, 1, 2, false)));
    assertEquals(List.of("moving ada@n2", "moved ada@n3"), told);
    told.clear();
    hear(new RoomChange(RoomEvent.PRODUCER_CLOSE, 5, producer(3), null));
    assertEquals(List.of("closed p1"), told);
  }

  private final class Listener implements RoomListener {
    @Override
    public void onPeerJoined(PeerRow peer) {
      told.add("joined " + at(peer));
    }

    @Override
    public void onPeerMoving(PeerRow peer) {
      told.add("moving " + at(peer));
    }

    @Override
    public void onPeerMoved(PeerRow peer, String formerDisplayName) {
      told.add("moved " + at(peer));
    }

    @Override
    public void onPeerDisplayNameChanged(PeerRow peer, String formerDisplayName) {
      told.add("renamed " + at(peer));
    }

    @Override
    public void onPeerLeft(PeerRow peer) {
      told.add("left " + at(peer));
    }

    private String at(PeerRow peer) {
      return peer.peerId() + "@" + peer.owner().serverId();
    }

    @Override
    public void onProducerAdded(ProducerRow producer) {
      told.add("added " + producer.producerId());
    }

    @Override
    public void onProducerPauseChanged(ProducerRow producer) {
      told.add("paused or resumed " + producer.producerId());
    }

    @Override
    public void onProducerClosed(ProducerRow producer) {
      told.add("closed " + producer.producerId());
    }

    @Override
    public void onNotification(Notification notification) {}

    @Override
    public void onLocalPeerReplaced(String peerId) {}

    @Override
    public void onProducerReady(String routerId, String producerId) {}

    @Override
    public void onProducerGone(String routerId, String producerId) {}
  }
}
