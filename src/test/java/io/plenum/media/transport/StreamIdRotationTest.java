package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamIdRotationTest {
  private final StreamIdRotation rotation = new StreamIdRotation();
  private final Set<Integer> taken = new HashSet<>();

  private int take(int streams) {
    int id = rotation.take(taken::contains, streams);
    taken.add(id);
    return id;
  }

  @Test
  void aFreedIdIsGivenAgainOnlyAfterAllOthers() {
    for (int turn = 0; turn < 3; turn++) {
      for (int id = 0; id < StreamIdRotation.ROTATION_IDS; id++) {
        assertEquals(id, take(1_024));
        taken.clear();
      }
    }
  }

  @Test
  void takenIdsAreSteppedOver() {
    taken.addAll(Set.of(0, 1, 3));
    assertEquals(2, take(1_024));
    assertEquals(4, take(1_024));
    taken.remove(0);
    assertEquals(5, take(1_024));
  }

  @Test
  void idsBeyondTheRotationAreGivenWhileAllInItAreTaken() {
    for (int id = 0; id < 300; id++) {
      assertEquals(id, take(1_024));
    }
    taken.remove(7);
    assertEquals(7, take(1_024));
  }

  @Test
  void noIdIsGivenTwiceWhereTheFarEndTakesFewStreams() {
    assertEquals(0, take(2));
    assertEquals(1, take(2));
    assertEquals(-1, take(2));
    taken.remove(1);
    assertEquals(1, take(2));
    assertEquals(-1, rotation.take(id -> false, 0));
  }
}
