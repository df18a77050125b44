package io.plenum.hostile;

import io.plenum.client.SyntheticClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * So many datagrams a second, from addresses that the node does not know or from a client's own, on a thread of its own,
 * until they have all gone. Counts what goes and what comes back.
 */
final class Flood implements AutoCloseable {
  /** Writes the datagram of that number; returns its length. */
  interface Datagrams {
    int write(long number, byte[] into);
  }

  private interface Way {
    boolean send(long number, byte[] bytes, int length) throws IOException;
  }

  private static final long PAUSE_NS = 500_000;
  /** Behind by more than this on a busy machine, the rest of the rate is given up: no bursts. */
  private static final long MAX_LAG_NS = 20_000_000;
  /** On a machine that allows only a part of the rate, a flood ends after so many times its time, with what it has sent. */
  private static final double PATIENCE = 2;

  private final List<DatagramChannel> sockets = new ArrayList<>();
  private final Way way;
  private final Datagrams datagrams;
  private final long total;
  private final int perSecond;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile long sent;
  private volatile long sentBytes;
  private volatile long answers;
  private volatile long answerBytes;
  private volatile long tookNs;

  private Flood(int sources, InetSocketAddress target, SyntheticClient client, int perSecond, long total,
      Datagrams datagrams) {
    this.datagrams = datagrams;
    this.perSecond = perSecond;
    this.total = total;
    try {
      for (int i = 0; i < sources; i++) {
        DatagramChannel socket = DatagramChannel.open();
        socket.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        socket.bind(new InetSocketAddress("127.0.0." + (2 + i % 200), 0)).configureBlocking(false);
        sockets.add(socket);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    way = client == null
        ? (number, bytes, length) -> {
          DatagramChannel socket = sockets.get((int) (number % sockets.size()));
          return socket.send(ByteBuffer.wrap(bytes, 0, length), target) == length;
        }
        : (number, bytes, length) -> {
          client.sendForged(bytes, length);
          return true;
        };
    thread = new Thread(this::run, "flood");
    thread.setDaemon(true);
    thread.start();
  }

  /** From so many addresses and ports that are nobody's. */
  static Flood ofStrangers(int sources, InetSocketAddress target, int perSecond, long total, Datagrams datagrams) {
    return new Flood(sources, target, null, perSecond, total, datagrams);
  }

  /** From the address of a client that is in a call. */
  static Flood inTheNameOf(SyntheticClient client, int perSecond, long total, Datagrams datagrams) {
    return new Flood(0, null, client, perSecond, total, datagrams);
  }

  private void run() {
    byte[] bytes = new byte[HostileDatagrams.MAX_BYTES];
    long startNs = System.nanoTime();
    long lagNs = 0;
    long number = 0;
    double patienceNs = PATIENCE * 1e9 * total / perSecond;
    while (number < total && !stopped && System.nanoTime() - startNs < patienceNs) {
      long runningNs = System.nanoTime() - startNs;
      long due = Math.min(total, (runningNs - lagNs) * perSecond / 1_000_000_000L);
      for (; number < due && !stopped; number++) {
        int length = datagrams.write(number, bytes);
        try {
          if (way.send(number, bytes, length)) {
            sent++;
            sentBytes += length;
          }
        } catch (IOException e) {
          // As lost on the way.
        }
      }
      long behindNs = System.nanoTime() - startNs - lagNs - number * 1_000_000_000L / perSecond;
      lagNs += Math.max(0, behindNs - MAX_LAG_NS);
      takeAnswers();
      LockSupport.parkNanos(PAUSE_NS);
    }
    tookNs = System.nanoTime() - startNs;
  }

  private void takeAnswers() {
    ByteBuffer answer = ByteBuffer.allocate(HostileDatagrams.MAX_BYTES);
    try {
      for (DatagramChannel socket : sockets) {
        while (socket.receive(answer.clear()) != null) {
          answers++;
          answerBytes += answer.position();
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  /** Waits until all have gone and what they cause has come. */
  Flood await() {
    try {
      thread.join();
      Thread.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    takeAnswers();
    return this;
  }

  long sent() {
    return sent;
  }

  long sentBytes() {
    return sentBytes;
  }

  long answers() {
    return answers;
  }

  long answerBytes() {
    return answerBytes;
  }

  boolean running() {
    return thread.isAlive();
  }

  void stop() {
    stopped = true;
  }

  /** What it came to; the machine may not have allowed what was wanted. */
  String rate() {
    return sent + " datagrams, " + (tookNs == 0 ? 0 : sent * 1_000_000_000L / tookNs) + "/s";
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
      for (DatagramChannel socket : sockets) {
        socket.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
