package io.plenum.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plenum.browser.NodeUnderTest;
import io.plenum.client.ClientLoop;
import io.plenum.client.OutgoingStream;
import io.plenum.client.SyntheticClient;
import io.plenum.protocol.ice.IceCredentials;
import io.plenum.protocol.srtp.SrtpReceiver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attacks on the media port of the packaged node while four people talk, on real sockets. What must not happen is
 * asserted; what depends on the machine is printed as {@code figure name=value}. Each attack is a few thousand datagrams;
 * with {@code -Dplenum.longTests=true} it is as long as {@code docs/SECURITY.md} says.
 */
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class HostileMediaIT {
  private static final boolean LONG = Boolean.getBoolean("plenum.longTests");
  private static final int PEERS = 4;
  private static final int STREAMS = 2;
  /** Only a failing test waits so long. */
  private static final long SETTLE_MS = 60_000;
  private static final long MEASURE_MS = LONG ? 10_000 : 2_000;
  /** Of one peer: the default, or what a busy machine can send more than. */
  private static final int MEDIA_PACKETS_PER_SECOND = LONG ? 8_000 : 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static NodeUnderTest node;
  private static ClientLoop loop;
  private static NodeVitals vitals;
  private static final List<SyntheticClient> call = new ArrayList<>();
  private static String room;
  private static int rooms;

  private final HostileDatagrams hostile = new HostileDatagrams(42);
  private final List<SyntheticClient> guests = new ArrayList<>();
  private InetSocketAddress target;

  @BeforeAll
  static void start() {
    node = NodeUnderTest.start("--limits.mediaPacketsPerSecond=" + MEDIA_PACKETS_PER_SECOND);
    loop = new ClientLoop();
    vitals = new NodeVitals(node);
  }

  @AfterAll
  static void stop() {
    if (loop != null) {
      loop.close();
    }
    if (node != null) {
      node.close();
    }
  }

  /** One call for all attacks, so that what an attack leaves behind would show. */
  @BeforeEach
  void aCall() {
    // On a machine that stands still for long, keep-alives end calls.
    if (call.isEmpty() || call.stream().anyMatch(client -> client.closedReason() != null)) {
      call.forEach(SyntheticClient::close);
      call.clear();
      room = "hostile" + rooms++;
      for (int i = 0; i < PEERS; i++) {
        call.add(SyntheticClient.join(loop, node.url(), room, "peer" + i));
      }
      for (SyntheticClient client : call) {
        client.publishAudio();
        client.publishVideo();
      }
    }
    assertCallGoesOn();
    target = call.get(0).mediaAddress();
  }

  @AfterEach
  void theNodeIsWell() {
    guests.forEach(SyntheticClient::close);
    assertCallGoesOn();
    vitals.assertWell();
  }

  /** Somebody more in the same room, until the end of the test. */
  private SyntheticClient join(String name) {
    SyntheticClient client = SyntheticClient.join(loop, node.url(), room, name);
    guests.add(client);
    return client;
  }

  private static void assertCallGoesOn() {
    for (SyntheticClient viewer : call) {
      assertNull(viewer.closedReason());
      call.stream().filter(other -> other != viewer)
          .forEach(other -> viewer.awaitMediaFrom(other, STREAMS, 5, SETTLE_MS));
    }
  }

  private static void figure(String name, Object value) {
    System.out.println("figure " + name + "=" + value);
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private long received() {
    return call.stream().mapToLong(viewer -> call.stream().mapToLong(viewer::packetsFrom).sum()).sum();
  }

  /** Packets that all viewers together receive in a second. */
  private double quietPerSecond() {
    long before = received();
    long startNs = System.nanoTime();
    sleep(MEASURE_MS);
    return (received() - before) * 1e9 / (System.nanoTime() - startNs);
  }

  /** Waits for the floods to end. Tells what arrived meanwhile, of what arrived without them. */
  private void awaitAndMeasure(String name, double quietPerSecond, Flood... floods) {
    long before = received();
    long startNs = System.nanoTime();
    while (Arrays.stream(floods).anyMatch(Flood::running)) {
      sleep(50);
    }
    double perSecond = (received() - before) * 1e9 / (System.nanoTime() - startNs);
    figure(name + ".media%", Math.round(1_000 * perSecond / quietPerSecond) / 10.0);
    for (Flood flood : floods) {
      figure(name + ".flood", flood.await().rate());
    }
  }

  /**
   * What the node says it has received, and dropped before it was known to be somebody's, and what the call has sent
   * before the node was asked and after.
   */
  private record Account(long sentFirst, double received, double dropped, long sentLast) {
    static Account now() {
      long sentFirst = sent();
      NodeVitals.Meters meters = vitals.meters();
      double dropped = List.of("net_dropped", "gate_dropped", "ice_dropped", "srtp_dropped", "dtls_dropped",
          "dtls_malformed").stream().mapToDouble(meters::count).sum();
      return new Account(sentFirst, meters.count("net_datagrams_received"), dropped, sent());
    }

    private static long sent() {
      return call.stream().mapToLong(SyntheticClient::sentDatagrams).sum();
    }
  }

  @Test
  void mutatedDatagramsAreCountedByReasonAndDisturbNoCall() {
    int perSecond = LONG ? 20_000 : 4_000;
    long total = LONG ? 2_000_000 : 12_000;
    double quiet = quietPerSecond();
    if (LONG) {
      // What a node needs anyway once it has seen such traffic: compiled code, buffers.
      try (Flood first = Flood.ofStrangers(16, target, perSecond, 100_000, (i, into) -> hostile.mutated(into))) {
        first.await();
      }
    }
    final long rssBefore = vitals.rssKib();
    final long blockedBefore = vitals.blockedWarnings();
    Account before = Account.now();
    HostileDatagrams inside = new HostileDatagrams(43);
    try (Flood strangers = Flood.ofStrangers(16, target, perSecond * 3 / 4, total * 3 / 4,
            (i, into) -> hostile.mutated(into));
        Flood insider = Flood.inTheNameOf(call.get(0), perSecond / 4, total / 4,
            (i, into) -> inside.mutated(into))) {
      awaitAndMeasure("R2", quiet, strangers, insider);
      Account after = Account.now();
      double arrived = after.received - before.received - (after.sentFirst - before.sentLast);
      double dropped = after.dropped - before.dropped;
      // The clients go on sending while the meters are read, which takes its time on a busy machine.
      double uncountedAtMost = arrived - dropped;
      double uncountedAtLeast = after.received - before.received - (after.sentLast - before.sentFirst) - dropped;
      figure("R2.arrived", arrived);
      figure("R2.notCountedAsDropped", uncountedAtLeast + " to " + uncountedAtMost);
      figure("R2.rssGrowthKiB", vitals.rssKib() - rssBefore);
      figure("R2.blockedWarnings", vitals.blockedWarnings() - blockedBefore);
      double sent = strangers.sent() + insider.sent();
      assertTrue(arrived > sent / 2, "only " + arrived + " of " + sent + " arrived");
      // A datagram of several DTLS records counts for each.
      double slack = sent / 50;
      assertTrue(uncountedAtLeast <= slack && uncountedAtMost >= -slack, "not counted as dropped: " + uncountedAtLeast);
      assertTrue(strangers.answerBytes() <= strangers.sentBytes(), "more went back than came");
    }
  }

  @Test
  void forgedClientHellosAreNotAnsweredAndStopNobodyFromJoining() {
    int joins = LONG ? 200 : 4;
    final double failedBefore = vitals.meters().count("dtls_handshakes_failed");
    int otherPort = target.getPort() == node.httpPort() + 1 ? target.getPort() + 1 : target.getPort() - 1;
    HostileDatagrams second = new HostileDatagrams(44);
    List<Long> millis = new ArrayList<>();
    try (Flood one = Flood.ofStrangers(32, target, LONG ? 5_000 : 1_000, Long.MAX_VALUE, hostile::clientHello);
        Flood other = Flood.ofStrangers(32, new InetSocketAddress(target.getAddress(), otherPort),
            LONG ? 5_000 : 1_000, Long.MAX_VALUE, second::clientHello)) {
      for (int i = 0; i < joins; i++) {
        long startNs = System.nanoTime();
        // It fails the test when it does not get through.
        try (SyntheticClient guest = SyntheticClient.join(loop, node.url(), room + "-" + i % 8, "guest" + i)) {
          millis.add((System.nanoTime() - startNs) / 1_000_000);
        }
      }
      one.stop();
      other.stop();
      one.await();
      other.await();
      figure("R3.flood", one.rate() + " + " + other.rate());
      figure("R3.joins", joins + " of " + joins + ", ms " + percentiles(millis));
      assertEquals(0, one.answers() + other.answers(), "datagrams to the attacker");
      assertEquals(failedBefore, vitals.meters().count("dtls_handshakes_failed"));
    }
  }

  private static String percentiles(List<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    return "p50=" + sorted.get(sorted.size() / 2) + " p99=" + sorted.get((sorted.size() * 99 - 1) / 100)
        + " max=" + sorted.get(sorted.size() - 1);
  }

  @Test
  void plainAlertsAndSecondClientHellosChangeNothingInMidSessionNotEvenFromThePeersOwnAddress() {
    final double failedBefore = vitals.meters().count("dtls_handshakes_failed");
    final double startedBefore = vitals.meters().count("dtls_handshakes_started");
    int count = LONG ? 10_000 : 1_000;
    HostileDatagrams second = new HostileDatagrams(45);
    try (Flood own = Flood.inTheNameOf(call.get(0), 1_000, count,
            (i, into) -> i % 4 < 2 ? hostile.clientHello(i, into) : hostile.plainAlert(into));
        Flood strangers = Flood.ofStrangers(8, target, 1_000, count, (i, into) -> second.plainAlert(into))) {
      own.await();
      strangers.await();
      assertEquals(0, strangers.answers());
      assertEquals(failedBefore, vitals.meters().count("dtls_handshakes_failed"));
      assertEquals(startedBefore, vitals.meters().count("dtls_handshakes_started"));
      assertTrue(call.get(0).notices().stream().noneMatch(n -> n.method().equals("transportStateChanged")
          && n.data().toString().contains("failed")));
    }
  }

  @Test
  void forgedMediaReachesNobodyAndLeavesTheVictimsFiguresAlone() {
    int perSecond = LONG ? 10_000 : 3_000;
    long total = LONG ? 100_000 : 6_000;
    SyntheticClient alice = join("alice");
    OutgoingStream video = alice.publishVideo();
    OutgoingStream audio = alice.publishAudio();
    call.get(0).awaitMediaFrom(alice, STREAMS, 10, SETTLE_MS);
    silence(alice, video, audio);
    final long before = call.get(0).packetsFrom(alice);
    final String figures = figuresOf(alice, video) + figuresOf(alice, audio);
    final double refusedBefore = vitals.meters().count("srtp_dropped");
    final double unverifiedBefore = vitals.meters().count("net_dropped", "unverified_address");
    HostileDatagrams second = new HostileDatagrams(46);
    double quiet = quietPerSecond();
    try (Flood strangers = Flood.ofStrangers(16, alice.mediaAddress(), perSecond, total,
            (i, into) -> forgedMedia(hostile, i, video, audio, into));
        Flood insider = Flood.inTheNameOf(alice, perSecond, total,
            (i, into) -> forgedMedia(second, i, video, audio, into))) {
      awaitAndMeasure("R7", quiet, strangers, insider);
      assertEquals(before, call.get(0).packetsFrom(alice), "packets were forwarded");
      assertEquals(figures, figuresOf(alice, video) + figuresOf(alice, audio));
      assertEquals(0, strangers.answers(), "datagrams to the attacker");
      double refused = vitals.meters().count("srtp_dropped") - refusedBefore;
      assertTrue(refused > insider.sent() / 2.0 && refused <= insider.sent(), refused + " of " + insider.sent());
      double unverified = vitals.meters().count("net_dropped", "unverified_address") - unverifiedBefore;
      assertTrue(unverified > strangers.sent() / 2.0 && unverified <= strangers.sent(), "" + unverified);
    }
  }

  /** Returns when nothing is on its way any more, neither to the node nor to who watches. */
  private void silence(SyntheticClient client, OutgoingStream video, OutgoingStream audio) {
    client.silent(video, true);
    client.silent(audio, true);
    String seen = "";
    for (String before = null; !seen.equals(before);) {
      before = seen;
      sleep(1_000);
      seen = figuresOf(client, video) + figuresOf(client, audio) + call.get(0).packetsFrom(client);
    }
  }

  private static int forgedMedia(
      HostileDatagrams from, long number, OutgoingStream video, OutgoingStream audio, byte[] into) {
    OutgoingStream stream = number % 4 < 3 ? video : audio;
    return number % 2 == 0 ? from.forgedRtp(stream.ssrc(), stream.payloadType(), into)
        : from.forgedRtcp(stream.ssrc(), into);
  }

  /** Less what the passing of time changes. */
  private static String figuresOf(SyntheticClient client, OutgoingStream stream) {
    JsonNode stats = client.request("getProducerStats", Map.of("producerId", stream.producerId())).path("stats").path(0);
    assertTrue(stats.path("packetCount").asLong() > 0, stats::toString);
    StringBuilder kept = new StringBuilder();
    for (String field : List.of("packetCount", "byteCount", "packetsLost", "fractionLost", "packetsDiscarded",
        "packetsRetransmitted", "packetsRepaired", "nackCount", "pliCount", "firCount", "score")) {
      kept.append(field).append('=').append(stats.path(field)).append(' ');
    }
    return kept.toString();
  }

  @Test
  void replayedPacketsReachNobody() {
    int count = LONG ? 5_000 : 150;
    SyntheticClient alice = join("alice");
    OutgoingStream video = alice.publishVideo();
    OutgoingStream audio = alice.publishAudio();
    call.get(0).awaitMediaFrom(alice, STREAMS, 10, SETTLE_MS);
    alice.record(count);
    alice.await("its own packets", client -> client.recordedNow() == count, 200_000);
    silence(alice, video, audio);
    final long before = call.get(0).packetsFrom(alice);
    final String figures = figuresOf(alice, video) + figuresOf(alice, audio);
    final double refusedBefore = replays();
    List<byte[]> packets = alice.recorded();
    long replayed;
    try (Flood replay = Flood.inTheNameOf(alice, LONG ? 5_000 : 1_000, 10L * count, (i, into) -> {
      byte[] packet = packets.get((int) (i % count));
      System.arraycopy(packet, 0, into, 0, packet.length);
      return packet.length;
    })) {
      replay.await();
      replayed = replay.sent();
    }
    assertEquals(before, call.get(0).packetsFrom(alice), "packets were forwarded");
    assertEquals(figures, figuresOf(alice, video) + figuresOf(alice, audio));
    double refused = replays() - refusedBefore;
    assertTrue(refused > replayed / 2.0 && refused <= replayed, refused + " of " + replayed);
  }

  private static double replays() {
    NodeVitals.Meters meters = vitals.meters();
    return meters.count("srtp_dropped", "replayed") + meters.count("srtp_dropped", "too_old");
  }

  @Test
  void aSprayOfStreamsIsKeptOnlyWhenAuthenticAndOnlyUpToALimit() throws IOException {
    SyntheticClient mallory = join("mallory");
    OutgoingStream video = mallory.publishVideo();
    mallory.publishAudio();
    call.get(0).awaitMediaFrom(mallory, STREAMS, 10, SETTLE_MS);
    int keptBefore = mostRemoteSsrcs();
    long count = LONG ? 1_000_000 : 8_000;
    double quiet = quietPerSecond();
    long rssBefore = vitals.rssKib();
    try (Flood spray = Flood.inTheNameOf(mallory, LONG ? 20_000 : 4_000, count,
        (i, into) -> hostile.forgedRtp(hostile.randomSsrc(), video.payloadType(), into))) {
      awaitAndMeasure("R9", quiet, spray);
    }
    figure("R9.rssGrowthKiB", vitals.rssKib() - rssBefore);
    assertEquals(keptBefore, mostRemoteSsrcs());
    // Until the alarm that the spray has caused is over, unknown streams are mostly not looked at.
    vitals.await(meters -> {
      for (int i = 0; i < 200; i++) {
        mallory.sendAuthentic(hostile.randomSsrc(), video.payloadType(), i);
      }
      return meters.count("srtp_dropped", "too_many_ssrcs") > 0;
    }, "packets of one SSRC too many");
    assertEquals(SrtpReceiver.DEFAULT_MAX_RTP_SSRCS, mostRemoteSsrcs());
  }

  /** Of the transports of the room, the most SSRCs that SRTP keeps state for. */
  private int mostRemoteSsrcs() throws IOException {
    JsonNode dump = JSON.readTree(vitals.get("debug?room=" + room));
    return dump.findValues("remoteSsrcs").stream().mapToInt(JsonNode::asInt).max().orElseThrow();
  }

  @Test
  void whoFloodsWithItsOwnKeysIsHeardInPart() {
    int perSecond = LONG ? 50_000 : 5_000;
    int seconds = LONG ? 30 : 3;
    SyntheticClient mallory = join("mallory");
    OutgoingStream video = mallory.publishVideo();
    call.get(0).awaitMediaFrom(mallory, 1, 10, SETTLE_MS);
    mallory.silent(video, true);
    double quiet = quietPerSecond();
    final double policedBefore = vitals.meters().count("rtp_dropped", "over_rate");
    final long heardBefore = call.get(0).packetsFrom(mallory);
    long before = received();
    long startNs = System.nanoTime();
    long sent = 0;
    double elapsedS = 0;
    // On a machine that allows only a part of the rate it lasts as long and is less.
    while (elapsedS < seconds) {
      int due = (int) Math.min(perSecond / 10, elapsedS * perSecond - sent);
      mallory.sendAuthentic(video.ssrc(), video.payloadType(), (int) sent & 0xffff, Math.max(0, due));
      sent += Math.max(0, due);
      sleep(1);
      elapsedS = (System.nanoTime() - startNs) / 1e9;
    }
    figure("R14.media%", Math.round(1_000 * (received() - before) / elapsedS / quiet) / 10.0);
    figure("R14.flood", sent + " datagrams, " + Math.round(sent / elapsedS) + "/s");
    long allowed = Math.round((elapsedS + 2) * MEDIA_PACKETS_PER_SECOND);
    long heard = call.get(0).packetsFrom(mallory) - heardBefore;
    double policed = vitals.meters().count("rtp_dropped", "over_rate") - policedBefore;
    figure("R14.heard", heard + " and policed " + policed);
    assertTrue(heard <= allowed, heard + " of " + sent + " were forwarded");
    assertTrue(policed > 0 || sent <= allowed, "of " + sent + " none were policed");
  }

  @Test
  void checksWithAWrongPasswordAreNotAmplifiedAndHoldUpNobody() {
    int perSecond = LONG ? 50_000 : 5_000;
    long total = perSecond * (LONG ? 30L : 2L);
    IceCredentials credentials = call.get(0).iceCredentials();
    double quiet = quietPerSecond();
    double wrongBefore = vitals.meters().count("ice_dropped", "wrong_integrity");
    double unknownBefore = vitals.meters().count("net_dropped", "unknown_username_fragment");
    final double routesBefore = vitals.meters().count("net_routes");
    try (Flood flood = Flood.ofStrangers(64, target, perSecond, total, (i, into) -> i % 2 == 0
        ? hostile.check(credentials.usernameFragment(), "not-the-password-of-anybody", into)
        : hostile.check("nobody" + i % 1_000, "not-the-password-of-anybody", into))) {
      List<Long> millis = new ArrayList<>();
      long before = received();
      long startNs = System.nanoTime();
      do {
        long joinNs = System.nanoTime();
        try (SyntheticClient guest = SyntheticClient.join(loop, node.url(), room + "-guests", "guest")) {
          millis.add((System.nanoTime() - joinNs) / 1_000_000);
        }
        sleep(200);
      } while (flood.running());
      double perSecondNow = (received() - before) * 1e9 / (System.nanoTime() - startNs);
      flood.await();
      figure("R11.media%", Math.round(1_000 * perSecondNow / quiet) / 10.0);
      figure("R11.flood", flood.rate());
      figure("R11.joins", millis.size() + ", ms " + percentiles(millis));
      figure("R11.answered", flood.answerBytes() + " bytes of " + flood.sentBytes());
      // Few answers, as errors are rationed; and none is longer than its question.
      assertTrue(flood.answerBytes() <= flood.sentBytes() / 10, "" + flood.answerBytes());
      assertTrue(vitals.meters().count("ice_dropped", "wrong_integrity") - wrongBefore > flood.sent() / 4.0);
      assertTrue(vitals.meters().count("net_dropped", "unknown_username_fragment") - unknownBefore > flood.sent() / 4.0);
      vitals.await(meters -> meters.count("net_routes") <= routesBefore, "the guests' routes to go");
    }
  }

  @Test
  void whoKnowsThePasswordStillHasNoMoreThanEightAddressesForEachTransport() {
    SyntheticClient guest = join("guest");
    IceCredentials credentials = guest.iceCredentials();
    double routesBefore = vitals.meters().count("net_routes");
    try (Flood flood = Flood.ofStrangers(40, guest.mediaAddress(), 400, 400,
        (i, into) -> hostile.check(credentials.usernameFragment(), credentials.password(), into))) {
      flood.await();
      assertTrue(flood.answerBytes() <= flood.sentBytes());
      double added = vitals.meters().count("net_routes") - routesBefore;
      assertTrue(added >= 1 && added <= 7, "addresses added: " + added);
    }
  }
}
