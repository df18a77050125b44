package io.plenum.deploy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A command as a user types it: what it printed, and that it ends. */
final class StartedProcess implements AutoCloseable {
  /** On a machine that compiles something else at the same time. */
  static final int PATIENCE_S = 120;
  static final String HOST = "127.0.0.1";
  private static final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  final Process process;
  private final Thread reader;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  StartedProcess(Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.startsWith("PLENUM_") || key.equals("JAVA_OPTS"));
    builder.environment().putAll(environment);
    process = builder.start();
    reader = new Thread(() -> {
      try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          lines.add(line);
        }
      } catch (IOException e) {
        // It has ended.
      }
    }, "output of a process");
    reader.setDaemon(true);
    reader.start();
  }

  /** All of it, once the process has ended. */
  String outputWhenEnded() throws InterruptedException {
    reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
    return output();
  }

  String output() {
    return String.join("\n", lines);
  }

  void awaitLine(String start) throws InterruptedException {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (lines.stream().noneMatch(line -> line.startsWith(start))) {
      if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > untilNs) {
        throw new AssertionError("no line \"" + start + "\", " + (process.isAlive() ? "still" : "no longer") + " running:\n" + output());
      }
    }
  }

  static int status(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5)).build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  static boolean endsWithin(ProcessHandle handle, int seconds) throws InterruptedException {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (handle.isAlive() && System.nanoTime() < untilNs) {
      Thread.sleep(50);
    }
    return !handle.isAlive();
  }

  /** @return the first of so many ports in a row that are free for UDP and TCP */
  static int freePorts(int count) throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      int first = ThreadLocalRandom.current().nextInt(20_000, 32_000 - count);
      boolean free = true;
      for (int port = first; free && port < first + count; port++) {
        free = isFree(port);
      }
      if (free) {
        return first;
      }
    }
    throw new IOException("no " + count + " free ports in a row");
  }

  private static boolean isFree(int port) {
    try (ServerSocket tcp = new ServerSocket(port, 1, InetAddress.getByName(HOST));
        DatagramSocket udp = new DatagramSocket(new InetSocketAddress(HOST, port))) {
      return tcp.isBound() && udp.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
