package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The remote control itself, with pages that need no server. */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class BrowserRemoteIT {
  private static final String PAGE =
      "data:text/html,<title>hello</title><button onclick=\"document.title='pressed'\">x</button>";

  @ParameterizedTest
  @EnumSource(BrowserRemote.Kind.class)
  void aTestSeesIntoAPageAndPressesItsButtons(BrowserRemote.Kind kind) {
    try (BrowserRemote remote = BrowserRemote.start();
        Browser browser = remote.launch(kind);
        Page page = browser.newPage(PAGE)) {
      assertEquals("hello", page.evaluate("document.title").asText());
      JsonNode later = page.evaluate("new Promise(done => setTimeout(() => done({answer: 42}), 10))");
      assertEquals(42, later.path("answer").asInt());
      page.click("button");
      page.await("document.title", title -> title.asText().equals("pressed"), Duration.ofSeconds(5));
      page.evaluate("console.warn('heed this')");
      page.await("1", one -> page.logs().contains("warn: heed this"), Duration.ofSeconds(5));
    }
  }

  @Test
  void whatGoesWrongInThePageFailsTheTestWithItsWords() {
    try (BrowserRemote remote = BrowserRemote.start(); Browser browser = remote.launch(BrowserRemote.Kind.CHROMIUM)) {
      Page page = browser.newPage("about:blank");
      AssertionError thrown = assertThrows(AssertionError.class, () -> page.evaluate("nothing.like.this"));
      assertTrue(thrown.getMessage().contains("nothing is not defined"), thrown.getMessage());

      page.evaluate("console.log('the page said')");
      AssertionError late = assertThrows(AssertionError.class,
          () -> page.await("7", value -> value.asInt() == 8, Duration.ofMillis(300)));
      assertTrue(late.getMessage().contains("still 7"), late.getMessage());
      assertTrue(late.getMessage().contains("the page said"), late.getMessage());
    }
  }

  @Test
  void closingTheRemoteEndsItsBrowsers() {
    List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
    BrowserRemote remote = BrowserRemote.start();
    remote.launch(BrowserRemote.Kind.CHROMIUM);
    List<ProcessHandle> started = ProcessHandle.current().descendants().filter(p -> !before.contains(p)).toList();
    assertTrue(started.size() > 1, "node and at least one browser process");

    remote.close();

    for (ProcessHandle handle : started) {
      handle.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
  }
}
