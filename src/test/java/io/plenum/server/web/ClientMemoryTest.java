package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientMemoryTest {
  private static final int KIB = 1_024;
  private static final long LIMIT = 800L * KIB;

  private final ManualLoop loop = new ManualLoop();
  private final ClientMemory memory = new ClientMemory(loop, LIMIT);
  private final List<String> cut = new ArrayList<>();

  private final class Client {
    final ClientMemory.Holder holder;

    Client(String name, Object address) {
      holder = memory.open(address, () -> cut.add(name));
    }

    Client holding(int kib) {
      holder.add((long) kib * KIB);
      return this;
    }

    void free() {
      holder.remove(holder.bytes());
      holder.close();
    }
  }

  @Test
  void whileTheBudgetLastsNobodyIsCut() {
    for (int i = 0; i < 80; i++) {
      new Client("c" + i, null).holding(10);
    }
    loop.turn();
    assertEquals(List.of(), cut);
    assertEquals(LIMIT, memory.bytes());
  }

  /** As found: many sockets, each within its own limit, that read nothing. */
  @Test
  void manyThatEachKeepWithinTheirOwnLimitDoNotExceedTheBudgetTogether() {
    List<Client> clients = new ArrayList<>();
    long most = 0;
    for (int round = 0; round < 100; round++) {
      for (int i = 0; i < 400; i++) {
        if (round == 0) {
          clients.add(new Client(String.valueOf(i), "192.0.2.1"));
        }
        if (!cut.contains(String.valueOf(i))) {
          clients.get(i).holder.offer(KIB);
        }
        most = Math.max(most, memory.bytes());
        loop.turn();
        cut.forEach(name -> clients.get(Integer.parseInt(name)).free());
      }
    }
    assertTrue(most <= LIMIT + KIB, most / KIB + " KiB");
    assertTrue(cut.size() > 350, cut.size() + " cut");
  }

  @Test
  void theGreediestOfTheGreediestAddressGoesFirst() {
    new Client("alone", "192.0.2.2").holding(150);
    for (int i = 0; i < 20; i++) {
      new Client("crowd" + i, "192.0.2.1").holding(30 + i);
    }
    loop.turn();
    assertEquals(List.of("crowd19", "crowd18", "crowd17"), cut);
  }

  /** Behind a proxy. */
  @Test
  void whoIsNotCountedByAnAddressCountsAlone() {
    new Client("direct", "192.0.2.1").holding(60);
    new Client("direct too", "192.0.2.1").holding(45);
    for (int i = 0; i < 20; i++) {
      new Client("proxied" + i, null).holding(i == 7 ? 50 : 38);
    }
    loop.turn();
    assertEquals(List.of("direct", "proxied7"), cut, "the direct ones have 105 KiB together, and then 45");
  }

  @Test
  void whoHasBeenCutAndStillHoldsItIsNotTheReasonToCutAnother() {
    Client greedy = new Client("greedy", null).holding(500);
    new Client("modest", null).holding(301);
    loop.turn();
    assertEquals(List.of("greedy"), cut);
    new Client("late", null).holding(100);
    loop.turn();
    assertEquals(List.of("greedy"), cut);
    greedy.free();
    assertEquals(401L * KIB, memory.bytes());
  }

  @Test
  void oneClientMayHaveAShareOfTheBudget() {
    ClientMemory.Holder holder = new Client("one", null).holder;
    assertTrue(holder.offer(LIMIT / 8));
    assertFalse(holder.offer(1));
    assertEquals(LIMIT / 8, memory.bytes(), "what is refused costs nothing");
    holder.remove(1);
    assertTrue(holder.offer(1));
  }

  /** The loop that would cut is busy, and rooms on other loops go on sending. */
  @Test
  void withoutACutItIsTwiceTheBudgetAtTheMostAndThoseBelowTheAverageAreNotRefused() {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(new Client("c" + i, null));
    }
    for (int round = 0; round < 100; round++) {
      for (Client client : clients.subList(1, 100)) {
        client.holder.offer(KIB);
      }
    }
    assertTrue(memory.bytes() <= 2 * LIMIT, memory.bytes() / KIB + " KiB");
    assertTrue(memory.bytes() > LIMIT);
    assertTrue(clients.get(0).holder.offer(KIB));
    loop.turn();
    assertFalse(cut.isEmpty());
    assertFalse(cut.contains("c0"));
  }
}
