package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.DrainPlan.Client;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrainTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MS = 1_000_000L;

  private final List<String> done = new ArrayList<>();
  private List<Client> here = clients(3);
  private long nowNs;
  private final Drain drain = new Drain(30 * SECOND, 10 * SECOND, 2, new Drain.Sink() {
    @Override
    public void count() {
      done.add("count");
    }

    @Override
    public void sendAway(Client client) {
      done.add(nowNs / MS + " " + client.peerId());
    }

    @Override
    public void onFinished(Drain.Reason reason, int clientsLeft) {
      done.add(nowNs / MS + " " + reason + " " + clientsLeft);
    }
  });

  private static List<Client> clients(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Client("room", "peer" + i, i)).toList();
  }

  /** Answers each count with who is here. */
  private void runFor(long durationNs) {
    long endNs = nowNs + durationNs;
    while (drain.nextDeadlineNs() <= endNs) {
      nowNs = Math.max(nowNs, drain.nextDeadlineNs());
      drain.onTimeout(nowNs);
      if (done.remove("count")) {
        drain.onClients(here, nowNs);
      }
    }
    nowNs = endNs;
  }

  @Test
  void untilItIsToldToTheNodeDoesNothing() {
    runFor(100 * SECOND);
    assertEquals(List.of(), done);
    assertEquals(Long.MAX_VALUE, drain.nextDeadlineNs());
  }

  @Test
  void aNodeThatStopsSendsItsClientsAwayAtThePaceOfTheOthersAndIsFinishedWhenAllHaveGone() {
    drain.onOtherNode(true);
    drain.stop(nowNs);
    runFor(3 * SECOND);
    assertEquals(List.of("0 peer0", "500 peer1", "1000 peer2"), done);
    here = List.of();
    runFor(SECOND);
    assertEquals("3250 EMPTY 0", done.get(3));
    assertEquals(Drain.State.FINISHED, drain.state());
    assertEquals(Long.MAX_VALUE, drain.nextDeadlineNs());
  }

  @Test
  void thoseWhoDoNotGoAreWaitedForUntilTheTimeoutAndNotLonger() {
    drain.onOtherNode(true);
    drain.stop(nowNs);
    runFor(100 * SECOND);
    assertEquals("30000 TOO_LATE 3", done.get(done.size() - 1));
  }

  @Test
  void whereThereIsNoOtherNodeAStopDoesNotWait() {
    drain.stop(nowNs);
    runFor(SECOND);
    assertEquals(List.of("0 NO_OTHER_NODE 3"), done);
  }

  @Test
  void whenTheLastOtherNodeGoesTooThereIsNothingMoreToWaitFor() {
    drain.onOtherNode(true);
    drain.stop(nowNs);
    runFor(100 * MS);
    drain.onOtherNode(false);
    runFor(SECOND);
    assertEquals(List.of("0 peer0", "250 NO_OTHER_NODE 3"), done);
  }

  @Test
  void anOperatorsDrainWaitsForAnotherNodeAndThenSendsAllThere() {
    drain.begin(nowNs);
    runFor(60 * SECOND);
    assertEquals(List.of(), done);
    drain.onOtherNode(true);
    runFor(5 * SECOND);
    assertEquals(List.of("60250 peer0", "60750 peer1", "61250 peer2"), done);
    assertEquals(Drain.State.DRAINING, drain.state(), "it stops when it is told to");
    assertEquals(Long.MAX_VALUE, drain.nextDeadlineNs());
    drain.stop(nowNs);
    here = List.of();
    runFor(SECOND);
    assertEquals("65000 EMPTY 0", done.get(3), "nobody is sent away twice");
  }

  @Test
  void manyClientsAreAllToldInTimeToGo() {
    here = clients(1_000);
    drain.onOtherNode(true);
    drain.stop(nowNs);
    runFor(18 * SECOND);
    assertEquals(1_000, done.size());
  }

  @Test
  void whoeverIsInAHurryNeedNotWaitAndNobodyIsToldAnyMore() {
    drain.onOtherNode(true);
    drain.stop(nowNs);
    runFor(100 * MS);
    drain.hurry();
    drain.hurry();
    runFor(60 * SECOND);
    assertEquals(List.of("0 peer0", "100 HURRIED 3"), done);
  }

  @Test
  void anythingThatIsAskedTwiceIsDoneOnce() {
    drain.onOtherNode(true);
    drain.begin(nowNs);
    drain.begin(nowNs);
    runFor(10 * SECOND);
    drain.stop(nowNs);
    drain.stop(nowNs + SECOND);
    drain.begin(nowNs + SECOND);
    runFor(100 * SECOND);
    assertEquals(List.of("0 peer0", "500 peer1", "1000 peer2", "40000 TOO_LATE 3"), done);
  }
}
