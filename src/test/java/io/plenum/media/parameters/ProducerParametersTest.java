package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProducerParametersTest {
  private final RtpCapabilities router = RouterCapabilities.generate(MediaCodecs.withTelephony());

  @ParameterizedTest
  @CsvSource({"vp8,96,101,97,102", "vp9,98,103,99,104", "av1,45,111,46,112"})
  void thePublishersPayloadTypesBecomeTheRouters(String codec, int media, int mappedMedia, int rtx, int mappedRtx) {
    RtpMapping mapping = mapping(codec, MediaKind.VIDEO);
    assertEquals(List.of(new RtpMapping.Codec(media, mappedMedia), new RtpMapping.Codec(rtx, mappedRtx)),
        mapping.codecs());
    assertEquals(mappedRtx, mapping.mappedPayloadType(rtx));
    assertEquals(-1, mapping.mappedPayloadType(1));
  }

  @Test
  void h264IsMappedToTheCodecOfItsProfile() {
    RtpMapping mapping = mapping("h264", MediaKind.VIDEO);
    assertEquals(109, mapping.codecs().get(0).mappedPayloadType(), "42e01f, the second one");
    assertEquals(110, mapping.codecs().get(1).mappedPayloadType());

    JsonNode main = Captures.with(Captures.produced("h264", MediaKind.VIDEO), "/codecs/0/parameters/profile-level-id",
        "'4d001f'");
    assertEquals(107, mapping(MediaKind.VIDEO, main).codecs().get(0).mappedPayloadType());
  }

  @Test
  void eachSimulcastStreamGetsAnSsrcOfTheRouters() {
    RtpMapping mapping = mapping("vp8", MediaKind.VIDEO);
    assertEquals(List.of("r0", "r1", "r2"), mapping.encodings().stream().map(RtpMapping.Encoding::rid).toList());
    long first = mapping.encodings().get(0).mappedSsrc();
    assertEquals(List.of(first, first + 1, first + 2),
        mapping.encodings().stream().map(RtpMapping.Encoding::mappedSsrc).toList());
    assertNull(mapping.encodings().get(0).ssrc());
    assertEquals("L1T3", mapping.encodings().get(2).scalabilityMode());
    assertEquals(ProducerType.SIMULCAST, ProducerType.of(MediaKind.VIDEO, Captures.producer("vp8", MediaKind.VIDEO)));
  }

  @Test
  void aSingleStreamKeepsWhatThePublisherCallsIt() {
    RtpMapping.Encoding encoding = mapping("av1", MediaKind.VIDEO).encodings().get(0);
    assertEquals(3945853859L, encoding.ssrc());
    assertEquals("L3T3_KEY", encoding.scalabilityMode());
    assertEquals(ProducerType.SVC, ProducerType.of(MediaKind.VIDEO, Captures.producer("av1", MediaKind.VIDEO)));
    assertEquals(ProducerType.SIMPLE, ProducerType.of(MediaKind.AUDIO, Captures.producer("av1", MediaKind.AUDIO)));
  }

  @Test
  void whatConsumersMayConsumeIsInTheRoutersTerms() {
    RtpParameters producer = Captures.producer("vp8", MediaKind.VIDEO).withCname("one-for-the-transport");
    RtpMapping mapping = mapping("vp8", MediaKind.VIDEO);
    RtpParameters consumable = ProducerParameters.consumable(MediaKind.VIDEO, producer, router, mapping);

    assertNull(consumable.mid());
    assertEquals(producer.msid(), consumable.msid());
    assertEquals(new RtcpParameters("one-for-the-transport", true, null), consumable.rtcp());
    assertEquals(List.of(101, 102), consumable.codecs().stream().map(RtpCodecParameters::payloadType).toList());
    assertEquals(Map.of("apt", 101), consumable.codecs().get(1).parameters());
    assertEquals(router.codecs().get(4).rtcpFeedback(), consumable.codecs().get(0).rtcpFeedback());
    assertEquals(101, consumable.mediaCodec().payloadType());
    assertEquals(102, consumable.rtxOf(101).payloadType());
    for (int i = 0; i < 3; i++) {
      RtpEncodingParameters encoding = consumable.encodings().get(i);
      assertEquals(mapping.encodings().get(i).mappedSsrc(), encoding.ssrc());
      assertEquals("L1T3", encoding.scalabilityMode());
      assertNull(encoding.rid());
      assertNull(encoding.rtx());
    }
    assertEquals(1_500_000L, consumable.encodings().get(2).maxBitrate());
  }

  @Test
  void onlyHeaderExtensionsThatGoOnToConsumersAreConsumable() {
    assertEquals(List.of(1, 4, 5, 8, 9, 11), extensionIds(Captures.produced("vp8", MediaKind.VIDEO), MediaKind.VIDEO));
    assertEquals(List.of(1, 4, 6, 11), extensionIds(Captures.produced("vp8", MediaKind.AUDIO), MediaKind.AUDIO));
  }

  @Test
  void captureTimeIsConsumableOnlyWhenTheProducerHasIt() {
    JsonNode json = Captures.with(Captures.produced("vp8", MediaKind.AUDIO), "/headerExtensions/-",
        "{'uri':'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time','id':9}");
    assertEquals(List.of(1, 4, 6, 10, 11), extensionIds(json, MediaKind.AUDIO));
    assertEquals(9,
        RtpParameters.fromJson(Captures.tree(json)).headerExtensionId(KnownHeaderExtension.ABS_CAPTURE_TIME));
  }

  @ParameterizedTest
  @CsvSource({"42e034,1,42e034", "42e034,0,42e01f", "42e00b,0,42e00b"})
  void theH264LevelIsTheOneThatBothAgreeOn(String offered, int asymmetry, String agreed) {
    JsonNode json = Captures.with(Captures.produced("h264", MediaKind.VIDEO), "/codecs/0/parameters",
        "{'packetization-mode':1,'level-asymmetry-allowed':" + asymmetry + ",'profile-level-id':'" + offered + "'}");
    RtpParameters producer = RtpParameters.fromJson(Captures.tree(json));
    RtpParameters consumable =
        ProducerParameters.consumable(MediaKind.VIDEO, producer, router, mapping(MediaKind.VIDEO, json));
    assertEquals(agreed, consumable.mediaCodec().textParameter("profile-level-id"));
  }

  @Test
  void telephonesMayPublish() {
    JsonNode json = Captures.parse(
        "{'codecs':[{'mimeType':'audio/pcma','payloadType':8,'clockRate':8000}],'encodings':[{'ssrc':5}]}");
    RtpParameters consumable = ProducerParameters.consumable(MediaKind.AUDIO,
        RtpParameters.fromJson(Captures.tree(json)), router, mapping(MediaKind.AUDIO, json));
    assertEquals("audio/PCMA", consumable.mediaCodec().mimeType());
    assertEquals(1, consumable.mediaCodec().channels());
  }

  @Test
  void twoNamesForOneCodecAreConsumedAsOne() {
    JsonNode json = Captures.with(Captures.produced("vp8", MediaKind.VIDEO), "/codecs/-",
        "{'mimeType':'video/VP8','payloadType':98,'clockRate':90000}");
    RtpMapping mapping = mapping(MediaKind.VIDEO, json);
    assertEquals(101, mapping.mappedPayloadType(98));
    assertEquals(2, ProducerParameters.consumable(MediaKind.VIDEO, RtpParameters.fromJson(Captures.tree(json)), router,
        mapping).codecs().size());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
      "/codecs/0/mimeType | 'video/H265' | video/H265",
      "/codecs/0/parameters | {'profile-id':1} | video/VP9",
      "/codecs/0/clockRate | 80000 | video/VP9"})
  void aCodecThatTheRouterDoesNotHaveIsRefused(String pointer, String value, String mimeType) {
    JsonNode json = Captures.with(Captures.produced("vp9", MediaKind.VIDEO), pointer, value);
    IllegalParameters refusal = assertThrows(IllegalParameters.class, () -> mapping(MediaKind.VIDEO, json));
    assertEquals("the router does not have " + mimeType + " with the parameters of payload type 98",
        refusal.getMessage());
    assertEquals(IllegalParameters.UNSUPPORTED_CODEC, refusal.code());
  }

  @Test
  void aKindThatIsNotTheCodecsIsRefused() {
    IllegalParameters refusal = assertThrows(IllegalParameters.class,
        () -> mapping(MediaKind.AUDIO, Captures.produced("vp9", MediaKind.VIDEO)));
    assertEquals("rtpParameters.codecs[0].mimeType is not of kind audio", refusal.getMessage());
    assertEquals(IllegalParameters.INVALID_RTP_PARAMETERS, refusal.code());
  }

  @Test
  void rtxForAudioIsRefusedBecauseTheRouterHasNone() {
    JsonNode json = Captures.with(Captures.produced("vp9", MediaKind.AUDIO), "/codecs/-",
        "{'mimeType':'audio/rtx','payloadType':112,'clockRate':48000,'channels':2,'parameters':{'apt':111}}");
    assertEquals("the router does not have audio/rtx with the parameters of payload type 112",
        assertThrows(IllegalParameters.class, () -> mapping(MediaKind.AUDIO, json)).getMessage());
  }

  private RtpMapping mapping(String codec, MediaKind kind) {
    return mapping(kind, Captures.produced(codec, kind));
  }

  private RtpMapping mapping(MediaKind kind, JsonNode json) {
    return ProducerParameters.mapping(kind, RtpParameters.fromJson(Captures.tree(json)), router,
        new SsrcSource(new Random(5)));
  }

  private List<Integer> extensionIds(JsonNode json, MediaKind kind) {
    RtpParameters consumable = ProducerParameters.consumable(kind, RtpParameters.fromJson(Captures.tree(json)), router,
        mapping(kind, json));
    return consumable.headerExtensions().stream().map(RtpHeaderExtensionParameters::id).toList();
  }
}
