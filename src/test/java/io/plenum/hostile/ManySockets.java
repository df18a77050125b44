package io.plenum.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Thousands of TCP connections on one thread: WebSockets that say nothing but pong, or requests that come a byte a second.
 */
final class ManySockets implements AutoCloseable {
  /** Connections whose first answer is awaited; more would only queue in the kernel. */
  private static final int OPENING_AT_ONCE = 256;
  private static final byte[] PONG = {(byte) 0x8a, (byte) 0x80, 0, 0, 0, 0};
  private static final long SECOND_NS = 1_000_000_000L;

  private static final class One {
    final SocketChannel channel;
    final byte[] request;
    long connectedNs;
    int written;
    boolean answered;

    One(SocketChannel channel, byte[] request) {
      this.channel = channel;
      this.request = request;
    }
  }

  private final Selector selector;
  private final int port;
  private final int total;
  private final boolean slow;
  private final IntFunction<String> requests;
  private final Thread thread;
  private final List<Long> cutAfterMs = new ArrayList<>();
  private int opened;
  private int opening;
  private volatile int answered;
  private volatile int alive;
  private volatile int cut;
  private volatile boolean stopped;

  private ManySockets(int port, int total, boolean slow, IntFunction<String> requests) {
    this.port = port;
    this.total = total;
    this.slow = slow;
    this.requests = requests;
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = new Thread(this::run, "many-sockets");
    thread.setDaemon(true);
    thread.start();
  }

  /** WebSockets, each for a peer of its own, a hundred to a room. */
  static ManySockets idle(int port, int total) {
    return new ManySockets(port, total, false, number -> "GET /ws?roomId=idle" + number / 100 + "&peerId=p" + number
        + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + String.join("\r\n", RawClient.upgrade()) + "\r\n\r\n");
  }

  /** Requests of which one byte comes each second. */
  static ManySockets slow(int port, int total) {
    return new ManySockets(port, total, true,
        number -> "GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nX-Number: " + number + "\r\n\r\n");
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    long nextSecondNs = System.nanoTime() + SECOND_NS;
    try {
      while (!stopped) {
        while (opened < total && (slow || opening < OPENING_AT_ONCE)) {
          open();
        }
        selector.select(10);
        for (SelectionKey key : selector.selectedKeys()) {
          serve((One) key.attachment(), key, buffer);
        }
        selector.selectedKeys().clear();
        if (slow && System.nanoTime() > nextSecondNs) {
          nextSecondNs += SECOND_NS;
          for (SelectionKey key : selector.keys()) {
            One one = (One) key.attachment();
            if (key.isValid() && one.channel.isConnected() && one.written < one.request.length) {
              write(one, key, ByteBuffer.wrap(one.request, one.written++, 1));
            }
          }
        }
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void open() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
    channel.configureBlocking(false);
    One one = new One(channel, requests.apply(opened).getBytes(StandardCharsets.US_ASCII));
    opened++;
    opening++;
    channel.connect(new InetSocketAddress("127.0.0.1", port));
    channel.register(selector, SelectionKey.OP_CONNECT, one);
  }

  private void serve(One one, SelectionKey key, ByteBuffer buffer) {
    try {
      if (key.isConnectable()) {
        one.channel.finishConnect();
        one.connectedNs = System.nanoTime();
        key.interestOps(SelectionKey.OP_READ);
        alive++;
        if (!slow) {
          write(one, key, ByteBuffer.wrap(one.request));
        }
        return;
      }
      int count = one.channel.read(buffer.clear());
      if (count < 0) {
        end(one, key);
      } else if (!one.answered) {
        one.answered = true;
        answered++;
        opening--;
      } else if (!slow && (buffer.get(0) & 0x0f) == 9) {
        write(one, key, ByteBuffer.wrap(PONG));
      }
    } catch (IOException e) {
      end(one, key);
    }
  }

  private void write(One one, SelectionKey key, ByteBuffer bytes) {
    try {
      one.channel.write(bytes);
    } catch (IOException e) {
      end(one, key);
    }
  }

  private void end(One one, SelectionKey key) {
    key.cancel();
    try {
      one.channel.close();
    } catch (IOException e) {
      // As good as closed.
    }
    if (!one.answered) {
      opening--;
    }
    alive--;
    cut++;
    synchronized (cutAfterMs) {
      cutAfterMs.add((System.nanoTime() - one.connectedNs) / 1_000_000);
    }
  }

  /** Have had a first answer. */
  int answered() {
    return answered;
  }

  /** Connected and not ended. */
  int alive() {
    return alive;
  }

  /** Ended by the server. */
  int cut() {
    return cut;
  }

  /** From when it was connected, of each that the server has ended. */
  List<Long> cutAfterMs() {
    synchronized (cutAfterMs) {
      return List.copyOf(cutAfterMs);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
