package io.plenum.protocol.ice;

import static io.plenum.protocol.ice.VirtualIceNetwork.MS;
import static io.plenum.protocol.ice.VirtualIceNetwork.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client and an agent over a bad network; the seed replays a failure. */
class IceSimulationTest {
  private static final IceCredentials FIRST = IceCredentials.generate(new SplittableRandom(1));
  private static final IceCredentials SECOND_ONES = IceCredentials.generate(new SplittableRandom(2));

  private static VirtualIceNetwork network(long seed, double loss) {
    return new VirtualIceNetwork(seed, loss, FIRST, FIRST);
  }

  @Test
  void overAGoodNetworkBothAreConnectedAfterOneRoundTripAndCompleteAfterTwo() {
    VirtualIceNetwork network = network(1, 0);
    TransportTuple path = network.addPath(5);
    network.runFor(300 * MS);
    assertEquals("agent new→connected", network.states.get(0));
    assertEquals("client new→connected", network.states.get(1));
    network.runFor(300 * MS);
    assertEquals(IceState.COMPLETED, network.agent.state());
    assertEquals(IceState.COMPLETED, network.client.state());
    assertEquals(path, network.client.selectedTuple());
    assertEquals(network.atAgent(path), network.agent.selectedTuple());
    assertTrue(network.sentToClientBytes <= network.sentToAgentBytes);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42, 1000, 8445})
  void tenMinutesOverALinkThatLosesAFifthEachWayNeverDisconnect(long seed) {
    VirtualIceNetwork network = network(seed, 0.2);
    network.addPath(5);
    network.addPath(6);
    network.runFor(10 * SECOND);
    assertEquals(IceState.COMPLETED, network.client.state(), "seed " + seed);
    assertEquals(IceState.COMPLETED, network.agent.state(), "seed " + seed);
    network.runFor(600 * SECOND);
    assertEquals(List.of(), network.states.stream().filter(state -> state.contains("disconnected")).toList());
    assertEquals(
        network.atAgent(network.client.selectedTuple()), network.agent.selectedTuple(), "both ends use the same path");
    assertTrue(network.sentToClientBytes <= network.sentToAgentBytes);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void aDeadNetworkDisconnectsBothAndALivingOneBringsThemBack(long seed) {
    VirtualIceNetwork network = network(seed, 0.05);
    TransportTuple path = network.addPath(5);
    network.runFor(10 * SECOND);
    network.kill(path);
    network.runFor(25 * SECOND);
    assertEquals(IceState.COMPLETED, network.agent.state(), "too early, seed " + seed);
    network.runFor(6 * SECOND);
    assertEquals(IceState.DISCONNECTED, network.agent.state());
    assertNull(network.agent.selectedTuple());
    assertEquals(IceState.DISCONNECTED, network.client.state());
    network.revive(path);
    network.runFor(10 * SECOND);
    assertEquals(IceState.COMPLETED, network.agent.state());
    assertEquals(IceState.COMPLETED, network.client.state());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void whenOnePathDiesMediaMovesToTheOther(long seed) {
    VirtualIceNetwork network = network(seed, 0.1);
    TransportTuple one = network.addPath(5);
    TransportTuple two = network.addPath(6);
    network.runFor(20 * SECOND);
    TransportTuple used = network.client.selectedTuple();
    network.kill(used);
    network.runFor(40 * SECOND);
    TransportTuple other = used.equals(one) ? two : one;
    assertEquals(other, network.client.selectedTuple());
    assertEquals(network.atAgent(other), network.agent.selectedTuple());
    assertEquals(IceState.COMPLETED, network.agent.state());
    assertEquals(0, network.longestGapNs);
    assertFalse(network.agent.isValid(network.atAgent(used)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void aRestartOverABadNetworkLeavesNoMomentWithoutATuple(long seed) {
    VirtualIceNetwork network = network(seed, 0.2);
    network.addPath(5);
    network.runFor(10 * SECOND);
    network.agent.restart(SECOND_ONES);
    // The answer takes its time to the client, which goes on with the old credentials meanwhile.
    network.runFor(20 * SECOND);
    assertTrue(network.retired.isEmpty());
    TransportTuple moved = network.addPath(6);
    network.client.restart("again", SECOND_ONES, network.nowNs);
    network.runFor(10 * SECOND);
    assertEquals(Set.of(FIRST.usernameFragment()), network.retired);
    assertEquals(network.atAgent(network.client.selectedTuple()), network.agent.selectedTuple());
    assertTrue(network.agent.isValid(network.atAgent(moved)));
    assertEquals(0, network.longestGapNs);
    assertEquals(List.of(), network.states.stream().filter(state -> state.contains("disconnected")).toList());
    network.runFor(120 * SECOND);
    assertEquals(IceState.COMPLETED, network.agent.state());
    assertEquals(IceState.COMPLETED, network.client.state());
  }

  @Test
  void aClientWithAWrongPasswordLearnsItAndNeverConnects() {
    IceCredentials wrong = new IceCredentials(FIRST.usernameFragment(), SECOND_ONES.password());
    VirtualIceNetwork network = new VirtualIceNetwork(1, 0, FIRST, wrong);
    network.addPath(5);
    network.runFor(60 * SECOND);
    assertEquals(IceState.NEW, network.agent.state());
    assertEquals(IceState.NEW, network.client.state());
    assertEquals(401, network.client.lastErrorCode());
    assertTrue(network.client.errors() > 10);
    assertEquals(0, network.agent.bindingSuccesses());
  }

  @Test
  void aClosedClientIsSilentAndTheAgentNoticesInThirtySeconds() {
    VirtualIceNetwork network = network(1, 0);
    network.addPath(5);
    network.runFor(5 * SECOND);
    assertNotNull(network.agent.selectedTuple());
    network.client.close();
    assertEquals(Long.MAX_VALUE, network.client.nextDeadlineNs());
    network.runFor(30 * SECOND + 200 * MS);
    assertEquals(IceState.DISCONNECTED, network.agent.state());
  }
}
