package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The product itself, as its users start it: {@code java -jar target/plenum.jar} in a process of its own, on ports that
 * were free, reachable from this machine only. It ends when this is closed. Its log stays in {@code target/nodes}.
 */
public final class NodeUnderTest implements AutoCloseable {
  private static final Path JAR = Path.of("target/plenum.jar");
  private static final Path NODES = Path.of("target/nodes");
  private static final String HOST = "127.0.0.1";
  /** On a machine that compiles something else at the same time. */
  private static final Duration START_TIMEOUT = Duration.ofSeconds(240);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  /** Only a failing test waits so long: a node takes some 10 s, on a busy machine all of {@code drain.timeoutS} and more. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(150);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
  private static final int MEDIA_LOOPS = 2;
  /** HTTP, then a port for each media loop, then one for each loop's pipes. */
  private static final int PORTS = 1 + 2 * MEDIA_LOOPS;
  /** Below what systems hand out by themselves: no outgoing connection takes a port that was just found free. */
  private static final AtomicInteger started = new AtomicInteger();
  private static final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final List<String> command = new ArrayList<>();
  private final Path directory;
  private final Path log;
  private final String host;
  private final int port;
  private Process process;

  private NodeUnderTest(String host, List<String> prefix, List<String> args) throws IOException {
    this.host = host;
    assertTrue(Files.isRegularFile(JAR), JAR + " is missing: mvn package builds it");
    directory = Files.createDirectories(NODES.resolve(ProcessHandle.current().pid() + "-" + started.incrementAndGet()));
    log = directory.resolve("node.log");
    port = FreePorts.inARow(PORTS);
    command.addAll(prefix);
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
        // Every buffer is watched: one that is not released is an error in the log.
        "-Dio.netty.leakDetection.level=simple", "-Dio.netty.leakDetection.samplingInterval=1",
        "-jar", JAR.toString(),
        "--data.dir=" + directory.resolve("data"),
        "--http.host=" + host, "--http.port=" + port,
        "--media.ip=" + host, "--media.port=" + (port + 1), "--media.loops=" + MEDIA_LOOPS,
        "--pipe.ip=" + host, "--pipe.port=" + (port + 1 + MEDIA_LOOPS)));
    command.addAll(args);
  }

  /**
   * Starts a node and waits until it is ready.
   *
   * @param args more of the command line, such as {@code --net.impair.lossPercent=5}
   */
  public static NodeUnderTest start(String... args) {
    NodeUnderTest node = prepare(HOST, List.of(), args);
    node.startAgain();
    node.awaitReady();
    return node;
  }

  /**
   * A node that is not started yet.
   *
   * @param host its address, for pages and media
   * @param prefix what its command is run by, such as {@code ip netns exec NAME}
   */
  public static NodeUnderTest prepare(String host, List<String> prefix, String... args) {
    try {
      return new NodeUnderTest(host, prefix, List.of(args));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The address that other machines reach this one by: the source of the default route, else the first that there is; if it
   * has none, the loopback address. Interfaces of other tests come and go.
   */
  public static String machineAddress() {
    try (DatagramSocket socket = new DatagramSocket()) {
      // TEST-NET-1 (RFC 5737): connecting sends nothing.
      socket.connect(new InetSocketAddress("192.0.2.1", 9));
      if (!socket.getLocalAddress().isAnyLocalAddress() && !socket.getLocalAddress().isLoopbackAddress()) {
        return socket.getLocalAddress().getHostAddress();
      }
    } catch (IOException | UncheckedIOException e) {
      // There is no such route.
    }
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElse(HOST);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where its page is, ending with a slash. */
  public String url() {
    return "http://" + host + ":" + port + "/";
  }

  public int httpPort() {
    return port;
  }

  /** What it has logged, over all its lives. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How much it has logged: where a part of the log that is yet to come will start. */
  public int logLength() {
    return log().length();
  }

  /** As if the machine had lost its power: no goodbye to anybody. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** All its threads stand still, as in a long collection of garbage, until it is {@link #thaw thawed}. */
  public void freeze() {
    signal("-STOP");
  }

  public void thaw() {
    signal("-CONT");
  }

  private void signal(String name) {
    try {
      assertTrue(new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor() == 0, "kill " + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Ends it as a service manager does, and waits. */
  public void stop() {
    process.destroy();
    assertEquals(0, awaitExit(DRAIN_TIMEOUT), "exit code");
  }

  /** Tells it to end, and does not wait. */
  public void terminate() {
    process.destroy();
  }

  /** Whether it takes clients, as a balancer asks. */
  public boolean isReady() {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "readyz")).timeout(Duration.ofSeconds(2)).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Of its process. */
  public long pid() {
    return process.pid();
  }

  /** Its exit code, once it has ended by itself. */
  public int awaitExit(Duration time) {
    assertTrue(endsWithin(time), () -> "the node goes on: " + log());
    return process.exitValue();
  }

  /** Where its data is. */
  public Path dataDir() {
    return directory.resolve("data");
  }

  /** The sum of a meter's lines, or 0 if there is none; -1 while nobody answers. */
  public double metric(String name) {
    String page = get("metrics");
    return page == null ? -1 : page.lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** What it says at this path, or null while nobody answers. */
  public String get(String path) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(5)).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The same node again, on the same ports, with the same data. Does not wait until it is ready: its clients do not either. */
  public void startAgain() {
    try {
      ProcessBuilder builder = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      // Whoever runs the tests may have a node of their own configured.
      builder.environment().keySet().removeIf(key -> key.startsWith("PLENUM_"));
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    if (!endsWithin(STOP_TIMEOUT)) {
      kill();
    }
  }

  /** Waits until it takes clients. */
  public void awaitReady() {
    long deadlineNs = System.nanoTime() + START_TIMEOUT.toNanos();
    HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "readyz")).timeout(Duration.ofSeconds(2)).build();
    do {
      try {
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while the node started", e);
      }
    } while (!endsWithin(POLL_INTERVAL) && System.nanoTime() < deadlineNs);
    boolean alive = process.isAlive();
    close();
    throw new AssertionError((alive ? "the node is not ready: " : "the node has ended: ") + log());
  }

  private void awaitEnd() {
    assertTrue(endsWithin(STOP_TIMEOUT), "the node's process does not end");
  }

  private boolean endsWithin(Duration time) {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the node", e);
    }
  }
}
