package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RoomRow;
import io.plenum.cluster.message.RouterRow;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.ServerRow;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link Registry} does; the real one runs these tests, too. */
public abstract class RegistryContract {
  private static final Owner ONE = new Owner("one", 1);
  private static final Owner ONE_LATER = new Owner("one", 2);
  private static final Owner TWO = new Owner("two", 1);
  private long operations;

  /** Empty, and new for each test. */
  protected abstract Registry registry();

  /** Waits for the operation's answer: the rows of a fetch, null for others. Fails if it failed. */
  protected abstract List<Row> await(long operation);

  private void put(Row row) {
    registry().put(++operations, row);
    await(operations);
  }

  private void remove(RowKey key, Owner owner) {
    registry().removeIfOwner(++operations, key, owner);
    await(operations);
  }

  private Set<Row> room(String room) {
    registry().fetchRoom(++operations, room);
    return new HashSet<>(await(operations));
  }

  private Set<Row> servers() {
    registry().fetchServers(++operations);
    return new HashSet<>(await(operations));
  }

  private Set<Row> owned(String serverId) {
    registry().fetchOwned(++operations, serverId);
    return new HashSet<>(await(operations));
  }

  @Test
  void aRoomsRowsComeBackWithAllTheirFields() {
    Set<Row> rows = Set.of(new RoomRow(ONE, 1, "room"), new RouterRow(ONE, 2, "room", "r1"),
        new PeerRow(ONE, 3, "room", "peer", 4, "Ada", Map.of("name", "browser", "flag", "chrome"), true),
        new ProducerRow(TWO, 5, "room", "p1", "r9", "peer", ProducerKind.VIDEO, true, Map.of("source", "webcam")));
    rows.forEach(this::put);
    put(new RoomRow(ONE, 6, "other"));
    assertEquals(rows, room("room"));
    assertEquals(Set.of(), room("nowhere"));
  }

  @Test
  void serversAreNotInAnyRoom() {
    Row server = new ServerRow(ONE, 1, "192.0.2.1", "1.0", "eu", 0.25, ServerRow.State.DRAINING);
    put(server);
    assertEquals(Set.of(server), servers());
    assertEquals(Set.of(), room(""));
  }

  @Test
  void theLastPutOfAKeyStands() {
    put(new RoomRow(ONE, 1, "room"));
    put(new RoomRow(ONE, 2, "room"));
    assertEquals(Set.of(new RoomRow(ONE, 2, "room")), room("room"));
  }

  @Test
  void onlyTheNamedOwnersRowIsRemoved() {
    Row row = new RoomRow(ONE_LATER, 1, "room");
    put(row);
    remove(row.key(), ONE);
    remove(row.key(), TWO);
    assertEquals(Set.of(row), room("room"));
    remove(row.key(), ONE_LATER);
    assertEquals(Set.of(), room("room"));
    remove(row.key(), ONE_LATER);
  }

  @Test
  void allRowsOfAServerAreFoundInWhateverTableRoomOrLife() {
    Set<Row> rows = Set.of(new ServerRow(ONE_LATER, 1, "192.0.2.1", "1.0", "", 0, ServerRow.State.ACTIVE),
        new RoomRow(ONE, 1, "room"), new RouterRow(ONE_LATER, 2, "other", "r1"));
    rows.forEach(this::put);
    put(new RoomRow(TWO, 1, "room"));
    assertEquals(rows, owned("one"));
  }
}
