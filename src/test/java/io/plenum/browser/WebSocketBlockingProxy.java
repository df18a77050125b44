package io.plenum.browser;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A middlebox as some companies have it: lets HTTP through and refuses to become anything else. */
final class WebSocketBlockingProxy implements AutoCloseable {
  private static final int MAX_HEAD_BYTES = 16 * 1024;
  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] REFUSAL =
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;
  private volatile int targetPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger blocked = new AtomicInteger();

  private WebSocketBlockingProxy(ServerSocket server) {
    this.server = server;
  }

  static WebSocketBlockingProxy to(int targetPort) {
    WebSocketBlockingProxy proxy = open();
    proxy.leadTo(targetPort);
    return proxy;
  }

  /** Has an address, and leads nowhere until it is told {@link #leadTo where to}: for a node that must know the address at its start. */
  static WebSocketBlockingProxy open() {
    try {
      WebSocketBlockingProxy proxy = new WebSocketBlockingProxy(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")));
      start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void leadTo(int port) {
    targetPort = port;
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/";
  }

  int port() {
    return server.getLocalPort();
  }

  /** How many WebSockets were refused. */
  int blocked() {
    return blocked.get();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      sockets.forEach(WebSocketBlockingProxy::closeQuietly);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        sockets.add(client);
        start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  /** A browser opens a connection of its own for a WebSocket: the first request says what a connection is for. */
  private void serve(Socket client) {
    try {
      byte[] head = readHead(client.getInputStream());
      if (new String(head, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT).contains("upgrade: websocket")) {
        blocked.incrementAndGet();
        client.getOutputStream().write(REFUSAL);
        return;
      }
      try (Socket upstream = new Socket(InetAddress.getByName("127.0.0.1"), targetPort)) {
        sockets.add(upstream);
        upstream.getOutputStream().write(head);
        start(() -> pump(upstream, client));
        client.getInputStream().transferTo(upstream.getOutputStream());
      }
    } catch (IOException e) {
      // One side has gone, and the other goes too.
    } finally {
      closeQuietly(client);
    }
  }

  private static void pump(Socket from, Socket to) {
    try (OutputStream out = to.getOutputStream()) {
      from.getInputStream().transferTo(out);
    } catch (IOException e) {
      // See above.
    }
  }

  private static byte[] readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < END_OF_HEAD.length && head.size() < MAX_HEAD_BYTES) {
      int value = in.read();
      if (value < 0) {
        break;
      }
      head.write(value);
      matched = value == END_OF_HEAD[matched] ? matched + 1 : value == END_OF_HEAD[0] ? 1 : 0;
    }
    return head.toByteArray();
  }

  private static void start(Runnable action) {
    Thread thread = new Thread(action, "websocket-blocking-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
