package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.ServerRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our row in the registry, and what a look at the others' finds. */
class ServerRowsTest implements Registry, ServerRows.Sink {
  private static final long SECOND = 1_000_000_000L;
  private static final Owner SELF = new Owner("self", 5);
  private static final Owner OTHER = new Owner("other", 1);

  private final List<String> heard = new ArrayList<>();
  private ServerRow stored;
  private long operations;
  private long fetch;
  private final ServerRows rows = new ServerRows(
      new NodeCoordinator.Description("192.0.2.1", "1", "eu"), this, () -> ++operations, this);

  private static ServerRow row(Owner owner) {
    return new ServerRow(owner, 1, "192.0.2.2", "1", "eu", 0, ServerRow.State.ACTIVE);
  }

  /** The next look finds our row and these. */
  private void look(long nowNs, List<Owner> up, Row... others) {
    rows.look(nowNs);
    rows.onTimeout(nowNs);
    List<Row> found = new ArrayList<>(List.of(others));
    if (stored != null) {
      found.add(stored);
    }
    rows.onRows(fetch, found, SELF, up, nowNs);
  }

  @Test
  void aRowThatIsMissingOrOldIsWrittenAgain() {
    look(0, List.of());
    assertEquals(1, stored.generation());
    look(SECOND, List.of());
    assertEquals(1, stored.generation(), "it is as it should be");
    rows.load(0.5);
    look(2 * SECOND, List.of());
    assertEquals(0.5, stored.load());
    assertEquals(2, stored.generation());
  }

  @Test
  void whatAnotherSaysOfItselfIsKnownWhileItIsThatLife() {
    look(0, List.of(OTHER), row(OTHER));
    assertEquals(row(OTHER), rows.of(OTHER));
    assertNull(rows.of(new Owner("other", 2)));
  }

  @Test
  void aRowWhoseServerIsNoMemberForLongIsAStrangers() {
    look(0, List.of(), row(OTHER));
    look(10 * SECOND, List.of(), row(OTHER));
    assertEquals(List.of(), heard, "its membership may only be late");
    look(20 * SECOND, List.of(), row(OTHER));
    assertEquals(List.of("stranger " + OTHER), heard);
  }

  @Test
  void aStrangerThatBecomesAMemberIsNone() {
    look(0, List.of(), row(OTHER));
    look(10 * SECOND, List.of(OTHER), row(OTHER));
    look(20 * SECOND, List.of(), row(OTHER));
    assertEquals(List.of(), heard);
  }

  @Test
  void aLaterLifeIsToldAndOurRowDoesNotCoverIt() {
    Owner later = new Owner("self", 6);
    look(0, List.of(), row(later));
    assertEquals(List.of("later " + later), heard);
    assertNull(stored);
  }

  @Test
  void looksComeEveryTenSecondsOrEverySecondInAHurryAndSoonAfterAFailure() {
    look(0, List.of());
    assertEquals(10 * SECOND, rows.nextDeadlineNs());
    rows.hurry(true);
    look(10 * SECOND, List.of());
    assertEquals(11 * SECOND, rows.nextDeadlineNs());
    rows.hurry(false);
    rows.onTimeout(11 * SECOND);
    rows.onFailed(fetch, 12 * SECOND);
    assertEquals(13 * SECOND, rows.nextDeadlineNs());
  }

  @Override
  public void put(long operation, Row row) {
    stored = (ServerRow) row;
  }

  @Override
  public void fetchServers(long operation) {
    fetch = operation;
  }

  @Override
  public void removeIfOwner(long operation, RowKey key, Owner owner) {
    throw new AssertionError("nothing is removed");
  }

  @Override
  public void fetchRoom(long operation, String room) {
    throw new AssertionError("rooms are not looked at");
  }

  @Override
  public void fetchOwned(long operation, String serverId) {
    throw new AssertionError("only servers are looked at");
  }

  @Override
  public void onLaterLife(Owner later) {
    heard.add("later " + later);
  }

  @Override
  public void onStranger(Owner owner, long nowNs) {
    heard.add("stranger " + owner);
  }
}
