package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.ice.IceOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LostMediaTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MS_NS = 1_000_000L;

  private final List<String> told = new ArrayList<>();
  private final LostMedia lost = new LostMedia((transportId, cause) -> told.add(transportId + " " + cause.code()));

  @Test
  void whoDoesNotComeBackWithinTheGraceIsLost() {
    assertEquals(Long.MAX_VALUE, lost.nextDeadlineNs());
    lost.onIceDisconnected("t1", 7 * SECOND_NS);
    assertEquals(11 * SECOND_NS, lost.nextDeadlineNs());
    lost.onTimeout(11 * SECOND_NS - 1);
    assertEquals(List.of(), told);
    lost.onTimeout(11 * SECOND_NS);
    assertEquals(List.of("t1 media-lost"), told);
    lost.onTimeout(20 * SECOND_NS);
    assertEquals(1, told.size());
    assertEquals(Long.MAX_VALUE, lost.nextDeadlineNs());
  }

  @Test
  void aSilentClientIsGoneWithin35Seconds() {
    assertTrue(IceOptions.DEFAULT.consentExpiryNs() + LostMedia.GRACE_NS <= 35 * SECOND_NS);
  }

  @Test
  void whoComesBackIsNotLostAndHasAllTheTimeAgainNextTime() {
    lost.onIceDisconnected("t1", 0);
    lost.onIceUsable("t1");
    lost.onTimeout(4 * SECOND_NS);
    lost.onIceDisconnected("t1", 5 * SECOND_NS);
    lost.onIceDisconnected("t1", 6 * SECOND_NS);
    lost.onTimeout(9 * SECOND_NS - 1);
    assertEquals(List.of(), told);
    lost.onTimeout(9 * SECOND_NS);
    assertEquals(List.of("t1 media-lost"), told);
  }

  @Test
  void dtlsThatHasFailedIsNotMendedByIce() {
    lost.onIceDisconnected("t1", 0);
    lost.onDtlsFailed("t1", 100 * MS_NS);
    lost.onIceUsable("t1");
    lost.onTimeout(4 * SECOND_NS + 100 * MS_NS);
    assertEquals(List.of("t1 dtls-failed"), told);
  }

  @Test
  void eachTransportHasItsOwnTime() {
    lost.onIceDisconnected("t1", 0);
    lost.onDtlsFailed("t2", SECOND_NS);
    lost.onTimeout(4 * SECOND_NS);
    assertEquals(List.of("t1 media-lost"), told);
    assertEquals(5 * SECOND_NS, lost.nextDeadlineNs());
    lost.onTimeout(5 * SECOND_NS);
    assertEquals(List.of("t1 media-lost", "t2 dtls-failed"), told);
  }
}
