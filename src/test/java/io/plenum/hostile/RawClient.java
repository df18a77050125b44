package io.plenum.hostile;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * HTTP and WebSocket (RFC 6455) byte by byte, so that a test can say what no library would: foreign origins, frames too
 * large, messages without a break. Reads on a thread of its own.
 */
final class RawClient implements AutoCloseable {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int TIMEOUT_MS = 60_000;
  /** More answers than these are only counted. */
  private static final int KEPT_MESSAGES = 2_000;

  private final Socket socket;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>(KEPT_MESSAGES);
  private final AtomicLong received = new AtomicLong();
  private volatile int closeCode;
  private volatile boolean ended;

  private RawClient(Socket socket) {
    this.socket = socket;
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  /** What comes back for this request: status line and headers. The connection is closed then. */
  static String answerTo(int port, String method, String path, List<String> headers) {
    return answerTo(port, "127.0.0.1", method, path, headers);
  }

  /** As a client asks that believes this to be the address of that host. */
  static String answerTo(int port, String host, String method, String path, List<String> headers) {
    try (Socket socket = connect(port)) {
      request(socket, host + ":" + port, method, path, headers);
      return head(new DataInputStream(socket.getInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void request(Socket socket, String authority, String method, String path, List<String> headers)
      throws IOException {
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + authority + "\r\n");
    headers.forEach(header -> text.append(header).append("\r\n"));
    if (method.equals("POST")) {
      text.append("Content-Length: 0\r\n");
    }
    socket.getOutputStream().write(text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static String head(DataInputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.US_ASCII);
  }

  static List<String> upgrade(String... more) {
    return java.util.stream.Stream.concat(java.util.stream.Stream.of("Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), List.of(more).stream()).toList();
  }

  /** A WebSocket at {@code /ws}. */
  static RawClient open(int port, String room, String peer) {
    try {
      Socket socket = connect(port);
      request(socket, "127.0.0.1:" + port, "GET", "/ws?roomId=" + room + "&peerId=" + peer, upgrade("Sec-WebSocket-Protocol: protoo"));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      String head = head(in);
      if (!head.startsWith("HTTP/1.1 101")) {
        throw new AssertionError("not upgraded: " + head);
      }
      RawClient client = new RawClient(socket);
      Thread reader = new Thread(() -> client.read(in), "raw-client");
      reader.setDaemon(true);
      reader.start();
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(DataInputStream in) {
    try {
      while (true) {
        int type = in.readUnsignedByte() & 0x0f;
        int length = in.readUnsignedByte();
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
        byte[] payload = in.readNBytes(length);
        if (type == TEXT) {
          received.incrementAndGet();
          messages.offer(new String(payload, StandardCharsets.UTF_8));
        } else if (type == PING) {
          frame(PONG, payload, payload.length);
        } else if (type == CLOSE) {
          closeCode = payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
          return;
        }
      }
    } catch (IOException e) {
      closeCode = closeCode == 0 ? 1006 : closeCode;
    } finally {
      ended = true;
    }
  }

  void send(String text) throws IOException {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    frame(TEXT, payload, payload.length);
  }

  private synchronized void frame(int type, byte[] payload, int announced) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
    frame.write(0x80 | type);
    if (announced < 126) {
      frame.write(0x80 | announced);
    } else if (announced < 65_536) {
      frame.write(0x80 | 126);
      frame.write(announced >> 8);
      frame.write(announced);
    } else {
      frame.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) announced >> shift));
      }
    }
    // The mask may be all zeros.
    frame.write(new byte[4]);
    frame.write(payload);
    OutputStream out = socket.getOutputStream();
    out.write(frame.toByteArray());
  }

  /** How many text messages have come. */
  long received() {
    return received.get();
  }

  /** The first message from now on that holds this; null if the connection ended before. */
  String await(String part) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    try {
      while (System.nanoTime() < deadlineNs) {
        String message = messages.poll(50, TimeUnit.MILLISECONDS);
        if (message != null && message.contains(part)) {
          return message;
        }
        if (message == null && ended) {
          return null;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("nothing with " + part + " came");
  }

  /** Waits for the server to end the connection; the code that it said, 1006 for none. */
  int awaitClose() {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (!ended && System.nanoTime() < deadlineNs) {
      java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
    }
    return closeCode;
  }

  boolean ended() {
    return ended;
  }

  int closeCode() {
    return closeCode;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // As good as closed.
    }
  }
}
