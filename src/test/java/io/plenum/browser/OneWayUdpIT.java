package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Browsers whose UDP reaches the node while nothing comes back: a firewall that lets UDP out and not in. Their checks over UDP
 * arrive, Firefox's with a nomination each; media must go over TCP, where they get an answer. Skipped where network namespaces
 * cannot be made.
 */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class OneWayUdpIT {
  private static final Path WITNESS = Path.of("src/test/browser/witness.js");
  /** Media begins within 2 s. It took 37 s while nominations decided: until the consent of the UDP pair had run out. */
  private static final long LONGEST_MS = 20_000;

  @ParameterizedTest
  @EnumSource(BrowserRemote.Kind.class)
  void mediaGoesOverTcpAtOnce(BrowserRemote.Kind kind) throws IOException {
    Assumptions.assumeTrue(SeveredNetwork.isPossible(), "no network namespaces here");
    try (SeveredNetwork network = SeveredNetwork.of(1);
        NodeUnderTest node = NodeUnderTest.prepare(network.clientAddress(0), network.prefix(0), "--auth.allowOpen=true");
        BrowserRemote remote = BrowserRemote.start()) {
      network.loseUdpToClients(0);
      node.startAgain();
      node.awaitReady();
      // Cameras are for secure contexts: this address is taken for one.
      Browser browser = remote.launch(kind,
          kind == BrowserRemote.Kind.FIREFOX ? List.of()
              : List.of("--unsafely-treat-insecure-origin-as-secure=" + node.url().replaceAll("/$", "")),
          Map.of("dom.securecontext.allowlist", network.clientAddress(0)));
      Participant alice = join(browser, node, "alice");
      Participant bob = join(browser, node, "bob");
      long joinedNs = System.nanoTime();
      alice.awaitSeesAndHears(bob);
      bob.awaitSeesAndHears(alice);
      long tookMs = (System.nanoTime() - joinedNs) / 1_000_000;
      System.out.println("one-way UDP, " + browser.version() + ": both see and hear each other after " + tookMs + " ms");

      assertTrue(tookMs < LONGEST_MS, tookMs + " ms");
      for (String direction : List.of("send", "recv")) {
        assertEquals("tcp", alice.icePath(direction).protocol());
      }
    }
  }

  private static Participant join(Browser browser, NodeUnderTest node, String name) throws IOException {
    Page page = browser.newPage(node.url() + "?room=one-way&size=320x180&simulcast=0&name=" + name, 900, 600,
        Files.readString(WITNESS));
    Participant participant = new Participant(page, name);
    participant.awaitJoined();
    return participant;
  }
}
