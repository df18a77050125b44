package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsumerParametersTest {
  private final RtpCapabilities router = RouterCapabilities.generate(MediaCodecs.withTelephony());
  private final SsrcSource ssrcs = new SsrcSource(new Random(11));

  static Stream<Arguments> captures() {
    return Captures.CODECS.stream().flatMap(
        codec -> Stream.of(MediaKind.values()).map(kind -> Arguments.arguments(codec, kind)));
  }

  /** What mediasoup-client asks of a consumer's parameters, for each producer and receiver that was captured. */
  @ParameterizedTest
  @MethodSource("captures")
  void aBrowserCanConsumeWhatABrowserPublishes(String codec, MediaKind kind) {
    RtpParameters consumable = consumable(codec, kind);
    RtpCapabilities receiver = Captures.receiver(codec);
    assertTrue(ConsumerParameters.canConsume(consumable, receiver));
    RtpParameters consumer = ConsumerParameters.forEndpoint(consumable, receiver, "7", true, ssrcs);

    JsonNode json = Captures.json(consumer);
    assertEquals("7", json.get("mid").asText());
    assertTrue(json.at("/rtcp/cname").isTextual());
    assertEquals(kind == MediaKind.VIDEO ? 2 : 1, json.get("codecs").size());
    for (JsonNode each : json.get("codecs")) {
      assertTrue(each.get("payloadType").isInt());
      assertTrue(each.get("parameters").isObject() && each.get("rtcpFeedback").isArray());
      assertFalse(each.has("isRtx") || each.has("rtx"));
    }
    assertEquals(1, json.get("encodings").size());
    long ssrc = json.at("/encodings/0/ssrc").asLong();
    assertTrue(ssrc > 0);
    if (kind == MediaKind.VIDEO) {
      assertEquals(ssrc + 1, json.at("/encodings/0/rtx/ssrc").asLong());
      assertEquals(json.at("/codecs/0/payloadType"), json.at("/codecs/1/parameters/apt"));
      assertFalse(json.at("/encodings/0/scalabilityMode").asText().isEmpty());
    } else {
      assertFalse(json.get("encodings").get(0).has("rtx"));
    }
    assertEquals(consumer, RtpParameters.fromJson(Captures.tree(json)), "we would take it ourselves");
  }

  @Test
  void codecsCarryTheRoutersPayloadTypesAndThePublishersParameters() {
    RtpParameters consumer = forBrowser("h264");
    assertEquals(List.of(109, 110), consumer.codecs().stream().map(RtpCodecParameters::payloadType).toList());
    assertEquals(Captures.producer("h264", MediaKind.VIDEO).mediaCodec().parameters(),
        consumer.mediaCodec().parameters());
  }

  @ParameterizedTest
  @CsvSource({"vp8,L3T3,simulcast", "vp9,L3T3_KEY,svc", "av1,L1T3,svc"})
  void theScalabilityModeNamesAllLayersThatCanBeChosenFrom(String codec, String mode, String type) {
    assertEquals(mode, forBrowser(codec).encodings().get(0).scalabilityMode());
    assertEquals(type,
        ConsumerType.of(ProducerType.of(MediaKind.VIDEO, Captures.producer(codec, MediaKind.VIDEO))).label());
  }

  /** The upper ones can be decoded only with the dependency descriptor, which endpoints do not get. */
  @ParameterizedTest
  @CsvSource({"L1T3,L1T3", "L2T1,L1T1", "L2T2,L1T2", "L3T3_KEY,L1T3", "S2T1,L1T1", "S3T3h,L1T3"})
  void ofAv1EndpointsMayChooseTemporalLayersOnly(String mode, String offered) {
    RtpParameters consumable = consumable(MediaKind.VIDEO, Captures.with(Captures.produced("av1", MediaKind.VIDEO),
        "/encodings", "[{'ssrc':5,'scalabilityMode':'" + mode + "'}]"));
    assertEquals(offered,
        ConsumerParameters.forEndpoint(consumable, browser(), "0", true, ssrcs).encodings().get(0).scalabilityMode());
    assertEquals(mode, ConsumerParameters.forPipe(consumable, true, ssrcs).encodings().get(0).scalabilityMode());
  }

  @Test
  void simulcastThatNamesNoModeHasOneTemporalLayer() {
    RtpParameters consumable = consumable(MediaKind.VIDEO, Captures.with(Captures.produced("vp8", MediaKind.VIDEO),
        "/encodings", "[{'ssrc':5,'maxBitrate':9},{'ssrc':6}]"));
    RtpEncodingParameters encoding =
        ConsumerParameters.forEndpoint(consumable, browser(), "0", true, ssrcs).encodings().get(0);
    assertEquals("L2T1", encoding.scalabilityMode());
    assertEquals(9L, encoding.maxBitrate());
  }

  @Test
  void aBrowserOfOurRouterGetsAllItsExtensionsButTheDependencyDescriptor() {
    assertEquals(List.of(1, 4, 5, 8, 9, 11), extensionIds(forBrowser("av1")));
    assertEquals(List.of(1, 4, 6, 11), extensionIds(ConsumerParameters.forEndpoint(consumable("av1", MediaKind.AUDIO),
        browser(), "0", false, ssrcs)));
  }

  @Test
  void anExtensionUnderAnotherIdIsLeftOut() {
    // The captured receiver knew video-orientation and toffset as 11 and 12.
    RtpParameters consumer = ConsumerParameters.forEndpoint(consumable("vp8", MediaKind.VIDEO),
        Captures.receiver("vp8"), "0", true, ssrcs);
    assertEquals(List.of(1, 4, 5), extensionIds(consumer));
  }

  @Test
  void thereIsOneWayToEstimateBandwidth() {
    RtpParameters consumable = consumable("vp8", MediaKind.VIDEO);
    RtpCapabilities all = browser();
    assertEquals(List.of("nack ", "nack pli", "ccm fir", "transport-cc "), feedback(consumable, all, true));

    RtpCapabilities noTransportCc = without(all, KnownHeaderExtension.TRANSPORT_WIDE_CC);
    assertEquals(List.of("nack ", "nack pli", "ccm fir", "goog-remb "), feedback(consumable, noTransportCc, true));

    RtpCapabilities neither = without(noTransportCc, KnownHeaderExtension.ABS_SEND_TIME);
    assertEquals(List.of("nack ", "nack pli", "ccm fir"), feedback(consumable, neither, true));
  }

  @Test
  void feedbackThatTheEndpointDoesNotHaveIsLeftOut() {
    JsonNode json = Captures.json(browser());
    ((ObjectNode) json.at("/codecs/4")).set("rtcpFeedback",
        Captures.parse("[{'type':'ccm','parameter':'fir'},{'type':'x'}]"));
    assertEquals(List.of("ccm fir"),
        feedback(consumable("vp8", MediaKind.VIDEO), RtpCapabilities.fromJson(Captures.tree(json)), true));
  }

  @Test
  void withoutRtxThereIsNeitherRtxNorNack() {
    RtpParameters consumable = consumable("vp8", MediaKind.VIDEO);
    RtpParameters consumer = ConsumerParameters.forEndpoint(consumable, browser(), "0", false, ssrcs);
    assertEquals(1, consumer.codecs().size());
    assertNull(consumer.encodings().get(0).rtx());
    assertEquals(List.of("nack pli", "ccm fir", "transport-cc "), feedback(consumable, browser(), false));
  }

  @Test
  void audioHasNoRtxAndIsRepairedByTheSamePacket() {
    RtpParameters audio = consumable("vp8", MediaKind.AUDIO);
    assertTrue(audio.mediaCodec().rtcpFeedback().contains(RtcpFeedback.NACK));
    assertEquals(List.of("nack "), feedback(audio, browser(), true));
    assertNull(ConsumerParameters.forEndpoint(audio, browser(), "0", true, ssrcs).encodings().get(0).rtx());
    assertEquals(List.of(), feedback(audio, browser(), false));
  }

  @Test
  void anEndpointWhoseRtxRepairsAnotherCodecGetsNone() {
    RtpCapabilities receiver = RtpCapabilities.fromJson(Captures.tree(Captures.parse("{'codecs':["
        + "{'mimeType':'video/VP8','clockRate':90000,'preferredPayloadType':96,"
        + "'rtcpFeedback':[{'type':'nack'},{'type':'nack','parameter':'pli'}]},"
        + "{'mimeType':'video/rtx','clockRate':90000,'preferredPayloadType':97,'parameters':{'apt':98}}]}")));
    RtpParameters consumer =
        ConsumerParameters.forEndpoint(consumable("vp8", MediaKind.VIDEO), receiver, "0", true, ssrcs);
    assertEquals(1, consumer.codecs().size());
    assertNull(consumer.encodings().get(0).rtx());
    assertEquals(List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI), consumer.mediaCodec().rtcpFeedback());
  }

  @Test
  void ssrcsOfConsumersAreFree() {
    RtpParameters consumable = consumable("vp8", MediaKind.VIDEO);
    Set<Long> taken = new HashSet<>();
    SsrcSource free = new SsrcSource(new Random(1), taken::contains);
    for (int i = 0; i < 200; i++) {
      RtpEncodingParameters encoding =
          ConsumerParameters.forEndpoint(consumable, browser(), "0", true, free).encodings().get(0);
      assertTrue(taken.add(encoding.ssrc()) && taken.add(encoding.rtx().ssrc()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "{}",
      "{'codecs':[]}",
      "{'codecs':[{'mimeType':'audio/opus','clockRate':48000,'channels':2}]}",
      "{'codecs':[{'mimeType':'video/VP8','clockRate':90000}]}",
      "{'codecs':[{'mimeType':'video/H264','clockRate':80000}]}",
      "{'codecs':[{'mimeType':'video/H264','clockRate':90000,'parameters':{'profile-level-id':'42e01f'}}]}",
      "{'codecs':[{'mimeType':'video/H264','clockRate':90000,"
          + "'parameters':{'packetization-mode':1,'profile-level-id':'4d001f'}}]}",
      "{'codecs':[{'mimeType':'video/H264','clockRate':90000,"
          + "'parameters':{'packetization-mode':1,'profile-level-id':'nonsense'}}]}",
      "{'codecs':[{'mimeType':'video/rtx','clockRate':90000,'parameters':{'apt':109}}]}"})
  void whoCannotDecodeCannotConsume(String capabilities) {
    RtpParameters consumable = consumable("h264", MediaKind.VIDEO);
    RtpCapabilities receiver = RtpCapabilities.fromJson(Captures.tree(Captures.parse(capabilities)));
    assertFalse(ConsumerParameters.canConsume(consumable, receiver));
    IllegalParameters refusal = assertThrows(IllegalParameters.class,
        () -> ConsumerParameters.forEndpoint(consumable, receiver, "0", true, ssrcs));
    assertEquals(IllegalParameters.CANNOT_CONSUME, refusal.code());
    assertEquals("rtpCapabilities.codecs have none of the producer's: video/H264", refusal.getMessage());
  }

  @Test
  void vp9OfAnotherProfileCannotBeConsumed() {
    RtpCapabilities receiver = RtpCapabilities.fromJson(Captures.tree(
        Captures.parse("{'codecs':[{'mimeType':'video/VP9','clockRate':90000,'parameters':{'profile-id':2}}]}")));
    assertFalse(ConsumerParameters.canConsume(consumable("vp9", MediaKind.VIDEO), receiver));
  }

  @Test
  void anEndpointMayHaveAllEncodingsAtOnce() {
    RtpParameters consumer = ConsumerParameters.forEndpointWithAllEncodings(consumable("vp8", MediaKind.VIDEO),
        browser(), true, ssrcs);
    assertNull(consumer.mid());
    assertEquals(6, distinctSsrcs(consumer));
    assertEquals(List.of(1, 4, 5, 8, 9, 11), extensionIds(consumer));
  }

  @Test
  void aPipeCarriesEveryEncodingAndTheDependencyDescriptor() {
    RtpParameters consumable = consumable("vp8", MediaKind.VIDEO);
    RtpParameters pipe = ConsumerParameters.forPipe(consumable, true, ssrcs);
    assertNull(pipe.mid());
    assertEquals(6, distinctSsrcs(pipe));
    assertEquals(List.of(7, 8, 9, 11), extensionIds(pipe));
    assertEquals(consumable.rtcp(), pipe.rtcp());
    assertEquals(consumable.msid(), pipe.msid());
    assertEquals(List.of(101, 102), pipe.codecs().stream().map(RtpCodecParameters::payloadType).toList());
    assertEquals(List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI, RtcpFeedback.CCM_FIR),
        pipe.mediaCodec().rtcpFeedback());
    for (int i = 0; i < 3; i++) {
      assertEquals("L1T3", pipe.encodings().get(i).scalabilityMode());
      assertEquals(consumable.encodings().get(i).maxBitrate(), pipe.encodings().get(i).maxBitrate());
      assertNull(pipe.encodings().get(i).rid());
    }
  }

  @Test
  void aPipeWithoutRtxHasNoRepair() {
    RtpParameters pipe = ConsumerParameters.forPipe(consumable("vp8", MediaKind.VIDEO), false, ssrcs);
    assertEquals(1, pipe.codecs().size());
    assertEquals(3, distinctSsrcs(pipe));
    assertEquals(List.of(RtcpFeedback.NACK_PLI, RtcpFeedback.CCM_FIR), pipe.mediaCodec().rtcpFeedback());
  }

  @Test
  void anAudioPipeHasTheLevelsAndNoDependencyDescriptor() {
    RtpParameters pipe = ConsumerParameters.forPipe(consumable("vp8", MediaKind.AUDIO), true, ssrcs);
    assertEquals(List.of(6, 11), extensionIds(pipe));
    assertEquals(List.of(RtcpFeedback.NACK), pipe.mediaCodec().rtcpFeedback());
    assertEquals(1, distinctSsrcs(pipe));
  }

  /** The other end produces what the pipe consumed, and a browser there cannot tell the difference. */
  @ParameterizedTest
  @MethodSource("captures")
  void whatCrossesAPipeIsConsumedAsIfItWereAtHome(String codec, MediaKind kind) {
    RtpParameters home = consumable(codec, kind);
    JsonNode pipe = Captures.json(ConsumerParameters.forPipe(home, true, ssrcs));
    RtpParameters away = consumable(kind, pipe);
    assertEquals(ConsumerParameters.forEndpoint(home, browser(), "0", true, new SsrcSource(new Random(3))),
        ConsumerParameters.forEndpoint(away, browser(), "0", true, new SsrcSource(new Random(3))));
    assertEquals(ProducerType.of(kind, Captures.producer(codec, kind)),
        ProducerType.of(kind, RtpParameters.fromJson(Captures.tree(pipe))));
  }

  private RtpParameters forBrowser(String codec) {
    return ConsumerParameters.forEndpoint(consumable(codec, MediaKind.VIDEO), browser(), "0", true, ssrcs);
  }

  private RtpParameters consumable(String codec, MediaKind kind) {
    return consumable(kind, Captures.produced(codec, kind));
  }

  private RtpParameters consumable(MediaKind kind, JsonNode json) {
    RtpParameters producer = RtpParameters.fromJson(Captures.tree(json));
    return ProducerParameters.consumable(kind, producer, router,
        ProducerParameters.mapping(kind, producer, router, ssrcs));
  }

  /** A receiver that has all that the router has: as mediasoup-client has it, it receives what the router sends. */
  private RtpCapabilities browser() {
    JsonNode json = Captures.json(router);
    ArrayNode extensions = (ArrayNode) json.get("headerExtensions");
    for (int i = extensions.size() - 1; i >= 0; i--) {
      if (extensions.get(i).get("direction").asText().equals("recvonly")) {
        extensions.remove(i);
      }
    }
    return RtpCapabilities.fromJson(Captures.tree(json));
  }

  private static RtpCapabilities without(RtpCapabilities capabilities, KnownHeaderExtension extension) {
    return new RtpCapabilities(capabilities.codecs(), capabilities.headerExtensions().stream()
        .filter(each -> !each.uri().equals(extension.uri())).toList());
  }

  private List<String> feedback(RtpParameters consumable, RtpCapabilities capabilities, boolean enableRtx) {
    return ConsumerParameters.forEndpoint(consumable, capabilities, "0", enableRtx, ssrcs).mediaCodec().rtcpFeedback()
        .stream().map(each -> each.type() + " " + each.parameter()).toList();
  }

  private static List<Integer> extensionIds(RtpParameters parameters) {
    assertTrue(parameters.headerExtensions().stream().allMatch(each -> each.parameters().equals(Map.of())));
    return parameters.headerExtensions().stream().map(RtpHeaderExtensionParameters::id).toList();
  }

  private static long distinctSsrcs(RtpParameters parameters) {
    return parameters.encodings().stream()
        .flatMap(each -> each.rtx() == null ? Stream.of(each.ssrc()) : Stream.of(each.ssrc(), each.rtx().ssrc()))
        .distinct().count();
  }
}
