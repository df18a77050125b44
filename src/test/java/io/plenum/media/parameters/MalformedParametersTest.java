package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row takes what a browser really signals, changes one thing, and names the sentence that the client reads. */
class MalformedParametersTest {
  private static final String LONG = "x".repeat(2_000);

  static Stream<Arguments> rtpParameters() {
    return Stream.of(
        arguments("/mid", "7", "mid must be a string"),
        arguments("/mid", "''", "mid must be a token"),
        arguments("/mid", "'a b'", "mid must be a token"),
        arguments("/mid", "'0\\r\\na=setup:active'", "mid must be a token"),
        arguments("/mid", "'" + LONG + "'", "mid must not have more than 32 characters"),
        arguments("/msid", "{}", "msid must be a string"),
        arguments("/msid", "'a b c'", "msid must be one or two printable ASCII words"),
        arguments("/msid", "'a\\nb'", "msid must be one or two printable ASCII words"),
        arguments("/codecs", "removed", "codecs must have at least one codec that is not RTX"),
        arguments("/codecs", "null", "codecs must have at least one codec that is not RTX"),
        arguments("/codecs", "[]", "codecs must have at least one codec that is not RTX"),
        arguments("/codecs", "'VP8'", "codecs must be an array"),
        arguments("/codecs", "{}", "codecs must be an array"),
        arguments("/codecs", Captures.array("{}", 129), "codecs must not have more than 128 entries"),
        arguments("/codecs/0", "null", "codecs[0] is missing"),
        arguments("/codecs/0", "'VP8'", "codecs[0] must be an object"),
        arguments("/codecs/0", "[]", "codecs[0] must be an object"),
        arguments("/codecs/0/mimeType", "removed", "codecs[0].mimeType is missing"),
        arguments("/codecs/0/mimeType", "1", "codecs[0].mimeType must be a string"),
        arguments("/codecs/0/mimeType", "'VP8'", "codecs[0].mimeType must be audio/NAME or video/NAME"),
        arguments("/codecs/0/mimeType", "'text/VP8'", "codecs[0].mimeType must be audio/NAME or video/NAME"),
        arguments("/codecs/0/mimeType", "'video/'", "codecs[0].mimeType must be audio/NAME or video/NAME"),
        arguments("/codecs/0/mimeType", "'video/VP8\\r\\n'", "codecs[0].mimeType must be audio/NAME or video/NAME"),
        arguments("/codecs/0/mimeType", "'video/" + LONG + "'",
            "codecs[0].mimeType must not have more than 64 characters"),
        arguments("/codecs/0/payloadType", "removed", "codecs[0].payloadType is missing"),
        arguments("/codecs/0/payloadType", "'96'", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "-1", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "128", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "96.5", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "4294967392", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "1e400", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "9".repeat(40), "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "true", "codecs[0].payloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/payloadType", "72",
            "codecs[0].payloadType must not be from 64 to 95, where RTCP cannot be told from RTP (RFC 5761)"),
        arguments("/codecs/0/payloadType", "97", "codecs use payloadType 97 twice"),
        arguments("/codecs/0/clockRate", "removed", "codecs[0].clockRate is missing"),
        arguments("/codecs/0/clockRate", "0", "codecs[0].clockRate must be an integer from 1 to 384000"),
        arguments("/codecs/0/clockRate", "'90000'", "codecs[0].clockRate must be an integer from 1 to 384000"),
        arguments("/codecs/0/channels", "0", "codecs[0].channels must be an integer from 1 to 255"),
        arguments("/codecs/0/channels", "[]", "codecs[0].channels must be an integer from 1 to 255"),
        arguments("/codecs/0/parameters", "[]", "codecs[0].parameters must be an object"),
        arguments("/codecs/0/parameters", "'apt=96'", "codecs[0].parameters must be an object"),
        arguments("/codecs/0/parameters", "{'a':{}}", "codecs[0].parameters.a must be a string or a number"),
        arguments("/codecs/0/parameters", "{'a':true}", "codecs[0].parameters.a must be a string or a number"),
        arguments("/codecs/0/parameters", "{'a':1e400}", "codecs[0].parameters.a must be a string or a number"),
        arguments("/codecs/0/parameters", "{'a':'b;c'}", "codecs[0].parameters.a must be printable ASCII without ;"),
        arguments("/codecs/0/parameters", "{'a':'b\\r\\nc'}",
            "codecs[0].parameters.a must be printable ASCII without ;"),
        arguments("/codecs/0/parameters", "{'a':'" + LONG + "'}",
            "codecs[0].parameters.a must not have more than 1024 characters"),
        arguments("/codecs/0/parameters", "{'a\\nb':1}",
            "codecs[0].parameters has a key that must be a name of letters, digits, ., _ and -"),
        arguments("/codecs/0/parameters", "{'" + LONG + "':1}",
            "codecs[0].parameters has a key that must not have more than 64 characters"),
        arguments("/codecs/0/parameters", Captures.array("'p#':1", 33).replace('[', '{').replace(']', '}'),
            "codecs[0].parameters must not have more than 32 entries"),
        arguments("/codecs/0/rtcpFeedback", "{}", "codecs[0].rtcpFeedback must be an array"),
        arguments("/codecs/0/rtcpFeedback", "['nack']", "codecs[0].rtcpFeedback[0] must be an object"),
        arguments("/codecs/0/rtcpFeedback", "[{}]", "codecs[0].rtcpFeedback[0].type is missing"),
        arguments("/codecs/0/rtcpFeedback", "[{'type':'na ck'}]", "codecs[0].rtcpFeedback[0].type must be a token"),
        arguments("/codecs/0/rtcpFeedback", "[{'type':'nack','parameter':1}]",
            "codecs[0].rtcpFeedback[0].parameter must be a string"),
        arguments("/codecs/0/rtcpFeedback", "[{'type':'nack','parameter':'pli\\r\\n'}]",
            "codecs[0].rtcpFeedback[0].parameter must consist of letters, digits, spaces and -"),
        arguments("/codecs/0/rtcpFeedback", Captures.array("{'type':'nack'}", 33),
            "codecs[0].rtcpFeedback must not have more than 32 entries"),
        arguments("/codecs/1/parameters", "removed", "codecs[1].parameters.apt is missing"),
        arguments("/codecs/1/parameters", "{}", "codecs[1].parameters.apt is missing"),
        arguments("/codecs/1/parameters", "{'apt':'96'}", "codecs[1].parameters.apt must be an integer from 0 to 127"),
        arguments("/codecs/1/parameters", "{'apt':1000}", "codecs[1].parameters.apt must be an integer from 0 to 127"),
        arguments("/codecs/1/parameters", "{'apt':98}",
            "codecs[1].parameters.apt is not the payloadType of a media codec"),
        arguments("/codecs/1/parameters", "{'apt':97}",
            "codecs[1].parameters.apt is not the payloadType of a media codec"),
        arguments("/codecs/-", "{'mimeType':'video/rtx','payloadType':98,'clockRate':90000,'parameters':{'apt':96}}",
            "codecs[2].parameters.apt already has an RTX codec"),
        arguments("/headerExtensions", "{}", "headerExtensions must be an array"),
        arguments("/headerExtensions", Captures.array("{'uri':'a:#','id':1}", 65),
            "headerExtensions must not have more than 64 entries"),
        arguments("/headerExtensions/0", "3", "headerExtensions[0] must be an object"),
        arguments("/headerExtensions/0/uri", "removed", "headerExtensions[0].uri is missing"),
        arguments("/headerExtensions/0/uri", "''", "headerExtensions[0].uri must be a URI"),
        arguments("/headerExtensions/0/uri", "'urn:a\\r\\nb'", "headerExtensions[0].uri must be a URI"),
        arguments("/headerExtensions/0/uri", "'" + LONG + "'",
            "headerExtensions[0].uri must not have more than 255 characters"),
        arguments("/headerExtensions/0/id", "removed", "headerExtensions[0].id is missing"),
        arguments("/headerExtensions/0/id", "'4'",
            "headerExtensions[0].id must be an integer from -2147483648 to 2147483647"),
        arguments("/headerExtensions/0/id", "32",
            "headerExtensions[0].id must not be above 31 for urn:ietf:params:rtp-hdrext:sdes:mid"),
        arguments("/headerExtensions/0/encrypt", "'no'", "headerExtensions[0].encrypt must be true or false"),
        arguments("/headerExtensions/0/encrypt", "true",
            "headerExtensions[0].encrypt must be false: encrypted header extensions are not supported"),
        arguments("/headerExtensions/0/parameters", "[]", "headerExtensions[0].parameters must be an object"),
        arguments("/encodings", "removed", "encodings must have at least one entry"),
        arguments("/encodings", "[]", "encodings must have at least one entry"),
        arguments("/encodings", "7", "encodings must be an array"),
        arguments("/encodings", Captures.array("{'rid':'r#'}", 5), "encodings must not have more than 4 entries"),
        arguments("/encodings/1", "null", "encodings[1] is missing"),
        arguments("/encodings/1/ssrc", "'1'", "encodings[1].ssrc must be an integer from 1 to 4294967295"),
        arguments("/encodings/1/ssrc", "0", "encodings[1].ssrc must be an integer from 1 to 4294967295"),
        arguments("/encodings/1/ssrc", "-5", "encodings[1].ssrc must be an integer from 1 to 4294967295"),
        arguments("/encodings/1/ssrc", "4294967296", "encodings[1].ssrc must be an integer from 1 to 4294967295"),
        arguments("/encodings", "[{'ssrc':5},{'ssrc':5}]", "encodings[1].ssrc is there twice"),
        arguments("/encodings", "[{'ssrc':5,'rtx':{'ssrc':5}}]", "encodings[0].rtx.ssrc is there twice"),
        arguments("/encodings/1/rtx", "5", "encodings[1].rtx must be an object"),
        arguments("/encodings/1/rtx", "{}", "encodings[1].rtx.ssrc is missing"),
        arguments("/encodings/1/rtx", "{'ssrc':1.5}", "encodings[1].rtx.ssrc must be an integer from 1 to 4294967295"),
        arguments("/encodings/1/rid", "1", "encodings[1].rid must be a string"),
        arguments("/encodings/1/rid", "''", "encodings[1].rid must consist of letters, digits, - and _"),
        arguments("/encodings/1/rid", "'r;1'", "encodings[1].rid must consist of letters, digits, - and _"),
        arguments("/encodings/1/rid", "'" + LONG + "'", "encodings[1].rid must not have more than 16 characters"),
        arguments("/encodings/1/rid", "'r0'", "encodings[1].rid is there twice"),
        arguments("/encodings/1/rid", "removed", "encodings[1] needs an ssrc or a rid, because it is not the only one"),
        arguments("/encodings/1/codecPayloadType", "97",
            "encodings[1].codecPayloadType is not the payloadType of a media codec"),
        arguments("/encodings/1/codecPayloadType", "'96'",
            "encodings[1].codecPayloadType must be an integer from 0 to 127"),
        arguments("/encodings/1/dtx", "1", "encodings[1].dtx must be true or false"),
        arguments("/encodings/1/scalabilityMode", "3", "encodings[1].scalabilityMode must be a string"),
        arguments("/encodings/1/scalabilityMode", "'" + LONG + "'",
            "encodings[1].scalabilityMode must not have more than 32 characters"),
        arguments("/encodings/1/scalabilityMode", "'L1T3\\n'",
            "encodings[1].scalabilityMode must consist of letters, digits and _"),
        arguments("/encodings/1/maxBitrate", "-1",
            "encodings[1].maxBitrate must be an integer from 0 to 1000000000000"),
        arguments("/encodings/1/maxBitrate", "{}",
            "encodings[1].maxBitrate must be an integer from 0 to 1000000000000"),
        arguments("/encodings/1/scaleResolutionDownBy", "'2'",
            "encodings[1].scaleResolutionDownBy must be a number from 0.0 to 1000.0"),
        arguments("/encodings/1/scaleResolutionDownBy", "-2",
            "encodings[1].scaleResolutionDownBy must be a number from 0.0 to 1000.0"),
        arguments("/rtcp", "[]", "rtcp must be an object"),
        arguments("/rtcp/cname", "5", "rtcp.cname must be a string"),
        arguments("/rtcp/cname", "'a\\r\\nb'", "rtcp.cname must be printable ASCII without spaces"),
        arguments("/rtcp/cname", "'" + LONG + "'", "rtcp.cname must not have more than 255 characters"),
        arguments("/rtcp/reducedSize", "'yes'", "rtcp.reducedSize must be true or false"),
        arguments("/rtcp/mux", "0", "rtcp.mux must be true or false"));
  }

  @ParameterizedTest
  @MethodSource("rtpParameters")
  void rtpParametersAreRefused(String pointer, String value, String sentence) {
    JsonNode good = Captures.produced("vp8", MediaKind.VIDEO);
    assertRefused(RtpParameters::fromJson, Captures.with(good, pointer, value),
        IllegalParameters.INVALID_RTP_PARAMETERS, "rtpParameters." + sentence);
  }

  @Test
  void anExtensionThatWeDoNotKnowMayHaveAnyId() {
    JsonNode good = Captures.produced("vp8", MediaKind.VIDEO);
    JsonNode high = Captures.with(Captures.with(good, "/headerExtensions/0/id", "255"), "/headerExtensions/0/uri", "'urn:x'");
    assertEquals(255, RtpParameters.fromJson(Captures.tree(high)).headerExtensions().get(0).id());
    JsonNode known = Captures.with(good, "/headerExtensions/0/id", "31");
    assertEquals(31, RtpParameters.fromJson(Captures.tree(known)).headerExtensionId(KnownHeaderExtension.MID));
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 0, -1, 256, 1_000_000})
  void anExtensionWhoseIdNoPacketCanCarryIsIgnored(int id) {
    JsonNode odd = Captures.with(Captures.produced("vp8", MediaKind.VIDEO), "/headerExtensions/0/id", "" + id);
    RtpParameters parameters = RtpParameters.fromJson(Captures.tree(odd));
    assertEquals(0, parameters.headerExtensionId(KnownHeaderExtension.MID));
    assertEquals(odd.path("headerExtensions").size() - 1, parameters.headerExtensions().size());
  }

  @Test
  void ofTwoExtensionsWithOneIdOrOneUriTheFirstStands() {
    JsonNode good = Captures.produced("vp8", MediaKind.VIDEO);
    List<RtpHeaderExtensionParameters> all = RtpParameters.fromJson(Captures.tree(good)).headerExtensions();
    for (String odd : List.of("{'uri':'urn:x','id':" + all.get(1).id() + "}", "{'uri':'" + all.get(1).uri() + "','id':30}")) {
      JsonNode doubled = Captures.with(good, "/headerExtensions/-", odd);
      assertEquals(all, RtpParameters.fromJson(Captures.tree(doubled)).headerExtensions());
    }
  }

  static Stream<Arguments> rtpCapabilities() {
    return Stream.of(
        arguments("/codecs", "5", "codecs must be an array"),
        arguments("/codecs", Captures.array("{}", 129), "codecs must not have more than 128 entries"),
        arguments("/codecs/0/kind", "'text'", "codecs[0].kind must be one of audio, video"),
        arguments("/codecs/0/kind", "{}", "codecs[0].kind must be one of audio, video"),
        arguments("/codecs/0/kind", "'video'", "codecs[0].kind contradicts mimeType"),
        arguments("/codecs/0/mimeType", "'opus'", "codecs[0].mimeType must be audio/NAME or video/NAME"),
        arguments("/codecs/0/preferredPayloadType", "'100'",
            "codecs[0].preferredPayloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/preferredPayloadType", "300",
            "codecs[0].preferredPayloadType must be an integer from 0 to 127"),
        arguments("/codecs/0/clockRate", "-1", "codecs[0].clockRate must be an integer from 1 to 384000"),
        arguments("/codecs/0/channels", "'2'", "codecs[0].channels must be an integer from 1 to 255"),
        arguments("/codecs/2/parameters/apt", "removed", "codecs[2].parameters.apt is missing"),
        arguments("/codecs/0/rtcpFeedback", "[null]", "codecs[0].rtcpFeedback[0] is missing"),
        arguments("/headerExtensions", "'all'", "headerExtensions must be an array"),
        arguments("/headerExtensions", Captures.array("{}", 65), "headerExtensions must not have more than 64 entries"),
        arguments("/headerExtensions/0/kind", "removed", "headerExtensions[0].kind is missing"),
        arguments("/headerExtensions/0/kind", "''", "headerExtensions[0].kind must be one of audio, video"),
        arguments("/headerExtensions/0/uri", "3", "headerExtensions[0].uri must be a string"),
        arguments("/headerExtensions/0/preferredId", "'4'",
            "headerExtensions[0].preferredId must be an integer from -2147483648 to 2147483647"),
        arguments("/headerExtensions/0/preferredEncrypt", "1",
            "headerExtensions[0].preferredEncrypt must be true or false"),
        arguments("/headerExtensions/0/direction", "'both'",
            "headerExtensions[0].direction must be one of sendrecv, sendonly, recvonly, inactive"));
  }

  @ParameterizedTest
  @MethodSource("rtpCapabilities")
  void rtpCapabilitiesAreRefused(String pointer, String value, String sentence) {
    JsonNode good = Captures.capture("vp8").get("recvRtpCapabilities");
    assertRefused(RtpCapabilities::fromJson, Captures.with(good, pointer, value),
        IllegalParameters.INVALID_RTP_CAPABILITIES, "rtpCapabilities." + sentence);
  }

  static Stream<Arguments> dtlsParameters() {
    return Stream.of(
        arguments("/role", "'boss'", "role must be one of auto, client, server"),
        arguments("/role", "'CLIENT'", "role must be one of auto, client, server"),
        arguments("/fingerprints", "removed", "fingerprints must have one of sha-256, sha-384 or sha-512"),
        arguments("/fingerprints", "'23:FA'", "fingerprints must be an array"),
        arguments("/fingerprints", Captures.array("{}", 9), "fingerprints must not have more than 8 entries"),
        arguments("/fingerprints", "[{'algorithm':'sha-1','value':'00:11'}]",
            "fingerprints must have one of sha-256, sha-384 or sha-512"),
        arguments("/fingerprints/0/algorithm", "removed", "fingerprints[0].algorithm is missing"),
        arguments("/fingerprints/0/algorithm", "'sha-3'",
            "fingerprints[0].algorithm must be one of sha-256, sha-384, sha-512"),
        arguments("/fingerprints/0/algorithm", "'sha-512'", "fingerprints[0].value must be 64 bytes for sha-512"),
        arguments("/fingerprints/0/value", "'23:FA'", "fingerprints[0].value must be 32 bytes for sha-256"),
        arguments("/fingerprints/0/value", "'23FA'", "fingerprints[0].value must be hex pairs joined by colons"),
        arguments("/fingerprints/0/value", "'2G:00'", "fingerprints[0].value must be hex pairs joined by colons"),
        arguments("/fingerprints/0/value", "'" + LONG + "'",
            "fingerprints[0].value must not have more than 191 characters"));
  }

  @ParameterizedTest
  @MethodSource("dtlsParameters")
  void dtlsParametersAreRefused(String pointer, String value, String sentence) {
    JsonNode good = Captures.connected().findFirst().orElseThrow();
    assertRefused(DtlsParameters::fromJson, Captures.with(good, pointer, value),
        IllegalParameters.INVALID_DTLS_PARAMETERS, "dtlsParameters." + sentence);
  }

  static Stream<Arguments> sctpStreamParameters() {
    return Stream.of(
        arguments("{'streamId':65535}", "streamId must be an integer from 0 to 65534"),
        arguments("{'streamId':-1}", "streamId must be an integer from 0 to 65534"),
        arguments("{'streamId':'1'}", "streamId must be an integer from 0 to 65534"),
        arguments("{'streamId':1,'ordered':0}", "ordered must be true or false"),
        arguments("{'streamId':1,'maxRetransmits':-1}", "maxRetransmits must be an integer from 0 to 65535"),
        arguments("{'streamId':1,'maxRetransmits':1,'maxPacketLifeTime':1}",
            "maxRetransmits cannot be combined with maxPacketLifeTime"),
        arguments("{'streamId':1,'ordered':true,'maxRetransmits':1}",
            "ordered cannot be true with maxPacketLifeTime or maxRetransmits"));
  }

  @ParameterizedTest
  @MethodSource("sctpStreamParameters")
  void sctpStreamParametersAreRefused(String json, String sentence) {
    assertRefused(SctpStreamParameters::fromJson, Captures.parse(json), IllegalParameters.INVALID_SCTP_PARAMETERS,
        "sctpStreamParameters." + sentence);
  }

  @Test
  void sctpCapabilitiesAreRefused() {
    assertRefused(SctpCapabilities::fromJson, Captures.parse("{}"), IllegalParameters.INVALID_SCTP_PARAMETERS,
        "sctpCapabilities.numStreams is missing");
    assertRefused(SctpCapabilities::fromJson, Captures.parse("{'numStreams':{'OS':1024}}"),
        IllegalParameters.INVALID_SCTP_PARAMETERS, "sctpCapabilities.numStreams.MIS is missing");
    assertRefused(SctpCapabilities::fromJson, Captures.parse("{'numStreams':{'OS':65536,'MIS':1}}"),
        IllegalParameters.INVALID_SCTP_PARAMETERS, "sctpCapabilities.numStreams.OS must be an integer from 1 to 65535");
  }

  @Test
  void whatIsNotAnObjectIsRefusedByName() {
    for (String json : List.of("7", "'x'", "[]", "true")) {
      assertRefused(RtpParameters::fromJson, Captures.parse(json), IllegalParameters.INVALID_RTP_PARAMETERS,
          "rtpParameters must be an object");
      assertRefused(RtpCapabilities::fromJson, Captures.parse(json), IllegalParameters.INVALID_RTP_CAPABILITIES,
          "rtpCapabilities must be an object");
    }
    assertRefused(RtpParameters::fromJson, Captures.parse("null"), IllegalParameters.INVALID_RTP_PARAMETERS,
        "rtpParameters is missing");
    assertRefused(MediaKind::fromJson, Captures.parse("'text'"), IllegalParameters.INVALID_KIND,
        "kind must be one of audio, video");
  }

  @Test
  void anEncodingThatNothingIdentifiesIsRefused() {
    JsonNode audio = Captures.with(Captures.produced("vp8", MediaKind.AUDIO), "/encodings/0", "{}");
    assertEquals(1, RtpParameters.fromJson(Captures.tree(audio)).encodings().size());

    assertRefused(RtpParameters::fromJson, Captures.with(audio, "/mid", "removed"),
        IllegalParameters.INVALID_RTP_PARAMETERS,
        "rtpParameters.encodings[0] needs an ssrc or a rid, because there is no mid");
  }

  @Test
  void keysThatAreNoStringsAreRefused() {
    Map<Object, Object> parameters = Map.of(7, "x");
    assertEquals("codec.parameters has a key that must be a name of letters, digits, ., _ and -",
        assertThrows(IllegalParameters.class, () -> RtpCodecCapability.fromJson(
            Map.of("mimeType", "video/VP8", "clockRate", 90_000, "parameters", parameters))).getMessage());
  }

  private static void assertRefused(Function<Object, ?> read, JsonNode json, String code, String sentence) {
    IllegalParameters refusal = assertThrows(IllegalParameters.class, () -> read.apply(Captures.tree(json)));
    assertEquals(sentence, refusal.getMessage());
    assertEquals(code, refusal.code());
  }
}
