package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ParametersJsonTest {
  /** As JavaScript has it, 4 and 4.0 are one number. */
  private static final Comparator<JsonNode> JAVASCRIPT = (a, b) ->
      a.isNumber() && b.isNumber() ? Double.compare(a.doubleValue(), b.doubleValue()) : a.equals(b) ? 0 : 1;

  @Test
  void whatClientsSignalComesBackAsItWas() throws JsonProcessingException {
    for (String codec : Captures.CODECS) {
      for (MediaKind kind : MediaKind.values()) {
        JsonNode produced = Captures.produced(codec, kind);
        // Whether an encoding is active is the publisher's affair; we see what comes.
        produced.get("encodings").forEach(encoding -> ((ObjectNode) encoding).remove("active"));
        assertSameJson(produced, Captures.json(Captures.MAPPER.treeToValue(produced, RtpParameters.class)));
      }
      JsonNode capture = Captures.capture(codec);
      assertSameJson(capture.get("recvRtpCapabilities"),
          Captures.json(Captures.MAPPER.treeToValue(capture.get("recvRtpCapabilities"), RtpCapabilities.class)));
      assertSameJson(capture.get("sctpCapabilities"),
          Captures.json(Captures.MAPPER.treeToValue(capture.get("sctpCapabilities"), SctpCapabilities.class)));
    }
    for (JsonNode connect : Captures.connected().toList()) {
      assertSameJson(connect, Captures.json(Captures.MAPPER.treeToValue(connect, DtlsParameters.class)));
    }
  }

  @Test
  void unknownFieldsAreIgnored() throws JsonProcessingException {
    JsonNode json = Captures.produced("vp8", MediaKind.VIDEO);
    RtpParameters expected = Captures.MAPPER.treeToValue(json, RtpParameters.class);
    for (String pointer : List.of("/x", "/codecs/0/x", "/codecs/0/rtcpFeedback/0/x", "/headerExtensions/0/x",
        "/encodings/0/x", "/rtcp/x")) {
      json = Captures.with(json, pointer, "[{'y':null}]");
    }
    assertEquals(expected, Captures.MAPPER.treeToValue(json, RtpParameters.class));
  }

  @Test
  void absentAndNullAreTheSameAndWhatMediasoupAlwaysHasIsThere() {
    RtpParameters sparse = RtpParameters.fromJson(Captures.tree(Captures.parse(
        "{'mid':null,'codecs':[{'mimeType':'audio/PCMU','payloadType':0.0,'clockRate':8000}],'encodings':[{'ssrc':5}]}")));
    assertSameJson(Captures.parse("{'codecs':[{'mimeType':'audio/PCMU','payloadType':0,'clockRate':8000,'channels':1,"
        + "'parameters':{},'rtcpFeedback':[]}],'headerExtensions':[],'encodings':[{'ssrc':5}],"
        + "'rtcp':{'cname':'','reducedSize':true}}"), Captures.json(sparse));

    RtpCapabilities capabilities = RtpCapabilities.fromJson(Captures.tree(Captures.parse("{'headerExtensions':[{"
        + "'kind':'audio','uri':'urn:x','preferredId':1}]}")));
    assertSameJson(Captures.parse("{'codecs':[],'headerExtensions':[{'kind':'audio','uri':'urn:x','preferredId':1,"
        + "'preferredEncrypt':false,'direction':'sendrecv'}]}"), Captures.json(capabilities));
  }

  @Test
  void jacksonGoesThroughTheSameDoor() {
    JsonNode bad = Captures.with(Captures.produced("vp8", MediaKind.VIDEO), "/codecs/0/payloadType", "'96'");
    ValueInstantiationException e = assertThrows(ValueInstantiationException.class,
        () -> Captures.MAPPER.treeToValue(bad, RtpParameters.class));
    assertEquals("rtpParameters.codecs[0].payloadType must be an integer from 0 to 127",
        assertInstanceOf(IllegalParameters.class, e.getCause()).getMessage());
  }

  @Test
  void kindsAndTypesAreSpelledAsMediasoupSpellsThem() throws JsonProcessingException {
    assertEquals("[\"audio\",\"video\",\"simple\",\"simulcast\",\"svc\",\"pipe\",\"simple\"]",
        Captures.MAPPER.writeValueAsString(List.of(MediaKind.AUDIO, MediaKind.VIDEO, ConsumerType.SIMPLE,
            ConsumerType.SIMULCAST, ConsumerType.SVC, ConsumerType.PIPE, ProducerType.SIMPLE)));
    assertEquals(MediaKind.VIDEO, Captures.MAPPER.readValue("\"video\"", MediaKind.class));
    assertThrows(JsonProcessingException.class, () -> Captures.MAPPER.readValue("\"text\"", MediaKind.class));
    assertThrows(JsonProcessingException.class, () -> Captures.MAPPER.readValue("1", MediaKind.class));
    assertThrows(JsonProcessingException.class, () -> Captures.MAPPER.readValue("{}", MediaKind.class));
  }

  @Test
  void sctpParametersHaveTheFieldsOfAllVintages() {
    assertSameJson(Captures.parse("{'port':5000,'maxSendMessageSize':262144,'maxReceiveMessageSize':262144,"
        + "'sendBufferSize':2000000,'perStreamSendQueueLimit':2000000,'maxReceiverWindowBufferSize':5242880,"
        + "'isDataChannel':true,'OS':65535,'MIS':65535,'maxMessageSize':262144}"),
        Captures.json(SctpParameters.ofDataChannels()));
  }

  @Test
  void aLimitedDataChannelIsUnorderedUnlessItSaysOtherwise() {
    assertEquals(new SctpStreamParameters(3, true, null, null), stream("{'streamId':3}"));
    assertEquals(new SctpStreamParameters(3, false, null, 0), stream("{'streamId':3,'maxRetransmits':0}"));
    assertEquals(new SctpStreamParameters(null, false, 100, null), stream("{'ordered':false,'maxPacketLifeTime':100}"));
    assertSameJson(Captures.parse("{'streamId':3,'ordered':true}"), Captures.json(stream("{'streamId':3}")));
  }

  @Test
  void weakFingerprintsAreLeftOutBesideAStrongOne() {
    String strong = "0a:".repeat(31) + "0b";
    DtlsParameters parameters = DtlsParameters.fromJson(Captures.tree(Captures.parse("{'fingerprints':["
        + "{'algorithm':'sha-1','value':'00:11'},{'algorithm':'SHA-256','value':'" + strong + "'}]}")));
    assertSameJson(Captures.parse("{'role':'auto','fingerprints':[{'algorithm':'sha-256','value':'" + strong.toUpperCase()
        + "'}]}"), Captures.json(parameters));
  }

  @Test
  void recordsCannotBeChangedFromOutside() {
    RtpParameters parameters = Captures.producer("h264", MediaKind.VIDEO);
    Map<String, Object> fmtp = parameters.codecs().get(0).parameters();
    assertThrows(UnsupportedOperationException.class, () -> fmtp.put("a", "b"));
    assertThrows(UnsupportedOperationException.class, () -> parameters.encodings().clear());
  }

  /** Nonsense at any place of a real message is read or refused, and nothing else comes out. */
  @Test
  void noMutationOfRealMessagesEscapesTheRefusal() {
    Random random = new Random(8285);
    List<String> nonsense = List.of("null", "7", "-1", "1e308", "1e400", "0.5", "''", "'x'", "'video/VP8'", "[]", "{}",
        "true", "[null]", "[[]]", "{'a':{}}", "'\\u0000'", "'\\ud800'", "4294967295", "9".repeat(30), "97", "15");
    List<JsonNode> values = nonsense.stream().map(Captures::parse).toList();
    int refused = 0;
    int read = 0;
    for (String codec : Captures.CODECS) {
      refused += mutate(Captures.produced(codec, MediaKind.VIDEO), values, random, RtpParameters::fromJson);
      refused += mutate(Captures.produced(codec, MediaKind.AUDIO), values, random, RtpParameters::fromJson);
      refused += mutate(Captures.capture(codec).get("recvRtpCapabilities"), values, random, RtpCapabilities::fromJson);
      refused += mutate(Captures.capture(codec).at("/signalled/0/connect"), values, random, DtlsParameters::fromJson);
      read += 4 * MUTATIONS;
    }
    assertTrue(refused > read / 4 && refused < read, refused + " of " + read + " refused");
  }

  private static final int MUTATIONS = 3_000;

  private static int mutate(JsonNode seed, List<JsonNode> values, Random random, Function<Object, ?> reader) {
    RtpCapabilities router = RouterCapabilities.generate(MediaCodecs.defaults());
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      JsonNode json = seed.deepCopy();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        change(json, values, random);
      }
      try {
        Object record = reader.apply(Captures.tree(json));
        if (record instanceof RtpParameters parameters) {
          MediaKind kind = MediaKind.ofMimeType(parameters.codecs().get(0).mimeType());
          RtpMapping mapping = ProducerParameters.mapping(kind, parameters, router, new SsrcSource(random));
          RtpParameters consumable = ProducerParameters.consumable(kind, parameters, router, mapping);
          ConsumerParameters.forPipe(consumable, true, new SsrcSource(random));
          ConsumerParameters.forEndpoint(consumable, router, "0", true, new SsrcSource(random));
        }
      } catch (IllegalParameters e) {
        assertFalse(e.getMessage().isEmpty());
        refused++;
      }
    }
    return refused;
  }

  private static void change(JsonNode json, List<JsonNode> values, Random random) {
    JsonNode node = json;
    while (true) {
      List<String> names = new java.util.ArrayList<>();
      node.fieldNames().forEachRemaining(names::add);
      if (node.size() == 0) {
        return;
      }
      int index = random.nextInt(node.size());
      JsonNode child = node.isObject() ? node.get(names.get(index)) : node.get(index);
      if (child.size() == 0 || random.nextInt(4) == 0) {
        JsonNode value = values.get(random.nextInt(values.size())).deepCopy();
        if (node instanceof ObjectNode object) {
          object.set(names.get(index), value);
        } else {
          ((com.fasterxml.jackson.databind.node.ArrayNode) node).set(index, value);
        }
        return;
      }
      node = child;
    }
  }

  private static SctpStreamParameters stream(String json) {
    return SctpStreamParameters.fromJson(Captures.tree(Captures.parse(json)));
  }

  private static void assertSameJson(JsonNode expected, JsonNode actual) {
    assertTrue(expected.equals(JAVASCRIPT, actual), () -> "expected " + expected + "\n but was " + actual);
  }
}
