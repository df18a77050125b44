package io.plenum.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** What all tests of a run share, because it takes seconds to start: browsers, nodes. Started when asked for. */
final class SharedBrowsers implements AutoCloseable {
  private static final Path WITNESS = Path.of("src/test/browser/witness.js");

  private final BrowserRemote remote = BrowserRemote.start();
  private final Map<BrowserRemote.Kind, Browser> browsers = new EnumMap<>(BrowserRemote.Kind.class);
  private NodeUnderTest node;
  private NodeUnderTest nodeForFirefox;
  private String witness;

  Browser get(BrowserRemote.Kind kind) {
    return browsers.computeIfAbsent(kind, remote::launch);
  }

  NodeUnderTest node() {
    if (node == null) {
      node = NodeUnderTest.start();
    }
    return node;
  }

  /** Firefox pairs no address of the machine with the loopback address, and knows no loopback address of its own. */
  NodeUnderTest nodeForFirefox() {
    if (nodeForFirefox == null) {
      nodeForFirefox = NodeUnderTest.start("--media.ip=" + NodeUnderTest.machineAddress());
    }
    return nodeForFirefox;
  }

  /** The script that pages run first. */
  String witness() {
    if (witness == null) {
      try {
        witness = Files.readString(WITNESS);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return witness;
  }

  @Override
  public void close() {
    remote.close();
    for (NodeUnderTest each : new NodeUnderTest[] {node, nodeForFirefox}) {
      if (each != null) {
        each.close();
      }
    }
  }
}
