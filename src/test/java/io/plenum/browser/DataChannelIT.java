package io.plenum.browser;

import static io.plenum.browser.BrowserRemote.Kind.CHROMIUM;
import static io.plenum.browser.BrowserRemote.Kind.FIREFOX;
import static io.plenum.browser.ClusterFaultIT.figure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data between real browsers: what each kind of channel promises, over one node and over two, where three of a hundred
 * datagrams are lost on each way (from a browser to its node, from a node to a browser, between nodes); and the page's
 * chat and files between two nodes. Nothing here asserts a speed; what was measured is printed as {@code figure
 * name=value}.
 *
 * <p>The sizes of 1,000 messages are in {@code channels.js}: from 1 byte to 256 KiB, most fit a packet, 1.1 MB
 * together.
 */
@Tag("browser")
@Tag("cluster")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DataChannelIT {
  private static final Path CHANNELS = Path.of("src/test/browser/channels.js");
  /** Firefox pairs no address of the machine with the loopback address. */
  private static final String REACHABLE = "--media.ip=" + NodeUnderTest.machineAddress();
  private static final int MESSAGES = 1_000;
  private static final int FILE_BYTES = 20_000_000;
  private static final Duration LONG_PATIENCE = Duration.ofSeconds(180);
  private static final long STILL_MS = 1_500;
  private static final String TYPING = "document.querySelector('#chat-typing')?.textContent ?? ''";
  private static ClusterUnderTest lossy;
  private static ClusterUnderTest calm;

  /** What a channel promises. @param options as in RTCDataChannelInit */
  private record Promise(String label, boolean ordered, boolean reliable, String options) {}

  /** A channel with a limit is never ordered: mediasoup-client does not offer that. */
  private static final List<Promise> PROMISES = List.of(
      new Promise("ordered", true, true, "{ordered: true}"),
      new Promise("unordered", false, true, "{ordered: false}"),
      new Promise("retransmits", false, false, "{ordered: false, maxRetransmits: 1}"),
      new Promise("lifetime", false, false, "{ordered: false, maxPacketLifeTime: 500}"));

  /** Two nodes that lose three of a hundred datagrams on each way. */
  private static ClusterUnderTest lossy() {
    if (lossy == null) {
      lossy = ClusterUnderTest.start(2, REACHABLE, "--net.impair.lossPercent=3", "--net.impair.pipeLossPercent=3");
    }
    return lossy;
  }

  private static ClusterUnderTest calm() {
    if (calm == null) {
      calm = ClusterUnderTest.start(2, REACHABLE);
    }
    return calm;
  }

  @AfterAll
  static void stop() {
    running().forEach(ClusterUnderTest::close);
  }

  @AfterEach
  void assertNothingWentWrong() {
    running().forEach(cluster -> assertEquals(List.of(), cluster.errors()));
  }

  private static Stream<ClusterUnderTest> running() {
    return Stream.of(lossy, calm).filter(Objects::nonNull);
  }

  /** One of ten signals is lost here, and nobody sends it again: but who types on says so again, every two seconds. */
  private static void goOnTypingUntilSeen(Participant typist, Participant reader) {
    String wanted = typist.name() + " is typing";
    for (int more = 0; more < 20 && !reader.page().evaluate(TYPING).asText().contains(wanted); more++) {
      ClusterUnderTest.pause(2_100);
      typist.page().type("#chat-text", " ");
      ClusterUnderTest.pause(400);
    }
    assertTrue(reader.page().evaluate(TYPING).asText().contains(wanted), "nobody sees who types");
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void eachChannelKeepsWhatItPromisesBothWays(int nodes, Stage stage) {
    Participant alice = join(stage, CHROMIUM, lossy().node(0), "alice");
    Participant bob = join(stage, FIREFOX, lossy().node(nodes - 1), "bob");
    List.of(alice, bob).forEach(each -> each.page().evaluate("channels.listen()"));
    List.of(alice, bob).forEach(each -> each.page().evaluate("channels.start()"));
    int seed = 0;
    for (Promise promise : PROMISES) {
      open(alice, bob, promise);
      open(bob, alice, promise);
      long startNs = System.nanoTime();
      send(alice, promise, ++seed);
      send(bob, promise, ++seed);
      assertKept(alice, bob, promise, nodes, startNs);
      assertKept(bob, alice, promise, nodes, startNs);
    }
  }

  private static void open(Participant from, Participant to, Promise promise) {
    String label = label(from, promise);
    from.page().evaluate("channels.open('" + label + "', " + promise.options() + ")");
    to.await("channels.heard()", heard -> strings(heard).contains(label));
  }

  private static void send(Participant from, Promise promise, int seed) {
    from.page().evaluate("channels.send('" + label(from, promise) + "', " + promise.reliable() + ", " + seed + ")");
  }

  private static String label(Participant from, Promise promise) {
    return from.name() + "-" + promise.label();
  }

  private static void assertKept(Participant from, Participant to, Promise promise, int nodes, long startNs) {
    String label = label(from, promise);
    JsonNode sending = from.page().await("channels.sent()",
        sent -> sent.path("done").asBoolean() || !sent.path("error").isNull(), LONG_PATIENCE);
    assertTrue(sending.path("error").isNull(), () -> label + ": " + sending.path("error"));
    List<String> sent = strings(sending.path("hashes"));
    assertEquals(MESSAGES, sent.size());
    if (promise.reliable()) {
      to.page().await("channels.count('" + label + "')", count -> count.asInt() >= MESSAGES, LONG_PATIENCE);
    } else {
      awaitStill(to, label);
    }
    long tookMs = (System.nanoTime() - startNs) / 1_000_000;
    List<String> received = strings(to.page().evaluate("channels.received('" + label + "')"));
    String name = "data." + (nodes == 1 ? "oneNode." : "twoNodes.") + label;
    figure(name + ".arrived", received.size());
    if (promise.reliable()) { // Of the others it is not known when the last has come.
      figure(name + ".ms", tookMs);
      figure(name + ".kBps", sending.path("bytes").asLong() / Math.max(1, tookMs));
    }

    if (promise.reliable() && promise.ordered()) {
      assertEquals(sent, received, label);
    } else if (promise.reliable()) {
      assertEquals(counted(sent), counted(received), label);
    } else {
      assertTrue(!received.isEmpty(), label + ": nothing arrived");
      Map<String, Integer> may = counted(sent);
      counted(received).forEach((hash, times) -> assertTrue(times <= may.getOrDefault(hash, 0),
          () -> label + ": " + hash + " came " + times + " times and was sent " + may.getOrDefault(hash, 0) + " times"));
    }
  }

  /** Waits until nothing more comes. */
  private static void awaitStill(Participant to, String label) {
    int before;
    int now = -1;
    do {
      before = now;
      ClusterUnderTest.pause(STILL_MS);
      now = to.page().evaluate("channels.count('" + label + "')").asInt();
    } while (now != before);
  }

  private static Map<String, Integer> counted(List<String> hashes) {
    Map<String, Integer> counts = new HashMap<>();
    hashes.forEach(hash -> counts.merge(hash, 1, Integer::sum));
    return counts;
  }

  @Order(2)
  @Test
  void twentyMegabytesArriveWholeOnAnotherNodeWhileVideoGoesOn(Stage stage) {
    Participant alice = join(stage, CHROMIUM, calm().node(0), "alice");
    Participant bob = join(stage, FIREFOX, calm().node(1), "bob");
    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);
    awaitFilesReach(alice, bob);

    long startNs = System.nanoTime();
    String hash = alice.page().evaluate("channels.sendFile('large.bin', " + FILE_BYTES + ", false)").asText();
    int rounds = 0;
    while (!fileState(bob, "large.bin").equals("complete")) {
      assertTrue(System.nanoTime() - startNs < LONG_PATIENCE.toNanos(), () -> "at last: " + messages(bob));
      bob.awaitFramesFrom(alice, 5);
      alice.awaitFramesFrom(bob, 5);
      rounds++;
    }
    long tookMs = (System.nanoTime() - startNs) / 1_000_000;
    figure("data.file20MB.ms", tookMs);
    figure("data.file20MB.kBps", FILE_BYTES / Math.max(1, tookMs));
    figure("data.file20MB.timesThatFiveFramesCameMeanwhile", rounds);
    assertTrue(rounds > 0, "it was there before anything could be seen");
    assertEquals(hash, bob.page().evaluate("channels.contentHash('large.bin')").asText());
    awaitFile(alice, "large.bin", "done");
  }

  @Order(3)
  @Test
  void peopleOnTwoNodesWriteAndSendFilesToEachOther(Stage stage) {
    Participant alice = join(stage, CHROMIUM, lossy().node(0), "Alice");
    Participant bob = join(stage, FIREFOX, lossy().node(1), "Bob");
    awaitFilesReach(alice, bob);
    awaitFilesReach(bob, alice);

    alice.press("Open chat");
    alice.page().type("#chat-text", "<b>Hello</b>");
    goOnTypingUntilSeen(alice, bob);
    alice.press("Send message");
    bob.await("document.querySelector('.tool-badge').textContent", badge -> badge.asText().equals("1"));
    bob.await(TYPING, typing -> typing.asText().isEmpty());
    bob.press("Open chat, 1 unread");
    bob.awaitText(".line[data-kind=text] .bubble", "<b>Hello</b>");
    bob.awaitText(".line .line-name", "Alice");
    assertEquals(0, bob.page().evaluate("document.querySelectorAll('.bubble b').length").asInt(), "markup was markup");

    String hash = bob.page().evaluate("channels.sendPicture('flag.png')").asText();
    awaitFile(alice, "flag.png", "complete");
    awaitFile(bob, "flag.png", "done");
    assertEquals(hash, alice.page().evaluate("channels.contentHash('flag.png')").asText());
    alice.await("document.querySelector('.file-picture')?.naturalWidth ?? 0", width -> width.asInt() == 320);
    alice.awaitText("a[download=\"flag.png\"]", "Save");

    // Late, on the other node: hears what is said from now on.
    Participant carol = join(stage, CHROMIUM, lossy().node(1), "Carol");
    awaitFilesReach(alice, carol);
    awaitFilesReach(carol, alice);
    alice.act("say('Welcome')");
    awaitTexts(carol, "Welcome");
    awaitTexts(bob, "<b>Hello</b>", "Welcome");
    carol.act("say('Thanks')");
    awaitTexts(alice, "Thanks");
    alice.page().evaluate("channels.sendFile('large.bin', 60000000, true)");
    carol.await("document.querySelector('.file-progress:not([hidden])')?.value ?? 0", part -> part.asDouble() > 0);
    alice.press("Cancel large.bin");
    awaitFile(carol, "large.bin", "cancelled");
    awaitFile(bob, "large.bin", "cancelled");
  }

  /** The last, for it ends a node. */
  @Order(4)
  @Test
  void chatAndFilesGoOnWhenTheNodeIsDrainedAndItsPeopleMove(Stage stage) {
    ClusterUnderTest pair = calm();
    Participant alice = join(stage, CHROMIUM, pair.node(0), "Alice");
    Participant bob = join(stage, CHROMIUM, pair.node(1), "Bob");
    awaitFilesReach(alice, bob);
    awaitFilesReach(bob, alice);
    String hash = alice.page().evaluate("channels.sendFile('moved.bin', " + FILE_BYTES + ", false)").asText();

    pair.node(0).terminate();
    List<String> said = new ArrayList<>();
    // On until she has been there for a while.
    for (int after = 0; after < 20; after += isAt(alice, pair.node(1)) ? 1 : 0) {
      assertTrue(said.size() < 300, "she does not move");
      String text = "message " + said.size();
      said.add(text);
      alice.act("say('" + text + "')");
      bob.act("say('" + text + "')");
      ClusterUnderTest.pause(200);
    }
    figure("data.move.messages", said.size());
    awaitTexts(bob, said.toArray(String[]::new));
    awaitTexts(alice, said.toArray(String[]::new));
    awaitFile(bob, "moved.bin", "complete");
    assertEquals(hash, bob.page().evaluate("channels.contentHash('moved.bin')").asText());
    assertEquals(0, pair.node(0).awaitExit(Duration.ofSeconds(60)));
  }

  private static boolean isAt(Participant participant, NodeUnderTest node) {
    return participant.state().path("server").asText().endsWith(":" + node.httpPort());
  }

  private static Participant join(Stage stage, BrowserRemote.Kind browser, NodeUnderTest node, String name) {
    Participant participant = stage.open(browser, name, channels(), node.url());
    participant.awaitJoined();
    return participant;
  }

  private static String channels() {
    try {
      return Files.readString(CHANNELS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until what one says and sends reaches the other: the channels stand some moments after the call does. */
  private static void awaitFilesReach(Participant from, Participant to) {
    String peerId = from.peerId();
    to.await("plenum.heardOn('files')", heard -> strings(heard).contains(peerId));
    from.await("plenum.canSay()", can -> can.asBoolean());
  }

  /** Waits until these texts of others are here, and asserts that each came once and in this order. */
  private static void awaitTexts(Participant reader, String... texts) {
    List<String> wanted = List.of(texts);
    reader.await("plenum.messages()", all -> textsOfOthers(all).size() >= wanted.size());
    ClusterUnderTest.pause(300); // What came twice would come now.
    assertEquals(wanted, textsOfOthers(messages(reader)), reader.name());
  }

  private static List<String> textsOfOthers(JsonNode messages) {
    List<String> texts = new ArrayList<>();
    for (JsonNode message : messages) {
      if (message.path("kind").asText().equals("text") && !message.path("own").asBoolean()) {
        texts.add(message.path("text").asText());
      }
    }
    return texts;
  }

  private static void awaitFile(Participant participant, String name, String state) {
    participant.page().await(stateOf(name), now -> now.asText().equals(state), LONG_PATIENCE);
  }

  private static String fileState(Participant participant, String name) {
    return participant.page().evaluate(stateOf(name)).asText();
  }

  private static String stateOf(String file) {
    return "plenum.messages().find(({file}) => file === '" + file + "')?.state ?? ''";
  }

  private static JsonNode messages(Participant participant) {
    return participant.page().evaluate("plenum.messages()");
  }

  private static List<String> strings(JsonNode list) {
    List<String> all = new ArrayList<>();
    list.forEach(each -> all.add(each.asText()));
    return all;
  }
}
