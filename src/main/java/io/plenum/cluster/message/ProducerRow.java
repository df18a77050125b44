package io.plenum.cluster.message;

import java.util.Map;

/**
 * A producer (or data producer) and where it is.
 *
 * @param routerId the router that its client's media reaches first
 * @param paused by its client or the application
 * @param appData what all consumers' clients are told
 */
public record ProducerRow(Owner owner, long generation, String room, String producerId, String routerId, String peerId,
    ProducerKind kind, boolean paused, Map<String, Object> appData) implements Row {
  @Override
  public RowKey key() {
    return new RowKey(RowKey.Table.PRODUCERS, room, producerId);
  }
}
