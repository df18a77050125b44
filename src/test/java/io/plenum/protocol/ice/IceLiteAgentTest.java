package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IceLiteAgentTest {
  private static final long SECOND = 1_000_000_000L;
  /** Of the quickest client that is never refused. */
  private static final long CHECK_INTERVAL_NS = SECOND / CheckAllowance.CHECKS_PER_SECOND;
  private static final IceCredentials FIRST =
      new IceCredentials("firstfragment16c", "first-password-of-32-characters!");
  private static final IceCredentials SECOND_ONES =
      new IceCredentials("secondfragment16", "second-password-of-32-characters");
  private static final IceCredentials THIRD =
      new IceCredentials("thirdfragment16c", "third-password-of-32-characters!");

  private static final TransportTuple A = udp(1);
  private static final TransportTuple B = udp(2);

  private final RecordingIceSink sink = new RecordingIceSink();
  private final IceLiteAgent agent = new IceLiteAgent(FIRST, IceOptions.DEFAULT, sink);

  private static TransportTuple tuple(TransportTuple.Protocol protocol, int port) {
    return new TransportTuple(
        protocol, new InetSocketAddress("192.0.2.1", 40000), new InetSocketAddress("198.51.100.4", port));
  }

  private static TransportTuple udp(int port) {
    return tuple(TransportTuple.Protocol.UDP, port);
  }

  private static CheckBuilder check() {
    return CheckBuilder.to(FIRST);
  }

  private IceDrop on(CheckBuilder check, TransportTuple tuple, long nowNs) {
    return agent.onBindingRequest(check.build(), tuple, nowNs);
  }

  // Coming up

  @Test
  void theFirstValidCheckMakesItsTupleUsable() {
    assertFalse(agent.isValid(A));
    assertNull(on(check(), A, 0));
    assertEquals(List.of("success", "added " + A, "selected " + A, "new→connected"), sink.take());
    assertTrue(agent.isValid(A));
    assertFalse(agent.isValid(B));
    assertFalse(agent.isValid(null));
    assertSame(A, agent.selectedTuple());
  }

  @Test
  void theAnswerTellsThePeersAddressAndIsSigned() {
    on(check(), A, 0);
    assertEquals(A.remote(), sink.lastAnswer.xorMappedAddress());
    assertTrue(sink.lastAnswer.hasValidIntegrity(StunIntegrity.ofPassword(FIRST.password())));
    assertTrue(sink.lastAnswer.hasFingerprint());
  }

  @Test
  void aNominationCompletes() {
    on(check(), A, 0);
    sink.take();
    on(check().useCandidate(), A, 1);
    assertEquals(List.of("success", "connected→completed"), sink.take());
  }

  @Test
  void aNominationAtOnceCompletesAtOnce() {
    on(check().useCandidate(), A, 0);
    assertEquals(List.of("success", "added " + A, "selected " + A, "new→completed"), sink.take());
  }

  @Test
  void anotherTupleIsSelectedOnlyWhenItIsNominated() {
    on(check(), A, 0);
    on(check(), B, 1);
    assertSame(A, agent.selectedTuple());
    assertTrue(agent.isValid(B));
    sink.take();
    on(check().useCandidate(), B, 2);
    assertEquals(List.of("success", "selected " + B, "connected→completed"), sink.take());
    on(check().useCandidate(), A, 3);
    assertSame(A, agent.selectedTuple());
  }

  @Test
  void aRepeatedCheckIsAnsweredAndChangesNothing() {
    on(check().useCandidate(), A, 0);
    sink.take();
    on(check().useCandidate(), A, 0);
    assertEquals(List.of("success"), sink.take());
  }

  @Test
  void renominationNeedsAHigherValue() {
    on(check().nomination(5), A, 0);
    assertEquals(IceState.COMPLETED, agent.state());
    on(check().nomination(5), B, 1);
    assertSame(A, agent.selectedTuple());
    on(check().nomination(4).useCandidate(), B, 2);
    assertSame(A, agent.selectedTuple());
    on(check().nomination(6), B, 3);
    assertSame(B, agent.selectedTuple());
    on(check().nomination(0x8000_0000L), A, 4);
    assertSame(A, agent.selectedTuple());
  }

  @Test
  void theOldNominationAttributeCountsAsWell() {
    on(check().with(w -> w.putAttribute(0xc001, new byte[] {0, 0, 0, 2})), A, 0);
    on(check().with(w -> w.putAttribute(0xc001, new byte[] {0, 0, 0, 3})), B, 0);
    assertSame(B, agent.selectedTuple());
  }

  // Refusals

  private void assertRefused(CheckBuilder check, IceDrop reason, List<String> answer) {
    assertEquals(reason, on(check, A, 0));
    assertEquals(answer, sink.take());
    assertEquals(1, agent.drops(reason));
    assertEquals(IceState.NEW, agent.state());
    assertFalse(agent.isValid(A));
    assertEquals(Long.MAX_VALUE, agent.nextDeadlineNs());
  }

  @Test
  void aCheckWithoutFingerprintIsABadRequest() {
    assertRefused(check().withoutFingerprint(), IceDrop.MISSING_FINGERPRINT, List.of("error 400"));
  }

  @Test
  void aCheckWithoutIntegrityIsABadRequest() {
    assertRefused(check().password(null), IceDrop.MISSING_INTEGRITY, List.of("error 400"));
    assertFalse(sink.lastAnswer.hasIntegrity());
  }

  @Test
  void aCheckWithoutUsernameIsABadRequest() {
    assertRefused(check().username(null), IceDrop.MISSING_INTEGRITY, List.of("error 400"));
  }

  @Test
  void aCheckForSomebodyElseIsUnauthenticated() {
    assertRefused(check().username("secondfragment16:peer"), IceDrop.UNKNOWN_USERNAME, List.of("error 401"));
  }

  @Test
  void aUsernameWithoutColonIsUnauthenticated() {
    assertRefused(check().username("firstfragment16c"), IceDrop.UNKNOWN_USERNAME, List.of("error 401"));
  }

  @Test
  void aWrongPasswordIsUnauthenticated() {
    assertRefused(check().password("wrong"), IceDrop.WRONG_INTEGRITY, List.of("error 401"));
    assertFalse(sink.lastAnswer.hasIntegrity());
  }

  @Test
  void aCheckWithoutPriorityIsABadRequestAndTheErrorIsSigned() {
    assertRefused(check().withoutPriority(), IceDrop.MISSING_PRIORITY, List.of("error 400"));
    assertTrue(sink.lastAnswer.hasValidIntegrity(StunIntegrity.ofPassword(FIRST.password())));
  }

  @Test
  void aControlledPeerIsTold487AndTheErrorIsSigned() {
    assertRefused(check().fromControlled(), IceDrop.ROLE_CONFLICT, List.of("error 487"));
    assertTrue(sink.lastAnswer.hasValidIntegrity(StunIntegrity.ofPassword(FIRST.password())));
  }

  @Test
  void anAttributeThatMustBeUnderstoodAndIsNotGivesA420() {
    assertRefused(
        check().with(w -> w.putAttribute(CheckBuilder.UNKNOWN_REQUIRED_ATTRIBUTE, new byte[4])),
        IceDrop.UNKNOWN_ATTRIBUTE, List.of("error 420"));
  }

  @Test
  void anUnknownAttributeBeforeAWrongIntegrityIsNotRevealed() {
    assertRefused(
        check().password("wrong").with(w -> w.putAttribute(CheckBuilder.UNKNOWN_REQUIRED_ATTRIBUTE, new byte[4])),
        IceDrop.WRONG_INTEGRITY, List.of("error 401"));
  }

  @ParameterizedTest
  @ValueSource(ints = {StunMessage.BINDING_INDICATION, StunMessage.BINDING_SUCCESS, StunMessage.BINDING_ERROR, 0x0003})
  void whatIsNoBindingRequestIsMetWithSilence(int type) {
    assertRefused(check().type(type), IceDrop.NOT_A_BINDING_REQUEST, List.of());
  }

  @Test
  void anAnswerLongerThanItsQuestionIsNotSent() {
    // A header alone: 20 bytes, and the shortest error needs more.
    StunMessage header = new StunMessage();
    byte[] bytes = new byte[20];
    bytes[1] = 1;
    System.arraycopy(new byte[] {0x21, 0x12, (byte) 0xa4, 0x42}, 0, bytes, 4, 4);
    assertNull(header.parse(bytes, 0, 20));
    assertEquals(IceDrop.MISSING_FINGERPRINT, agent.onBindingRequest(header, A, 0));
    assertEquals(List.of(), sink.take());
    assertEquals(1, agent.withheldErrorAnswers());
  }

  @Test
  void errorsAreRationedApartFromValidChecks() {
    for (int i = 0; i < 1000; i++) {
      on(check().password("wrong"), A, i * 900_000L);
    }
    assertEquals(IceLiteAgent.MAX_ERROR_ANSWERS_PER_SECOND, sink.answers);
    assertEquals(1000, agent.drops(IceDrop.WRONG_INTEGRITY));
    assertEquals(1000 - IceLiteAgent.MAX_ERROR_ANSWERS_PER_SECOND, agent.withheldErrorAnswers());
    assertNull(on(check(), A, SECOND - 1));
    assertEquals("success", sink.events.get(sink.events.size() - 4));
    on(check().password("wrong"), A, SECOND);
    assertEquals(IceLiteAgent.MAX_ERROR_ANSWERS_PER_SECOND + 1, agent.errorAnswers());
  }

  @Test
  void noWrongCheckKeepsConsentOrMovesMedia() {
    on(check(), A, 0);
    on(check().password("wrong").useCandidate(), B, SECOND);
    on(check().password("wrong"), A, 20 * SECOND);
    assertSame(A, agent.selectedTuple());
    assertFalse(agent.isValid(B));
    assertEquals(30 * SECOND, agent.nextDeadlineNs());
  }

  // The ration of valid checks

  @Test
  void whoKnowsThePasswordGetsABoundedNumberOfAnswersWhateverAddressesHeWrites() {
    int checks = 20_000;
    int answered = 0;
    for (int i = 0; i < checks; i++) {
      // Ten seconds, each from a made-up address that is nominated.
      answered += on(check().useCandidate(), udp(1 + i), i * SECOND / 2_000) == null ? 1 : 0;
    }
    int most = CheckAllowance.BURST + 10 * CheckAllowance.CHECKS_PER_SECOND;
    assertTrue(answered <= most, answered + " answers");
    assertEquals(answered, sink.answers);
    assertEquals(answered, agent.bindingSuccesses());
    assertEquals(checks - answered, agent.drops(IceDrop.TOO_MANY_CHECKS));
  }

  @Test
  void aFloodFromElsewhereSilencesNeitherThePathInUseNorTakesItsConsent() {
    on(check().useCandidate(), A, 0);
    for (long nowNs = 0; nowNs < 60 * SECOND; nowNs += SECOND / 200) {
      on(check(), udp(3 + (int) (nowNs * 200 / SECOND)), nowNs);
      if (nowNs % (SECOND / 2) == 0) {
        assertNull(on(check().useCandidate(), A, nowNs));
      }
      agent.onTimeout(nowNs);
    }
    assertSame(A, agent.selectedTuple());
    assertTrue(agent.drops(IceDrop.TOO_MANY_CHECKS) > 8_000);
  }

  @Test
  void whoDoesNotKnowThePasswordUsesUpNothing() {
    on(check(), A, 0);
    for (int i = 0; i < 10_000; i++) {
      on(check().password("wrong"), A, 1);
      on(check().password("wrong"), B, 1);
    }
    assertNull(on(check(), A, 1));
    assertNull(on(check(), B, 1));
    assertEquals(0, agent.drops(IceDrop.TOO_MANY_CHECKS));
  }

  @Test
  void aClientThatLooksForAWayAsQuicklyAsBrowsersDoIsNeverRefused() {
    long nowNs = 0;
    for (int i = 0; i < CheckAllowance.BURST; i++) {
      assertNull(on(check(), udp(1 + i % 12), nowNs), "all at once");
    }
    for (int i = 0; i < 3_000; i++) {
      assertNull(on(check(), udp(1 + i % 12), nowNs += CHECK_INTERVAL_NS), "for a minute");
    }
  }

  @Test
  void aNominationThatIsRefusedSucceedsWhenItIsRepeated() {
    for (int i = 0; i <= CheckAllowance.BURST; i++) {
      on(check(), A, 0);
      on(check(), B, 0);
    }
    long nowNs = 1;
    assertEquals(IceDrop.TOO_MANY_CHECKS, on(check().nomination(1), B, nowNs));
    assertSame(A, agent.selectedTuple());
    assertNull(on(check().nomination(1), B, nowNs + CHECK_INTERVAL_NS));
    assertSame(B, agent.selectedTuple());
  }

  @Test
  void aFloodDoesNotEndTheOldCredentialsUnanswered() {
    on(check(), A, 0);
    for (int i = 0; i <= CheckAllowance.BURST; i++) {
      on(check(), B, 0);
    }
    agent.restart(SECOND_ONES);
    sink.take();
    assertEquals(IceDrop.TOO_MANY_CHECKS, on(CheckBuilder.to(SECOND_ONES), B, 0));
    assertEquals(List.of(), sink.take(), "what was not answered changes nothing");
    assertNull(on(CheckBuilder.to(SECOND_ONES), B, CHECK_INTERVAL_NS));
    assertEquals(List.of("success", "retired firstfragment16c"), sink.take());
  }

  // Where media goes

  @Test
  void mediaGoesWhereAuthenticPacketsComeFromAndNominationsCountWhereNoneHaveCome() {
    on(check().useCandidate(), A, 0);
    on(check().useCandidate(), B, 1);
    sink.take();
    agent.onAuthentic(A, 2);
    assertEquals(List.of("selected " + A), sink.take());
    on(check().useCandidate(), B, 3);
    agent.onAuthentic(A, 4);
    assertEquals(List.of("success"), sink.take());
    agent.onAuthentic(B, 5);
    assertEquals(List.of("selected " + B), sink.take());
    agent.onAuthentic(udp(3), 6);
    assertEquals(List.of(), sink.take(), "no check has come from there");
    assertSame(B, agent.selectedTuple());
  }

  @Test
  void aClientThatNominatesEveryPairIsReachedOnTheOneOnWhichItBeginsDtls() {
    TransportTuple tcp = tuple(TransportTuple.Protocol.TCP, 7);
    CheckBuilder unheard = check().useCandidate();
    on(unheard, A, 0);
    on(check().useCandidate(), tcp, SECOND);
    agent.onHandshake(tcp, SECOND + 1);
    // Our answers over UDP do not arrive, so it asks again, and again with other questions.
    for (long nowNs = SECOND + 2; nowNs < 40 * SECOND; nowNs += SECOND / 2) {
      on(unheard, A, nowNs);
      on(check().useCandidate(), A, nowNs);
      on(check().useCandidate(), tcp, nowNs);
      agent.onAuthentic(tcp, nowNs);
      agent.onTimeout(nowNs);
      assertSame(tcp, agent.selectedTuple());
    }
  }

  @Test
  void aClientThatOnlyListensAndMovesIsFollowedWhenItsOldPathHasBeenSilentForAWhile() {
    on(check().useCandidate(), A, 0);
    agent.onAuthentic(A, SECOND);
    on(check().useCandidate(), B, 2 * SECOND);
    assertEquals(SECOND + PathChoice.SILENCE_NS, agent.nextDeadlineNs());
    sink.take();
    agent.onTimeout(agent.nextDeadlineNs());
    assertEquals(List.of("selected " + B), sink.take());
    assertEquals(30 * SECOND, agent.nextDeadlineNs());
  }

  @Test
  void afterARestartAClientThatOnlyListensIsFollowedAtOnce() {
    on(check().useCandidate(), A, 0);
    agent.onAuthentic(A, SECOND);
    agent.restart(SECOND_ONES);
    agent.onAuthentic(A, 2 * SECOND);
    on(CheckBuilder.to(SECOND_ONES), B, 2 * SECOND + 1);
    assertSame(A, agent.selectedTuple());
    on(CheckBuilder.to(SECOND_ONES).useCandidate(), B, 2 * SECOND + 2);
    assertSame(B, agent.selectedTuple());
  }

  // Replay

  @Test
  void aCheckThatWasOverheardIsNoCheckWhenItComesFromElsewhere() {
    CheckBuilder overheard = check().useCandidate();
    on(overheard, A, 0);
    sink.take();
    for (int i = 0; i < 1_000; i++) {
      assertEquals(IceDrop.REPLAYED, on(overheard, B, i));
    }
    assertEquals(List.of(), sink.take(), "not a byte goes there");
    assertFalse(agent.isValid(B));
    assertSame(A, agent.selectedTuple());
    assertEquals(1_000, agent.drops(IceDrop.REPLAYED));
    // It costs the client nothing: what comes from elsewhere is answered as before.
    assertNull(on(check(), udp(3), 1_000));
  }

  @Test
  void aCheckThatIsRepeatedOnItsOwnTupleIsAnsweredAndNominatesNothing() {
    CheckBuilder first = check().useCandidate();
    on(first, A, 0);
    on(check().useCandidate(), B, 1);
    sink.take();
    assertNull(on(first, A, 2));
    assertEquals(List.of("success"), sink.take());
    assertSame(B, agent.selectedTuple());
  }

  @Test
  void whoIsQuickerThanTheClientWithItsOwnCheckGetsNoMediaWhileTheClientSpeaks() {
    on(check().useCandidate(), A, 0);
    agent.onAuthentic(A, 1);
    sink.take();
    for (long nowNs = 2; nowNs < 60 * SECOND; nowNs += SECOND) {
      CheckBuilder stolen = check().useCandidate();
      on(stolen, B, nowNs);
      assertNull(on(stolen, A, nowNs + 1), "the client is answered all the same");
      agent.onTimeout(nowNs + SECOND - 1);
      agent.onAuthentic(A, nowNs + SECOND - 1);
      assertSame(A, agent.selectedTuple());
    }
  }

  // Tuples

  @Test
  void theNinthTupleTakesThePlaceOfTheStalestThatIsNotSelected() {
    on(check().useCandidate(), udp(1), 0);
    for (int port = 2; port <= 8; port++) {
      on(check(), udp(port), port);
    }
    on(check(), udp(2), 100);
    assertEquals(8, agent.tupleCount());
    sink.take();
    on(check(), udp(9), 101);
    assertEquals(List.of("success", "removed " + udp(3), "added " + udp(9)), sink.take());
    assertEquals(8, agent.tupleCount());
    assertEquals(udp(1), agent.selectedTuple());
    assertFalse(agent.isValid(udp(3)));
  }

  @Test
  void aPeerWithThousandsOfAddressesHasEightTuples() {
    for (int port = 1; port <= 5000; port++) {
      assertNull(on(check().useCandidate(), udp(port), port * CHECK_INTERVAL_NS));
      assertTrue(agent.tupleCount() <= CheckedTuples.MAX_TUPLES);
      assertEquals(udp(port), agent.selectedTuple());
      assertTrue(agent.isValid(udp(port)));
    }
  }

  @Test
  void aClosedTcpConnectionMovesMediaToTheTupleCheckedLast() {
    TransportTuple tcp = tuple(TransportTuple.Protocol.TCP, 7);
    on(check().useCandidate(), tcp, 0);
    on(check(), A, 1);
    on(check(), B, 2);
    sink.take();
    agent.onTupleClosed(tcp);
    assertEquals(List.of("removed " + tcp, "selected " + B), sink.take());
    assertEquals(IceState.COMPLETED, agent.state());
    agent.onTupleClosed(A);
    assertEquals(List.of("removed " + A), sink.take());
    agent.onTupleClosed(B);
    assertEquals(List.of("removed " + B, "selected null", "completed→disconnected"), sink.take());
    agent.onTupleClosed(B);
    assertEquals(List.of(), sink.take());
  }

  @Test
  void mediaGoesFromTcpToUdpAndBackAsTheClientNominates() {
    TransportTuple tcp = tuple(TransportTuple.Protocol.TCP, 7);
    on(check().useCandidate(), tcp, 0);
    sink.take();
    on(check(), A, 1);
    assertEquals(List.of("success", "added " + A), sink.take());
    on(check().useCandidate(), A, 2);
    assertEquals(List.of("success", "selected " + A), sink.take());
    assertTrue(agent.isValid(tcp), "the connection stays, in case UDP dies");
    on(check().useCandidate(), tcp, 3);
    assertEquals(List.of("success", "selected " + tcp), sink.take());
    on(check().useCandidate(), A, 4);
    sink.take();
    agent.onTupleClosed(tcp);
    assertEquals(List.of("removed " + tcp), sink.take());
    assertSame(A, agent.selectedTuple());
  }

  @Test
  void tcpThatFellSilentIsClosedWhenItsConsentRunsOutAndUdpGoesOn() {
    TransportTuple tcp = tuple(TransportTuple.Protocol.TCP, 7);
    on(check().useCandidate(), tcp, 0);
    on(check().useCandidate(), A, SECOND);
    sink.take();
    agent.onTimeout(30 * SECOND);
    assertEquals(List.of("removed " + tcp), sink.take());
    assertSame(A, agent.selectedTuple());
  }

  @Test
  void aNewConnectionFromTheSameAddressTakesThePlaceOfTheOldOne() {
    TransportTuple old = tuple(TransportTuple.Protocol.TCP, 7);
    TransportTuple young = tuple(TransportTuple.Protocol.TCP, 7);
    on(check(), old, 0);
    sink.take();
    on(check(), young, 1);
    assertEquals(List.of("success", "removed " + old, "added " + young, "selected " + young), sink.take());
    assertSame(young, agent.selectedTuple());
    agent.onTupleClosed(old);
    assertEquals(List.of(), sink.take());
    assertEquals(1, agent.tupleCount());
  }

  // Consent

  @Test
  void silenceOfThirtySecondsDisconnectsAndTheNextCheckReconnects() {
    on(check().useCandidate(), A, 0);
    on(check(), A, 10 * SECOND);
    sink.take();
    assertEquals(40 * SECOND, agent.nextDeadlineNs());
    agent.onTimeout(40 * SECOND - 1);
    assertEquals(List.of(), sink.take());
    agent.onTimeout(40 * SECOND);
    assertEquals(List.of("removed " + A, "selected null", "completed→disconnected"), sink.take());
    assertFalse(agent.isValid(A));
    assertNull(agent.selectedTuple());
    assertEquals(Long.MAX_VALUE, agent.nextDeadlineNs());

    on(check(), A, 50 * SECOND);
    assertEquals(List.of("success", "added " + A, "selected " + A, "disconnected→connected"), sink.take());
  }

  @Test
  void mediaMovesToATupleThatIsStillCheckedWhenTheSelectedOneFallsSilent() {
    on(check().useCandidate(), A, 0);
    on(check(), B, 25 * SECOND);
    sink.take();
    agent.onTimeout(agent.nextDeadlineNs());
    assertEquals(List.of("removed " + A, "selected " + B), sink.take());
    assertEquals(IceState.COMPLETED, agent.state());
    assertEquals(55 * SECOND, agent.nextDeadlineNs());
  }

  @Test
  void aTupleThatIsNotSelectedExpiresOnItsOwn() {
    on(check().useCandidate(), A, 0);
    on(check(), B, 0);
    on(check(), A, 20 * SECOND);
    sink.take();
    agent.onTimeout(30 * SECOND);
    assertEquals(List.of("removed " + B), sink.take());
  }

  @Test
  void withConsentSwitchedOffSilenceEndsNothing() {
    IceLiteAgent patient = new IceLiteAgent(FIRST, IceOptions.ofConsentExpirySeconds(0), sink);
    patient.onBindingRequest(check().build(), A, 0);
    assertEquals(Long.MAX_VALUE, patient.nextDeadlineNs());
    patient.onTimeout(1_000_000 * SECOND);
    assertTrue(patient.isValid(A));
  }

  @Test
  void afterADisconnectionNominationsAreCountedAnew() {
    on(check().nomination(9), A, 0);
    agent.onTimeout(30 * SECOND);
    on(check().nomination(1), B, 31 * SECOND);
    assertEquals(IceState.COMPLETED, agent.state());
  }

  // Restart

  @Test
  void afterARestartOldCredentialsHoldUntilTheFirstCheckWithTheNewOnes() {
    on(check().nomination(3), A, 0);
    sink.take();
    agent.restart(SECOND_ONES);
    assertEquals(List.of(), sink.take());
    assertEquals(new IceParameters(SECOND_ONES.usernameFragment(), SECOND_ONES.password(), true), agent.parameters());
    assertNull(on(check(), A, SECOND));
    assertEquals(List.of("success"), sink.take());
    assertSame(A, agent.selectedTuple());

    assertNull(on(CheckBuilder.to(SECOND_ONES), B, 2 * SECOND));
    assertEquals(List.of("success", "retired firstfragment16c", "added " + B), sink.take());
    assertSame(A, agent.selectedTuple(), "media goes on where it was");
    assertEquals(IceState.COMPLETED, agent.state());
    assertEquals(IceDrop.UNKNOWN_USERNAME, on(check(), A, 2 * SECOND));
    sink.take();

    assertNull(on(CheckBuilder.to(SECOND_ONES).nomination(1), B, 3 * SECOND));
    assertEquals(List.of("success", "selected " + B), sink.take());
  }

  @Test
  void anAnswerIsSignedWithThePasswordOfItsQuestion() {
    agent.restart(SECOND_ONES);
    on(check(), A, 0);
    assertTrue(sink.lastAnswer.hasValidIntegrity(StunIntegrity.ofPassword(FIRST.password())));
    on(CheckBuilder.to(SECOND_ONES), A, 0);
    assertTrue(sink.lastAnswer.hasValidIntegrity(StunIntegrity.ofPassword(SECOND_ONES.password())));
  }

  @Test
  void theOldPasswordDoesNotOpenTheNewFragment() {
    agent.restart(SECOND_ONES);
    assertEquals(IceDrop.WRONG_INTEGRITY, on(CheckBuilder.to(SECOND_ONES).password(FIRST.password()), A, 0));
    assertNull(on(check(), A, 0), "and a wrong check does not retire the old ones");
  }

  @Test
  void aSecondRestartRetiresTheCredentialsThatWereNeverUsed() {
    on(check(), A, 0);
    agent.restart(SECOND_ONES);
    sink.take();
    agent.restart(THIRD);
    assertEquals(List.of("retired secondfragment16"), sink.take());
    assertNull(on(check(), A, 1));
    assertEquals(IceDrop.UNKNOWN_USERNAME, on(CheckBuilder.to(SECOND_ONES), A, 2));
    assertNull(on(CheckBuilder.to(THIRD), A, 3));
  }

  @Test
  void aRestartBringsBackAClientWhoseConsentRanOut() {
    on(check().nomination(7), A, 0);
    agent.onTimeout(30 * SECOND);
    agent.restart(SECOND_ONES);
    sink.take();
    assertNull(on(CheckBuilder.to(SECOND_ONES).nomination(1), B, 31 * SECOND));
    assertEquals(
        List.of("success", "retired firstfragment16c", "added " + B, "selected " + B, "disconnected→completed"),
        sink.take());
  }

  @Test
  void afterTwoRestartsInARowTheFirstAnswerIsWorthlessAndTheSecondIsNot() {
    on(check().nomination(3), A, 0);
    agent.restart(SECOND_ONES);
    agent.restart(THIRD);
    sink.take();
    // The client acts on the answers one after the other; meanwhile it keeps its path with the credentials it has used.
    assertEquals(IceDrop.UNKNOWN_USERNAME, on(CheckBuilder.to(SECOND_ONES).useCandidate(), B, 1));
    assertNull(on(check(), A, 2));
    assertSame(A, agent.selectedTuple());
    sink.take();
    assertNull(on(CheckBuilder.to(THIRD).nomination(1), B, 3));
    assertEquals(
        List.of("success", "retired firstfragment16c", "added " + B, "selected " + B), sink.take());
    assertEquals(IceDrop.UNKNOWN_USERNAME, on(check(), A, 4));
  }

  @Test
  void aRestartAfterOneThatWasUsedKeepsTheOneThatWasUsed() {
    on(check(), A, 0);
    agent.restart(SECOND_ONES);
    on(CheckBuilder.to(SECOND_ONES), A, 1);
    agent.restart(THIRD);
    sink.take();
    assertNull(on(CheckBuilder.to(SECOND_ONES), A, 2));
    assertEquals(IceDrop.UNKNOWN_USERNAME, on(check(), A, 3));
    assertNull(on(CheckBuilder.to(THIRD), A, 4));
  }

  @Test
  void thousandsOfRestartsKeepTwoGenerations() {
    for (int i = 0; i < 5000; i++) {
      agent.restart(new IceCredentials("generation" + i, "password-of-generation-" + i));
    }
    assertEquals(4999, sink.take().size());
    agent.close();
    assertEquals(List.of("retired firstfragment16c", "retired generation4999", "new→closed"), sink.take());
  }

  // The end

  @Test
  void closeTellsEverythingThatIsOverAndNothingLivesAfterIt() {
    on(check().useCandidate(), A, 0);
    on(check(), B, 0);
    agent.restart(SECOND_ONES);
    sink.take();
    agent.close();
    assertEquals(
        List.of("retired firstfragment16c", "retired secondfragment16", "removed " + A, "removed " + B,
            "selected null", "completed→closed"),
        sink.take());
    assertEquals(IceDrop.CLOSED, on(CheckBuilder.to(SECOND_ONES), A, 1));
    agent.onTupleClosed(A);
    agent.onTimeout(100 * SECOND);
    agent.close();
    assertEquals(List.of(), sink.take());
    assertEquals(Long.MAX_VALUE, agent.nextDeadlineNs());
    assertThrows(IllegalStateException.class, () -> agent.restart(THIRD));
  }
}
