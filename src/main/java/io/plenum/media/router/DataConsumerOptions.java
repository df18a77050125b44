package io.plenum.media.router;

import java.util.Map;
import java.util.Set;

/**
 * What a data consumer is made from. What is null is the data producer's.
 *
 * @param id unique in the room
 * @param maxPacketLifeTime milliseconds after which a message is not sent again
 * @param maxRetransmits times that a message is sent again
 * @param subchannels to begin with
 */
public record DataConsumerOptions(String id, String dataProducerId, Boolean ordered, Integer maxPacketLifeTime,
    Integer maxRetransmits, boolean paused, Set<Integer> subchannels, Map<String, Object> appData) {
  /** As the producer sends. */
  public static DataConsumerOptions of(String id, String dataProducerId) {
    return new DataConsumerOptions(id, dataProducerId, null, null, null, false, Set.of(), Map.of());
  }
}
