package io.plenum.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Real browsers, driven from a test. Starts {@code src/test/browser/remote.mjs} as a child process and speaks its JSON
 * lines; that process ends, and its browsers with it, when this is closed or this JVM dies.
 *
 * <p>Commands may be given from several threads. Whatever goes wrong in the browser becomes an {@link AssertionError}
 * that says so.
 */
public final class BrowserRemote implements AutoCloseable {
  private static final Path SCRIPT = Path.of("src/test/browser/remote.mjs");
  /** What the child writes to its standard error: for a person, after a failure. */
  private static final Path LOG = Path.of("target/browser-remote.log");
  /** Starting Firefox on a busy machine takes most of a minute at worst. */
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

  /** Which browser, and where to look for it. The environment variable beats the search path. */
  public enum Kind {
    CHROMIUM("PLENUM_CHROMIUM", List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")),
    FIREFOX("PLENUM_FIREFOX", List.of("firefox-esr", "firefox"));

    private final String variable;
    private final List<String> names;

    Kind(String variable, List<String> names) {
      this.variable = variable;
      this.names = names;
    }

    private String executable() {
      String given = System.getenv(variable);
      if (given != null && !given.isEmpty()) {
        return given;
      }
      for (String name : names) {
        for (String directory : System.getenv("PATH").split(java.io.File.pathSeparator)) {
          Path file = Path.of(directory, name);
          if (Files.isExecutable(file)) {
            return file.toString();
          }
        }
      }
      throw new AssertionError("none of " + names + " is installed: run src/test/browser/ensure-browsers.sh");
    }
  }

  private final ObjectMapper json = new ObjectMapper();
  private final Process process;
  private final BufferedWriter commands;
  private final Map<Long, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private volatile boolean ended;

  private BrowserRemote(Process process) {
    this.process = process;
    this.commands = process.outputWriter();
    Thread reader = new Thread(this::readAnswers, "browser-remote");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts the child process; no browser yet. */
  public static BrowserRemote start() {
    try {
      Files.createDirectories(LOG.getParent());
      return new BrowserRemote(new ProcessBuilder("node", SCRIPT.toString())
          .redirectError(ProcessBuilder.Redirect.appendTo(LOG.toFile()))
          .start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start node: is Node.js installed?", e);
    }
  }

  /** A browser with a fresh profile, fake camera and microphone, and leave to use them. */
  public Browser launch(Kind kind) {
    return launch(kind, List.of(), Map.of());
  }

  /**
   * As {@link #launch(Kind)}, with more.
   *
   * @param args command-line arguments, besides those that every test needs
   * @param prefs Firefox preferences: strings, numbers or booleans
   */
  public Browser launch(Kind kind, List<String> args, Map<String, ?> prefs) {
    ObjectNode command = command("launch").put("browser", kind.name().toLowerCase(java.util.Locale.ROOT))
        .put("executablePath", kind.executable());
    command.set("args", json.valueToTree(args));
    command.set("prefs", json.valueToTree(prefs));
    JsonNode answer = call(command);
    return new Browser(this, answer.path("browserId").asText(), answer.path("version").asText());
  }

  /** Ends every browser and the child process. */
  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  ObjectNode command(String name) {
    return json.createObjectNode().put("cmd", name);
  }

  /** Sends a command and waits for its answer. */
  JsonNode call(ObjectNode command) {
    long id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    pending.put(id, answer);
    try {
      synchronized (commands) {
        commands.write(json.writeValueAsString(command.put("id", id)));
        commands.newLine();
        commands.flush();
      }
      if (ended) {
        failAll();
      }
      JsonNode result = answer.get(COMMAND_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      if (!result.path("ok").asBoolean()) {
        throw new AssertionError(command.path("cmd").asText() + ": " + result.path("error").asText());
      }
      return result;
    } catch (IOException | ExecutionException e) {
      throw new AssertionError("the browser remote has ended, see " + LOG, e);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer to " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted during " + command, e);
    } finally {
      pending.remove(id);
    }
  }

  private void readAnswers() {
    try (BufferedReader answers = process.inputReader()) {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        JsonNode answer = json.readTree(line);
        CompletableFuture<JsonNode> waiting = pending.get(answer.path("id").asLong());
        if (waiting != null) {
          waiting.complete(answer);
        }
      }
    } catch (IOException e) {
      // The child has gone; those who wait learn of it below.
    }
    ended = true;
    failAll();
  }

  private void failAll() {
    pending.values().forEach(waiting -> waiting.completeExceptionally(new IOException("ended")));
  }
}
