package io.plenum.server.cluster;

import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.SignalMessage;

/**
 * Reads and writes one empty message of each kind, so that the first room of a node does not wait until it is found out how each
 * is written: some 200 ms on a busy machine.
 */
public final class ClusterWarmUp {
  private ClusterWarmUp() {}

  public static void run() {
    repeat("{\"changes\":[{}]}", RoomMessage.class);
    for (Class<?> kind : Row.class.getPermittedSubclasses()) {
      repeat("{\"type\":\"" + kind.getSimpleName() + "\"}", Row.class);
    }
    for (Class<?> kind : SignalMessage.class.getPermittedSubclasses()) {
      repeat("{\"type\":\"" + kind.getSimpleName() + "\"}", SignalMessage.class);
    }
  }

  private static <T> void repeat(String text, Class<T> type) {
    ClusterJson.write(ClusterJson.read(text, type));
  }
}
