package io.plenum.deploy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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

  @Override
  public void close() {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
