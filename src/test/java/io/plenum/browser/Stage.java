package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What one test works with: a node, a room of its own, people in it. {@link StageExtension} makes and clears it. */
final class Stage {
  private static final Path FAILURES = Path.of("target/browser-failures");
  /** Small and single-layered, so that two processors can be several people. */
  private static final Map<String, String> PAGE_DEFAULTS = Map.of("size", "320x180", "simulcast", "0");
  private static final int WINDOW_WIDTH_PX = 900;
  private static final int WINDOW_HEIGHT_PX = 600;

  private final SharedBrowsers browsers;
  private final String room;
  private final List<Participant> participants = new ArrayList<>();
  private NodeUnderTest node;
  private boolean ownNode;
  private int nodeLogStart;

  Stage(SharedBrowsers browsers, String room) {
    this.browsers = browsers;
    this.room = room;
  }

  String room() {
    return room;
  }

  /** The node that all tests share, unless this one has {@link #startNode started} its own. */
  NodeUnderTest node() {
    if (node == null) {
      node = browsers.node();
      nodeLogStart = node.logLength();
    }
    return node;
  }

  /** Chooses the shared node whose media that browser can reach: Firefox needs one of its own. */
  void useNodeFor(BrowserRemote.Kind browser) {
    if (browser == BrowserRemote.Kind.FIREFOX) {
      node = browsers.nodeForFirefox();
      nodeLogStart = node.logLength();
    }
  }

  /** Gives this test a node of its own, with more on its command line. To be called before anybody joins. */
  NodeUnderTest startNode(String... args) {
    node = NodeUnderTest.start(args);
    ownNode = true;
    nodeLogStart = 0;
    return node;
  }

  /**
   * Somebody joins from Chromium.
   *
   * @param options of the page, {@code key=value}, see {@code src/main/web/src/options.ts}
   */
  Participant join(String name, String... options) {
    return join(BrowserRemote.Kind.CHROMIUM, name, options);
  }

  Participant join(BrowserRemote.Kind browser, String name, String... options) {
    Participant participant = open(browser, name, "", node().url(), options);
    participant.awaitJoined();
    return participant;
  }

  /** As {@link #join(String, String...)}, with the colours of the camera's picture turned by so many degrees. */
  Participant joinTinted(String name, int degrees) {
    Participant participant =
        open(BrowserRemote.Kind.CHROMIUM, name, "window.tintDegrees = " + degrees + ";\n", node().url());
    participant.awaitJoined();
    return participant;
  }

  /** Opens the page from any address, and does not wait. */
  Participant open(BrowserRemote.Kind browser, String name, String script, String url, String... options) {
    return open(browser, name, script, url, WINDOW_WIDTH_PX, WINDOW_HEIGHT_PX, options);
  }

  Participant open(BrowserRemote.Kind browser, String name, String script, String url, int width, int height,
      String... options) {
    Map<String, String> query = new LinkedHashMap<>(PAGE_DEFAULTS);
    query.put("room", room);
    query.put("name", name);
    for (String option : options) {
      query.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
    }
    String address = url + query.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining("&", "?", ""));
    Page page = browsers.get(browser).newPage(address, width, height, script + browsers.witness());
    Participant participant = new Participant(page, name);
    participants.add(participant);
    return participant;
  }

  /** After a test that passed: nothing may have gone wrong behind its back. */
  void check() {
    if (node != null) {
      List<String> errors = nodeLog().lines().filter(line -> line.contains(" ERROR ")).toList();
      assertEquals(List.of(), errors, "errors in the node's log");
    }
    for (Participant participant : participants) {
      List<String> errors = participant.page().logs().stream().filter(line -> line.startsWith("pageerror:")).toList();
      assertEquals(List.of(), errors, "errors in the page of " + participant.name());
    }
  }

  /** After a test that failed: writes down everything that is known. */
  void report(String test) {
    try {
      Path folder = Files.createDirectories(FAILURES.resolve(test));
      if (node != null) {
        Files.writeString(folder.resolve("node.log"), nodeLog());
      }
      for (Participant participant : participants) {
        Page page = participant.page();
        List<String> lines = new ArrayList<>();
        for (String expression : List.of("plenum.state()", "plenum.notices()", "plenum.peers()", "plenum.tiles()",
            "plenum.producers()", "plenum.consumers()", "plenum.transports()")) {
          lines.add(expression + ": " + tryTo(() -> page.evaluate(expression).toPrettyString()));
        }
        lines.add(tryTo(() -> String.join("\n", page.logs())));
        Files.write(folder.resolve(participant.name() + ".txt"), lines);
        tryTo(() -> {
          page.screenshot(folder.resolve(participant.name() + ".png"));
          return "";
        });
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Frees what the test had, whatever state it is in. */
  void clear() {
    participants.forEach(participant -> tryTo(() -> {
      participant.page().close();
      return "";
    }));
    if (ownNode) {
      node.close();
    }
  }

  private String nodeLog() {
    return node.log().substring(nodeLogStart);
  }

  private static String tryTo(Supplier<String> action) {
    try {
      return action.get();
    } catch (AssertionError e) {
      return e.getMessage();
    }
  }
}
