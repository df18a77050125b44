package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnverifiedConnectionsTest {
  private static final int MAX = UnverifiedConnections.MAX;
  private static final int MAX_OF_ONE_HOST = UnverifiedConnections.MAX_OF_ONE_HOST;

  private final UnverifiedConnections<Object> connections = new UnverifiedConnections<>();

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** As many as asked for, in their order; none of them may push another out. */
  private List<Object> fill(String literal, int count) {
    List<Object> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Object connection = new Object();
      assertNull(connections.add(connection, address(literal)));
      added.add(connection);
    }
    return added;
  }

  @Test
  void oneHostHasAnEighthOfThePlacesAndItsOldestMakesRoomForItsNext() {
    List<Object> silent = fill("198.51.100.4", MAX_OF_ONE_HOST);
    Object other = fill("198.51.100.5", 1).get(0);
    for (Object oldest : silent) {
      assertSame(oldest, connections.add(new Object(), address("198.51.100.4")));
    }
    assertEquals(MAX_OF_ONE_HOST + 1, connections.size());
    connections.remove(other);
    assertEquals(MAX_OF_ONE_HOST, connections.size());
  }

  @Test
  void whenEveryPlaceIsTakenTheOldestMakesRoomWhoeverItIs() {
    List<Object> all = new ArrayList<>();
    for (int host = 1; all.size() < MAX; host++) {
      all.addAll(fill("198.51.100." + host, Math.min(MAX_OF_ONE_HOST - 1, MAX - all.size())));
    }
    for (int i = 0; i < 5_000; i++) {
      Object newcomer = new Object();
      assertSame(all.get(i), connections.add(newcomer, address("203.0." + i / 250 + "." + i % 250)));
      all.add(newcomer);
      assertEquals(MAX, connections.size());
    }
    assertEquals(MAX, connections.hosts(), "nothing is kept of those that are gone");
  }

  @Test
  void whoHasProvedItselfLeavesItsPlaceAndIsNotPushedOut() {
    List<Object> all = fill("198.51.100.4", MAX_OF_ONE_HOST);
    connections.remove(all.get(0));
    connections.remove(all.get(0));
    assertNull(connections.add(new Object(), address("198.51.100.4")));
    assertSame(all.get(1), connections.add(new Object(), address("198.51.100.4")));
  }

  @Test
  void allAddressesOfAnIpv6HostAreOne() {
    for (int i = 0; i < MAX_OF_ONE_HOST; i++) {
      assertNull(connections.add(new Object(), address("2001:db8:0:1::" + Integer.toHexString(i + 1))));
    }
    assertEquals(1, connections.hosts());
    fill("2001:db8:0:2::1", 1);
    assertEquals(2, connections.hosts(), "its neighbour is another");
    connections.add(new Object(), address("2001:db8:0:1::ffff"));
    assertEquals(MAX_OF_ONE_HOST + 1, connections.size());
  }

  @Test
  void nothingIsLeftWhenAllAreGone() {
    List<Object> all = fill("198.51.100.4", 3);
    all.addAll(fill("2001:db8::1", 3));
    all.forEach(connections::remove);
    assertEquals(0, connections.size());
    assertEquals(0, connections.hosts());
  }
}
