package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One person in a call: a page of a real browser, asked through {@code window.plenum} and
 * {@code src/test/browser/witness.js}. Numbers about media are the browser's own, counted after decoding.
 */
final class Participant {
  /** What normally takes a second may take this long on a machine with something else to do. */
  static final Duration PATIENCE = Duration.ofSeconds(60);
  /** W3C webrtc-stats totalAudioEnergy: takes the fake microphone some beeps; silence or crackle never reaches it. */
  private static final double AUDIBLE_ENERGY = 1e-4;
  private static final String CAMERA = "video";
  private static final String SCREEN = "screensharing";

  private final Page page;
  private final String name;

  Participant(Page page, String name) {
    this.page = page;
    this.name = name;
  }

  String name() {
    return name;
  }

  Page page() {
    return page;
  }

  String peerId() {
    return state().path("peerId").asText();
  }

  JsonNode state() {
    return page.evaluate("plenum.state()");
  }

  /** Of the page's tiles, those of others. */
  List<JsonNode> remoteTiles() {
    List<JsonNode> tiles = new ArrayList<>();
    for (JsonNode tile : page.evaluate("plenum.tiles()")) {
      if (!tile.path("local").asBoolean()) {
        tiles.add(tile);
      }
    }
    return tiles;
  }

  /** What is shown of somebody's camera and heard of their microphone; JSON null if there is no such tile. */
  JsonNode tileOf(Participant other) {
    return page.evaluate(tile(other.peerId(), CAMERA));
  }

  /** Runs one of the page's own actions, such as {@code muteMic()}. */
  JsonNode act(String action) {
    return page.evaluate("plenum." + action);
  }

  /** @param changes to the camera's one encoding, such as {@code {maxBitrate: 80000}} */
  void changeEncoding(String changes) {
    page.evaluate("witness.changeEncoding(" + changes + ")");
  }

  /** A real click on the button that says this to a screen reader. */
  void press(String label) {
    page.click("button[aria-label='" + label + "']");
  }

  void awaitJoined() {
    awaitState("joined");
  }

  JsonNode awaitState(String state) {
    return await("window.plenum?.state() ?? null", s -> s.path("name").asText().equals(state));
  }

  /** Waits until an element is there whose text begins so. */
  void awaitText(String selector, String beginning) {
    await("document.querySelector('" + selector + "')?.textContent ?? ''", text -> text.asText().startsWith(beginning));
  }

  JsonNode await(String expression, Predicate<JsonNode> condition) {
    return page.await(expression, condition, PATIENCE);
  }

  JsonNode awaitTileOf(Participant other, Predicate<JsonNode> condition) {
    return await(tile(other.peerId(), CAMERA), condition);
  }

  /** The id under which the server sends the other's camera here. */
  String videoConsumerOf(Participant other) {
    return consumerOf(other, CAMERA).path("consumerId").asText();
  }

  private JsonNode consumerOf(Participant other, String source) {
    String peerId = other.peerId();
    for (JsonNode consumer : page.evaluate("plenum.consumers()")) {
      if (consumer.path("peerId").asText().equals(peerId) && consumer.path("source").asText().equals(source)) {
        return consumer;
      }
    }
    throw new AssertionError(name + " receives no " + source + " of " + other.name);
  }

  /** What the server has counted of a consumer here or a producer of this page: the entries of mediasoup's getStats. */
  List<JsonNode> serverStats(String method, String idName, String id) {
    List<JsonNode> entries = new ArrayList<>();
    act("request('" + method + "', {" + idName + ": '" + id + "'})").path("stats").forEach(entries::add);
    return entries;
  }

  /** The server's count of what it sends here of the other's camera. */
  JsonNode serverOutboundOf(Participant other) {
    return serverStats("getConsumerStats", "consumerId", videoConsumerOf(other)).get(0);
  }

  /** The server's count of what it receives of this page's camera. */
  JsonNode serverInbound() {
    for (JsonNode producer : page.evaluate("plenum.producers()")) {
      if (producer.path("source").asText().equals(CAMERA)) {
        return serverStats("getProducerStats", "producerId", producer.path("producerId").asText()).get(0);
      }
    }
    throw new AssertionError(name + " sends no camera");
  }

  /** Waits for so many more decoded frames of the other's camera. @return the tile then */
  JsonNode awaitFramesFrom(Participant other, int frames) {
    return await(tile(other.peerId(), CAMERA), new Growth("framesDecoded", frames));
  }

  JsonNode awaitScreenFramesFrom(Participant other, int frames) {
    return await(tile(other.peerId(), SCREEN), new Growth("framesDecoded", frames));
  }

  /** Waits until more of the other's beeps have been decoded. */
  void awaitSoundFrom(Participant other) {
    await(tile(other.peerId(), CAMERA) + ".then(tile => tile?.audio ?? null)",
        new Growth("totalAudioEnergy", AUDIBLE_ENERGY));
  }

  void awaitSeesAndHears(Participant other) {
    awaitFramesFrom(other, 15);
    awaitSoundFrom(other);
  }

  /** Waits for 1.2 s, more than two beeps of the fake microphone, in which no sound of the other arrived. */
  void awaitSilenceOf(Participant other) {
    String energy = tile(other.peerId(), CAMERA) + ".then(tile => tile?.audio?.totalAudioEnergy ?? 0)";
    await("(async () => { const before = await " + energy + "; await new Promise(done => setTimeout(done, 1200));"
        + " return await " + energy + " - before; })()", grown -> grown.asDouble() == 0);
  }

  /** Waits until exactly these people have a tile here, each one. */
  void awaitTilesOf(Participant... others) {
    List<String> wanted = new ArrayList<>();
    for (Participant other : others) {
      wanted.add(other.peerId());
    }
    wanted.sort(null);
    await("plenum.tiles().then(tiles => tiles.filter(tile => !tile.local).map(tile => tile.peerId).sort())", shown -> {
      List<String> ids = new ArrayList<>();
      shown.forEach(id -> ids.add(id.asText()));
      return ids.equals(wanted);
    });
  }

  /** What this page shows of somebody's camera now; null while it shows nothing. */
  Thumbnail pictureOf(Participant other) {
    return thumbnail(other.peerId(), CAMERA);
  }

  Thumbnail screenOf(Participant other) {
    return thumbnail(other.peerId(), SCREEN);
  }

  private Thumbnail thumbnail(String peerId, String source) {
    return Thumbnail.parse(page.evaluate("witness.thumbnail('" + peerId + "', '" + source + "')"));
  }

  /** The other's tile in numbers, again and again, oldest first. */
  TileHistory watch(Participant other, Duration duration, Duration interval) {
    return TileHistory.parse(page.evaluate("witness.tilesOver('" + other.peerId() + "', '" + CAMERA + "', "
        + duration.toMillis() + ", " + interval.toMillis() + ")"));
  }

  /**
   * Entries of the browser's own statistics.
   *
   * @param direction {@code send} or {@code recv}
   * @param type as in W3C webrtc-stats, such as {@code inbound-rtp}
   */
  List<JsonNode> stats(String direction, String type) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode entry : page.evaluate("plenum.transports()").path(direction).path("stats")) {
      if (entry.path("type").asText().equals(type)) {
        found.add(entry);
      }
    }
    return found;
  }

  /** The browser's count of the one video that it receives. */
  JsonNode inboundVideo() {
    List<JsonNode> videos = stats("recv", "inbound-rtp").stream()
        .filter(stream -> stream.path("kind").asText().equals("video"))
        .toList();
    assertTrue(videos.size() == 1, () -> name + " receives " + videos);
    return videos.get(0);
  }

  /** Ours and the server's, of all its connections. */
  Set<String> usernameFragments() {
    Set<String> fragments = new HashSet<>();
    page.evaluate("witness.usernameFragments()").forEach(fragment -> fragments.add(fragment.asText()));
    return fragments;
  }

  /** The pair of candidates that media takes. */
  IcePath icePath(String direction) {
    JsonNode all = page.evaluate("plenum.transports()").path(direction).path("stats");
    for (JsonNode entry : all) {
      String type = entry.path("type").asText();
      if (type.equals("transport") && entry.has("selectedCandidatePairId")) {
        return icePath(all, byId(all, entry.path("selectedCandidatePairId").asText()));
      }
      // Firefox says it where it has always been said.
      if (type.equals("candidate-pair") && entry.path("selected").asBoolean()) {
        return icePath(all, entry);
      }
    }
    throw new AssertionError(name + " has no " + direction + " candidate pair in " + all);
  }

  private static IcePath icePath(JsonNode all, JsonNode pair) {
    return new IcePath(
        byId(all, pair.path("localCandidateId").asText()), byId(all, pair.path("remoteCandidateId").asText()));
  }

  private static JsonNode byId(JsonNode all, String id) {
    for (JsonNode entry : all) {
      if (entry.path("id").asText().equals(id)) {
        return entry;
      }
    }
    throw new AssertionError("no " + id + " in " + all);
  }

  private static String tile(String peerId, String source) {
    return "witness.tile('" + peerId + "', '" + source + "')";
  }

  /** A pair of candidates, as W3C webrtc-stats describes them. */
  record IcePath(JsonNode local, JsonNode remote) {
    String protocol() {
      return local.path("protocol").asText();
    }

    /** What an ICE restart changes: the username fragment, or, where the browser does not say it, the port that was gathered. */
    String generation() {
      return local.path("usernameFragment").asText(local.path("port").asText());
    }
  }

  /** Holds once a counter has grown by so much since the first look, over any number of times that it started over. */
  private static final class Growth implements Predicate<JsonNode> {
    private final String counter;
    private final double wanted;
    private double last = Double.NaN;
    private double grown;

    Growth(String counter, double wanted) {
      this.counter = counter;
      this.wanted = wanted;
    }

    @Override
    public boolean test(JsonNode entry) {
      if (!entry.path(counter).isNumber()) {
        return false;
      }
      double now = entry.path(counter).asDouble();
      if (now > last) {
        grown += now - last;
      }
      last = now;
      return grown >= wanted;
    }
  }
}
