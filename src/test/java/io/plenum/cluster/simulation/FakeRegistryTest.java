package io.plenum.cluster.simulation;

import io.plenum.cluster.Registry;
import io.plenum.cluster.RegistryContract;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** The registry of the simulation keeps the contract. */
class FakeRegistryTest extends RegistryContract implements Registry {
  private final Timeline time = new Timeline();
  private final FakeRegistry fake = new FakeRegistry(time, new SplittableRandom(1));
  private final Map<Long, List<Row>> answers = new HashMap<>();

  @Override
  protected Registry registry() {
    return this;
  }

  @Override
  protected List<Row> await(long operation) {
    time.runFor(Timeline.SECOND);
    if (!answers.containsKey(operation)) {
      throw new AssertionError("no answer");
    }
    return answers.get(operation);
  }

  @Override
  public void put(long operation, Row row) {
    fake.put(row, () -> 0, () -> answers.put(operation, null));
  }

  @Override
  public void removeIfOwner(long operation, RowKey key, Owner owner) {
    fake.removeIfOwner(key, owner, () -> 0, () -> answers.put(operation, null));
  }

  private void fetch(long operation, Predicate<Row> which) {
    fake.fetch(which, () -> 0, rows -> answers.put(operation, rows));
  }

  @Override
  public void fetchRoom(long operation, String room) {
    fetch(operation, row -> row.key().room().equals(room) && row.key().table() != RowKey.Table.SERVERS);
  }

  @Override
  public void fetchServers(long operation) {
    fetch(operation, row -> row.key().table() == RowKey.Table.SERVERS);
  }

  @Override
  public void fetchOwned(long operation, String serverId) {
    fetch(operation, row -> row.owner().serverId().equals(serverId));
  }
}
