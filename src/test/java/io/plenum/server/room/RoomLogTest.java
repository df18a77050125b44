package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.CapturedLog;
import io.plenum.client.EmbeddedNode;
import io.plenum.client.PlainClient;
import io.plenum.client.SyntheticClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log as the story of a room with two routers: which lines there are, and what stands in each. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RoomLogTest {
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 60_000;
  private static final Pattern LINE =
      Pattern.compile("(?<level>[A-Z]+) (?<what>[^=]+) room=(?<room>\\S+)(?<router> router=\\S+)?(?<peer> peer=\\S+)?"
          + "(?<transport> transport=\\S+)?(?<rest>(?: \\w+=(?:\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s\"=]+))*)");
  private static final Set<String> OF_A_ROUTER_AND_ITS_ROOM = Set.of("room opened", "router added");

  @TempDir static Path folder;
  private static EmbeddedNode node;

  @BeforeAll
  static void start() throws Exception {
    node = EmbeddedNode.start(folder, Map.of("media.loops", "2", "room.routerCapacity", "1"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  private static SyntheticClient join(String room, String name) {
    return SyntheticClient.join(node.loop(), node.url(), room, name);
  }

  private static List<String> linesOf(CapturedLog log, String room) {
    return log.lines().stream().filter(line -> line.contains(" room=" + room + " ") || line.endsWith(" room=" + room)).toList();
  }

  private static void await(CapturedLog log, String beginning) throws InterruptedException {
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (log.lines().stream().noneMatch(line -> line.startsWith(beginning))) {
      assertTrue(System.nanoTime() < deadlineNs, beginning + " is not in " + log.lines());
      Thread.sleep(10);
    }
  }

  @Test
  void everyChangeIsALineThatSaysWhere() throws Exception {
    try (CapturedLog log = CapturedLog.ofPackage("io.plenum.server")) {
      SyntheticClient alice = join("story", "alice");
      alice.publishAudio();
      alice.publishVideo();
      SyntheticClient bob = join("story", "bob");
      bob.awaitMediaFrom(alice, 2, 5, SETTLE_MS);
      String video = alice.producerIds().get(1);
      alice.request("pauseProducer", Map.of("producerId", video));
      alice.request("pauseProducer", Map.of("producerId", video));
      alice.request("resumeProducer", Map.of("producerId", video));
      bob.pauseConsumers(alice, true);
      bob.pauseConsumers(alice, false);
      await(log, "DEBUG consumer resumed");
      alice.request("closeProducer", Map.of("producerId", video));
      bob.await("the end of the video", client -> client.openFrom("alice").size() == 1, SETTLE_MS);
      bob.close();
      await(log, "INFO peer left room=story router=" + valueOf("router", lineOf(log, "INFO peer left", "story", 0)) + " peer=bob");
      alice.close();
      await(log, "INFO room closed room=story");

      List<String> lines = linesOf(log, "story");
      for (String line : lines) {
        Matcher parts = LINE.matcher(line);
        assertTrue(parts.matches(), line);
        boolean ofARouter = parts.group("transport") != null || OF_A_ROUTER_AND_ITS_ROOM.contains(parts.group("what"));
        assertTrue(!ofARouter || parts.group("router") != null, line);
        assertTrue(parts.group("transport") == null || parts.group("peer") != null, line);
      }
      Map<String, Long> counts = lines.stream().collect(Collectors.groupingBy(RoomLogTest::what, Collectors.counting()));
      for (Map.Entry<String, Integer> expected : Map.ofEntries(
          Map.entry("INFO room opened", 1), Map.entry("INFO router added", 1),
          Map.entry("INFO peer connected", 2), Map.entry("INFO peer joined", 2),
          Map.entry("INFO transport created", 4), Map.entry("INFO transport closed", 4),
          Map.entry("INFO dtls new→connecting", 4), Map.entry("INFO dtls connecting→connected", 4),
          Map.entry("INFO producer added", 2), Map.entry("INFO producer paused", 1), Map.entry("INFO producer resumed", 1),
          Map.entry("INFO producer closed", 2), Map.entry("DEBUG consumer added", 2), Map.entry("DEBUG consumer closed", 2),
          Map.entry("INFO peer left", 2), Map.entry("INFO room closed", 1)).entrySet()) {
        assertEquals(expected.getValue().longValue(), counts.getOrDefault(expected.getKey(), 0L), expected.getKey() + " in " + lines);
      }
      assertTrue(counts.getOrDefault("INFO ice new→connected", 0L) + counts.getOrDefault("INFO ice new→completed", 0L) == 4,
          lines.toString());
      assertTrue(lines.stream().filter(line -> line.startsWith("INFO ice new")).allMatch(
          line -> line.matches(".* tuple=(udp|tcp)/127\\.0\\.0\\.1:\\d+ after=\\d+ms")), lines.toString());
      assertTrue(lines.stream().anyMatch(line -> line.startsWith("DEBUG consumer paused") && line.endsWith(" by=producer")));
      assertTrue(lines.stream().anyMatch(line -> line.startsWith("DEBUG consumer paused") && line.endsWith(" by=client")));
      assertEquals(2, lines.stream().filter(line -> what(line).equals("INFO peer joined"))
          .map(line -> valueOf("router", line)).distinct().count(), "each on a router of its own, and the line says which");
    }
  }

  @Test
  void whatClientsSayCannotForgeALine() throws Exception {
    String forged = "x\"\r\nINFO peer left room=forged peer=victim\u2028\033[2J";
    try (CapturedLog log = CapturedLog.ofPackage("io.plenum.server")) {
      PlainClient mallory = PlainClient.connect(node.loop(), node.url(), "forging", "mallory");
      String transportId = mallory.createTransport("producer");
      mallory.request("join", Map.of("displayName", forged, "device", Map.of("name", forged)));
      mallory.request("produce", mallory.produceRequest(transportId, false, Map.of("source", forged + "y".repeat(2_000))));
      mallory.close();
      await(log, "INFO room closed room=forging");
      assertEquals(List.of(), log.lines().stream().map(LINE::matcher).filter(Matcher::matches)
          .filter(line -> line.group("room").equals("forged") || "victim".equals(line.group("peer"))).map(Matcher::group).toList());
      String added = lineOf(log, "INFO producer added", "forging", 0);
      assertTrue(added.contains(" source=\"x\\\"\\r\\nINFO peer left room=forged peer=victim\\u2028\\u001b[2Jyyy"), added);
      assertTrue(added.length() < 800, added);
      String joined = lineOf(log, "INFO peer joined", "forging", 0);
      assertTrue(joined.endsWith(" name=\"x\\\"\\r\\nINFO peer left room=forged peer=victim\\u2028\\u001b[2J\""), joined);
      log.lines().forEach(line -> assertTrue(line.chars().noneMatch(Character::isISOControl), line));
    }
  }

  private static String lineOf(CapturedLog log, String what, String room, int index) throws InterruptedException {
    await(log, what + " room=" + room);
    return linesOf(log, room).stream().filter(line -> what(line).equals(what)).toList().get(index);
  }

  private static String what(String line) {
    return line.substring(0, line.indexOf(" room="));
  }

  private static String valueOf(String key, String line) {
    Matcher value = Pattern.compile(" " + key + "=(\\S+)").matcher(line);
    assertTrue(value.find(), line);
    return value.group(1);
  }
}
