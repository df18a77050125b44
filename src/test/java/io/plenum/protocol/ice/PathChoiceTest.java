package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.plenum.protocol.ice.PathChoice.Proof;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class PathChoiceTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final TransportTuple A = tuple(1);
  private static final TransportTuple B = tuple(2);
  private static final TransportTuple C = tuple(3);

  private final PathChoice path = new PathChoice();

  private static TransportTuple tuple(int port) {
    return new TransportTuple(TransportTuple.Protocol.UDP, new InetSocketAddress("192.0.2.1", 40000),
        new InetSocketAddress("198.51.100.4", port));
  }

  /** A was nominated and has brought something authentic at time 0. */
  private void proveA() {
    path.onChecked(A);
    path.onNominated(A, -SECOND);
    path.onProof(A, Proof.AUTHENTIC, 0);
  }

  @Test
  void theFirstCheckedTupleIsBetterThanNothingAndTheLastNominatedIsBetterThanThat() {
    assertNull(path.selected());
    path.onChecked(A);
    path.onChecked(B);
    assertSame(A, path.selected());
    path.onNominated(B, 1);
    path.onNominated(C, 2);
    assertSame(C, path.selected());
    assertEquals(Long.MAX_VALUE, path.nextDeadlineNs());
  }

  @Test
  void aHandshakeRecordOutweighsNominationsAndAnAuthenticPacketOutweighsBoth() {
    path.onNominated(A, 0);
    path.onProof(B, Proof.HANDSHAKE, 1);
    path.onNominated(A, 2);
    assertSame(B, path.selected());
    path.onProof(C, Proof.HANDSHAKE, 3);
    assertSame(C, path.selected(), "a flight that goes on elsewhere takes the handshake there");
    path.onProof(A, Proof.AUTHENTIC, 4);
    assertSame(A, path.selected());
    path.onProof(B, Proof.HANDSHAKE, 5);
    assertSame(A, path.selected(), "anyone could have sent that");
    path.onProof(B, Proof.AUTHENTIC, 6);
    assertSame(B, path.selected());
  }

  @Test
  void aNominationMovesNothingWhileAuthenticPacketsCome() {
    proveA();
    for (long nowNs = 20 * MS; nowNs < 20 * SECOND; nowNs += 20 * MS) {
      path.onNominated(B, nowNs);
      path.onTimeout(nowNs);
      path.onProof(A, Proof.AUTHENTIC, nowNs);
      assertSame(A, path.selected());
    }
  }

  @Test
  void aNominationCountsWhenTheProvenTupleHasFallenSilent() {
    proveA();
    path.onNominated(B, 100 * MS);
    // This was on its way when the client moved.
    path.onProof(A, Proof.AUTHENTIC, 150 * MS);
    assertEquals(150 * MS + PathChoice.SILENCE_NS, path.nextDeadlineNs());
    path.onTimeout(path.nextDeadlineNs() - 1);
    assertSame(A, path.selected());
    path.onTimeout(path.nextDeadlineNs());
    assertSame(B, path.selected());
    assertEquals(Long.MAX_VALUE, path.nextDeadlineNs());
  }

  @Test
  void aNominationAfterTheSilenceCountsAtOnce() {
    proveA();
    path.onNominated(B, PathChoice.SILENCE_NS - 1);
    assertSame(A, path.selected());
    path.onNominated(C, PathChoice.SILENCE_NS);
    assertSame(C, path.selected());
  }

  @Test
  void aPacketThatWasSentAfterTheNominationEndsItsWait() {
    proveA();
    path.onNominated(B, 100 * MS);
    path.onProof(A, Proof.AUTHENTIC, 100 * MS + PathChoice.IN_FLIGHT_NS);
    assertEquals(Long.MAX_VALUE, path.nextDeadlineNs());
    path.onTimeout(60 * SECOND);
    assertSame(A, path.selected());
  }

  @Test
  void repeatingANominationDoesNotProlongTheTimeInWhichPacketsMayBeOnTheirWay() {
    proveA();
    path.onNominated(B, 0);
    path.onNominated(B, 400 * MS);
    path.onProof(A, Proof.AUTHENTIC, 600 * MS);
    assertEquals(Long.MAX_VALUE, path.nextDeadlineNs());
  }

  @Test
  void aCheckThatIsRepeatedTakesItsNominationBack() {
    proveA();
    path.onNominated(B, 100 * MS);
    path.onRepeated(A);
    assertEquals(PathChoice.SILENCE_NS, path.nextDeadlineNs());
    path.onRepeated(B);
    assertEquals(Long.MAX_VALUE, path.nextDeadlineNs());
  }

  @Test
  void nominatingTheProvenTupleTakesTheOtherNominationBack() {
    proveA();
    path.onNominated(B, 100 * MS);
    path.onNominated(A, 110 * MS);
    path.onTimeout(60 * SECOND);
    assertSame(A, path.selected());
  }

  @Test
  void whatWasNominatedIsMovedFromByTheFirstAuthenticPacketElsewhere() {
    proveA();
    path.onNominated(B, 3 * SECOND);
    assertSame(B, path.selected());
    path.onProof(A, Proof.AUTHENTIC, 3 * SECOND + 1);
    assertSame(A, path.selected());
  }

  @Test
  void afterARestartNominationsCountAtOnceUntilSomethingAuthenticComes() {
    proveA();
    path.onRestart();
    assertSame(A, path.selected(), "media goes on meanwhile");
    path.onNominated(B, 1);
    assertSame(B, path.selected());
    path.onProof(B, Proof.AUTHENTIC, 2);
    path.onNominated(C, 3);
    assertSame(B, path.selected());
  }

  @Test
  void aTupleThatEndsGivesWayToTheNominatedOneOrElseToTheFreshest() {
    proveA();
    path.onNominated(B, 1);
    path.onRemoved(A, C);
    assertSame(B, path.selected());
    assertEquals(Proof.NONE, path.proof());
    path.onRemoved(B, C);
    assertSame(C, path.selected());
    path.onRemoved(C, null);
    assertNull(path.selected());
  }

  @Test
  void aTupleThatEndsWhileItWaitsIsForgotten() {
    proveA();
    path.onNominated(B, 1);
    path.onRemoved(B, A);
    assertEquals(Long.MAX_VALUE, path.nextDeadlineNs());
    assertSame(A, path.selected());
  }

  @Test
  void aNewConnectionOfTheSameAddressesTakesThePlaceOfTheOld() {
    proveA();
    TransportTuple young = tuple(1);
    path.onReplaced(A, young);
    assertSame(young, path.selected());
    path.onProof(young, Proof.AUTHENTIC, 1);
    path.onNominated(B, 2);
    TransportTuple youngB = tuple(2);
    path.onReplaced(B, youngB);
    path.onTimeout(path.nextDeadlineNs());
    assertSame(youngB, path.selected());
  }
}
