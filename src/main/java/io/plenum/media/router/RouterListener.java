package io.plenum.media.router;

import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import java.util.List;
import java.util.Map;

/** What a router reports to the room. Called on the router's loop; an implementation enqueues and does not call back. */
public interface RouterListener {
  /** How loud a producer was over the last interval, 0 (loudest) to -127 dBov. */
  record AudioLevel(String producerId, int dbov) {}

  /** @param tuple where media goes from now on, null if nowhere */
  default void onIceStateChanged(String transportId, IceState from, IceState to, TransportTuple tuple) {}

  /** @param reason why, for people; empty if there is nothing to say */
  default void onDtlsStateChanged(String transportId, DtlsState state, String reason) {}

  /** @param reason why, for people; empty if there is nothing to say */
  default void onSctpStateChanged(String transportId, SctpLinkState state, String reason) {}

  /** A bug of ours broke the transport; it has been closed and the router goes on. */
  default void onTransportFaulted(String transportId, Throwable fault, Map<String, Object> dump) {}

  /** The peer sends more than it may and is heard in part; told again when it has kept to its limits for ten seconds. */
  default void onMediaPoliced(String transportId) {}

  /** Its producer or its transport is gone. Not called for a consumer that was closed by id. */
  default void onConsumerClosed(String consumerId) {}

  /** The producer's pause as its consumer sees it. */
  default void onConsumerProducerPaused(String consumerId, boolean paused) {}

  /** @param score as {@link Consumer#score()} */
  default void onConsumerScore(String consumerId, Object score) {}

  /** @param spatialLayer -1 if nothing is forwarded */
  default void onConsumerLayersChanged(String consumerId, int spatialLayer, int temporalLayer) {}

  /**
   * What a transport's path carries, at most once per second.
   *
   * @param desiredBps what its consumers would take if it carried all
   * @param effectiveDesiredBps the same, going down only slowly: what is probed for
   * @param availableBps the estimate
   */
  default void onDownlinkEstimate(
      String transportId, long desiredBps, long effectiveDesiredBps, long availableBps) {}

  /**
   * @param encodingScores as {@link Producer#encodingScores()}
   * @param scores as {@link Producer#scores()}
   */
  default void onProducerScore(String producerId, List<Integer> encodingScores, Object scores) {}

  /** Those who speak, loudest first; empty once when all have fallen silent. */
  default void onAudioLevels(List<AudioLevel> loudestFirst) {}

  /** The peer has closed its channel. Not called for one that was closed by id. */
  default void onDataProducerClosed(String dataProducerId) {}

  /** Its producer, its channel or its transport is gone. Not called for one that was closed by id. */
  default void onDataConsumerClosed(String dataConsumerId) {}

  /** The data producer's pause as its consumer sees it. */
  default void onDataConsumerProducerPaused(String dataConsumerId, boolean paused) {}

  /** A message was dropped because too much waits already. */
  default void onDataConsumerSendBufferFull(String dataConsumerId) {}

  /** What waits has sunk to the consumer's threshold. */
  default void onDataConsumerBufferedAmountLow(String dataConsumerId, long bufferedAmount) {}
}
