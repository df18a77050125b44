package io.plenum;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for what a test starts, on 127.0.0.1. Not from the range that the system deals out: one that was free there a
 * moment ago may be anybody's local port by the time it is used.
 */
public final class FreePorts {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int ATTEMPTS = 200;
  private static final String HOST = "127.0.0.1";

  /** Nothing listens on them yet: nobody else in this JVM gets them. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** Free for UDP and TCP. */
  public static int one() {
    return inARow(1);
  }

  /** The first of so many ports in a row that are free for UDP and TCP. */
  public static int inARow(int count) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int first = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - count);
      int port = first;
      while (port < first + count && isFree(port) && GIVEN.add(port)) {
        port++;
      }
      if (port == first + count) {
        return first;
      }
    }
    throw new AssertionError("no " + count + " free ports in a row");
  }

  private static boolean isFree(int port) {
    try {
      InetAddress address = InetAddress.getByName(HOST);
      try (ServerSocket tcp = new ServerSocket(port, 1, address);
          DatagramSocket udp = new DatagramSocket(new InetSocketAddress(address, port))) {
        return tcp.isBound() && udp.isBound();
      }
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
