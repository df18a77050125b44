package io.plenum.cluster;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerRow;

/**
 * Port to the local clients of a room: what they must be told about the peers and producers of other nodes. A peer is
 * told before its producers, and its producers go before it does; but if it has been sent from another node to this one, the
 * streams that it still sends there go on for a while.
 */
public interface RoomListener {
  void onPeerJoined(PeerRow peer);

  /** It has been sent to another node, perhaps to this one; it is still where it was. */
  void onPeerMoving(PeerRow peer);

  /** It is on another node now, and was never away: its streams of before go on until they are closed one by one. */
  void onPeerMoved(PeerRow peer, String formerDisplayName);

  void onPeerDisplayNameChanged(PeerRow peer, String formerDisplayName);

  void onPeerLeft(PeerRow peer);

  /** It is known; nothing of it crosses until somebody here wants it. */
  void onProducerAdded(ProducerRow producer);

  /** Paused or resumed at its origin. */
  void onProducerPauseChanged(ProducerRow producer);

  void onProducerClosed(ProducerRow producer);

  void onNotification(Notification notification);

  /** A local peer is connected to another node by now: its connection here is the old one. */
  void onLocalPeerReplaced(String peerId);

  /** The producer is on that local router now: consumers of it can be made. */
  void onProducerReady(String routerId, String producerId);

  /** It is no longer, and its consumers there are closed; it may become ready again. */
  void onProducerGone(String routerId, String producerId);
}
