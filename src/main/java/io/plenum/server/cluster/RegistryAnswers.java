package io.plenum.server.cluster;

import io.plenum.cluster.Registry;
import io.plenum.cluster.message.Row;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Brings what the shared maps answer to a core, as inputs of its.
 *
 * @param core that asked
 * @param input does something with the core at the time that it is given, and whatever follows from that
 */
record RegistryAnswers(Supplier<? extends Registry.Answers> core, Consumer<LongConsumer> input)
    implements HazelcastRegistry.Outcomes {
  @Override
  public void onRegistryDone(long operation) {
    input.accept(nowNs -> core.get().onRegistryDone(operation, nowNs));
  }

  @Override
  public void onRegistryRows(long operation, List<Row> rows) {
    input.accept(nowNs -> core.get().onRegistryRows(operation, rows, nowNs));
  }

  @Override
  public void onRegistryFailed(long operation) {
    input.accept(nowNs -> core.get().onRegistryFailed(operation, nowNs));
  }
}
