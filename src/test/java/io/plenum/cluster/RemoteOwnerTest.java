package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.RouterRow;
import io.plenum.cluster.message.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RemoteOwnerTest {
  private static final Owner OWNER = new Owner("n1", 1);
  private final RemoteOwner remote = new RemoteOwner(OWNER);

  private static RouterRow row(long generation, String id) {
    return new RouterRow(OWNER, generation, "room", id);
  }

  private static RoomChange add(long generation, String id) {
    return new RoomChange(RoomEvent.ROUTER_ADD, generation, row(generation, id), null);
  }

  private static RoomChange close(long generation, String id) {
    return new RoomChange(RoomEvent.ROUTER_CLOSE, generation, row(generation - 1, id), null);
  }

  private List<String> ids() {
    List<String> ids = new ArrayList<>();
    remote.forEachRow(row -> ids.add(((RouterRow) row).routerId()));
    return ids.stream().sorted().toList();
  }

  private void enter() {
    remote.onChange(new RoomChange(RoomEvent.ROOM_ENTER, 1, null, null));
  }

  @Test
  void anAddThatComesAfterItsCloseDoesNotReviveIt() {
    enter();
    remote.onChange(close(3, "r"));
    assertTrue(remote.behind());
    remote.onChange(add(2, "r"));
    assertEquals(List.of(), ids());
    assertFalse(remote.behind());
    assertEquals(0, remote.remembered().size());
  }

  @Test
  void repeatedAndLateChangesDoNothing() {
    enter();
    remote.onChange(add(2, "r"));
    remote.onChange(close(3, "r"));
    remote.onChange(add(2, "r"));
    remote.onRow(row(2, "r"));
    assertEquals(List.of(), ids());
  }

  @Test
  void aStateClosesWhatIsNotInItAndKeepsWhatIsNewer() {
    enter();
    remote.onChange(add(2, "old"));
    remote.onChange(add(6, "newer"));
    remote.onState(4, true, List.<Row>of(row(4, "kept")));
    assertEquals(List.of("kept", "newer"), ids());
    assertTrue(remote.behind());
    remote.onState(3, true, List.of());
    assertEquals(List.of("kept", "newer"), ids());
  }

  @Test
  void aServerThatComesBackAfterItWasDownIsBelievedOnlyItsWholeState() {
    enter();
    remote.onChange(add(2, "r"));
    remote.onDown();
    assertEquals(List.of(), ids());
    remote.onChange(add(3, "s"));
    remote.onRow(row(3, "s"));
    assertEquals(List.of(), ids());
    assertTrue(remote.behind());
    remote.onState(3, true, List.<Row>of(row(2, "r"), row(3, "s")));
    assertEquals(List.of("r", "s"), ids());
    assertFalse(remote.behind());
  }

  @Test
  void enteringAgainMakesAllFromBeforeVoid() {
    enter();
    remote.onChange(add(2, "r"));
    remote.onChange(new RoomChange(RoomEvent.ROOM_ENTER, 100, null, null));
    assertEquals(List.of(), ids());
    assertFalse(remote.behind());
    remote.onChange(add(3, "late"));
    assertEquals(List.of(), ids());
  }

  @Test
  void aNotificationIsHeardOnce() {
    enter();
    RoomChange change = new RoomChange(RoomEvent.NOTIFICATION, 2, null, new Notification("chat", null, Map.of()));
    assertNotNull(remote.onChange(change));
    assertNull(remote.onChange(change));
  }

  @Test
  void anEventThatThisVersionDoesNotKnowIsSkippedButCounted() {
    enter();
    remote.onChange(new RoomChange(null, 2, null, null));
    assertFalse(remote.behind());
  }

  @Test
  void changesAheadAreRememberedOnlyUpToALimit() {
    enter();
    for (int i = 0; i < 10_000; i++) {
      remote.onChange(close(3 + i * 2L, "r" + i));
    }
    assertEquals(RemoteOwner.MAX_AHEAD, remote.remembered().size());
    assertTrue(remote.behind());
    remote.onState(30_000, true, List.of());
    assertEquals(0, remote.remembered().size());
    assertFalse(remote.behind());
  }
}
