package io.plenum.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** One page in a {@link Browser}. */
public final class Page implements AutoCloseable {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(150);

  private final BrowserRemote remote;
  private final String pageId;

  Page(BrowserRemote remote, String pageId) {
    this.remote = remote;
    this.pageId = pageId;
  }

  /** The value of a JavaScript expression; of a promise, what it brings. {@code undefined} comes as JSON null. */
  public JsonNode evaluate(String expression) {
    return remote.call(command("evaluate").put("expression", expression)).path("value");
  }

  /**
   * Evaluates again and again until the condition holds. Real browsers live in real time, so this waits in real time.
   * An error in the page counts as "not yet": the page may still be loading.
   *
   * @return the value that satisfied the condition
   * @throws AssertionError after the timeout, with the last value (or error) and what the page has logged
   */
  public JsonNode await(String expression, Predicate<JsonNode> condition, Duration timeout) {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    String last;
    do {
      try {
        JsonNode value = evaluate(expression);
        if (condition.test(value)) {
          return value;
        }
        last = value.toString();
      } catch (AssertionError e) {
        last = e.getMessage();
      }
      try {
        Thread.sleep(POLL_INTERVAL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + expression, e);
      }
    } while (System.nanoTime() < deadlineNs);
    throw new AssertionError("after " + timeout.toSeconds() + " s `" + expression + "` is still " + last
        + "; the page logged " + logs());
  }

  /** A real click on the middle of the first element that matches, with all that a browser grants only to a person. */
  public void click(String selector) {
    remote.call(command("click").put("selector", selector));
  }

  public void type(String selector, String text) {
    remote.call(command("type").put("selector", selector).put("text", text));
  }

  public void navigate(String url) {
    remote.call(command("goto").put("url", url));
  }

  public void reload() {
    remote.call(command("reload"));
  }

  /** Writes a PNG of what is visible. */
  public void screenshot(Path file) {
    remote.call(command("screenshot").put("path", file.toString()));
  }

  /** Console messages, uncaught errors and failed requests since the last call, as {@code type: text}, oldest first. */
  public List<String> logs() {
    List<String> lines = new ArrayList<>();
    for (JsonNode log : remote.call(command("logs")).path("logs")) {
      lines.add(log.path("type").asText() + ": " + log.path("text").asText());
    }
    return lines;
  }

  @Override
  public void close() {
    remote.call(command("closePage"));
  }

  private ObjectNode command(String name) {
    return remote.command(name).put("pageId", pageId);
  }
}
