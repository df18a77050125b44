package io.plenum.hostile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Requests and notifications of the protocol with a part of them replaced, and text that is no JSON any more. */
final class HostileMessages {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> METHODS = List.of("getRouterRtpCapabilities", "createWebRtcTransport",
      "connectWebRtcTransport", "restartIce", "join", "produce", "closeProducer", "pauseProducer", "resumeProducer",
      "pauseConsumer", "resumeConsumer", "setConsumerPreferredLayers", "setConsumerPriority", "requestConsumerKeyFrame",
      "getTransportStats", "getProducerStats", "getConsumerStats", "changeDisplayName", "produceData",
      "closeDataProducer", "pauseDataProducer", "resumeDataProducer", "pauseDataConsumer", "resumeDataConsumer",
      "setDataConsumerSubchannels", "addDataConsumerSubchannel", "removeDataConsumerSubchannel", "getDataProducerStats",
      "getDataConsumerStats", "applyNetworkThrottle", "constructor", "");
  private static final List<String> DATA = List.of(
      "{}",
      "{\"transportId\":\"x\",\"dtlsParameters\":{\"role\":\"client\",\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":"
          + "\"00:11\"}]}}",
      "{\"appData\":{\"direction\":\"producer\"},\"forceTcp\":false,\"sctpCapabilities\":{\"numStreams\":{\"OS\":1}}}",
      "{\"displayName\":\"x\",\"device\":{\"flag\":\"f\",\"name\":\"n\",\"version\":\"1\"},\"rtpCapabilities\":{\"codecs\":["
          + "{\"kind\":\"video\",\"mimeType\":\"video/VP8\",\"clockRate\":90000,\"preferredPayloadType\":96,"
          + "\"rtcpFeedback\":[{\"type\":\"nack\",\"parameter\":\"\"}],\"parameters\":{}}],\"headerExtensions\":["
          + "{\"kind\":\"video\",\"uri\":\"urn:ietf:params:rtp-hdrext:sdes:mid\",\"preferredId\":1}]}}",
      "{\"transportId\":\"x\",\"kind\":\"video\",\"rtpParameters\":{\"mid\":\"0\",\"codecs\":[{\"mimeType\":\"video/VP8\","
          + "\"payloadType\":96,\"clockRate\":90000,\"parameters\":{},\"rtcpFeedback\":[]}],\"encodings\":[{\"ssrc\":1,"
          + "\"rtx\":{\"ssrc\":2},\"rid\":\"r0\",\"scalabilityMode\":\"L1T3\"}],\"rtcp\":{\"cname\":\"c\"}},"
          + "\"appData\":{\"source\":\"video\"}}",
      "{\"transportId\":\"x\",\"sctpStreamParameters\":{\"streamId\":1,\"ordered\":false,\"maxRetransmits\":1},"
          + "\"label\":\"chat\",\"protocol\":\"p\",\"appData\":{\"channel\":\"chat\"}}",
      "{\"dataProducerId\":\"x\",\"dataConsumerId\":\"x\",\"subchannels\":[1,2],\"subchannel\":3}",
      "{\"producerId\":\"x\",\"consumerId\":\"x\",\"transportId\":\"x\",\"spatialLayer\":1,\"temporalLayer\":1,\"priority\":1}");

  private final SplittableRandom random;
  private int id;

  HostileMessages(long seed) {
    random = new SplittableRandom(seed);
  }

  String next() {
    ObjectNode frame = NODES.objectNode();
    frame.put(List.of("request", "notification", "response").get(random.nextInt(8) == 0 ? 2 : random.nextInt(2)), true);
    frame.put("id", ++id);
    frame.put("method", METHODS.get(random.nextInt(METHODS.size())));
    try {
      frame.set("data", JSON.readTree(DATA.get(random.nextInt(DATA.size()))));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      replaceSomething(frame);
    }
    String text = frame.toString();
    return random.nextInt(3) == 0 ? damaged(text) : text;
  }

  private void replaceSomething(ObjectNode frame) {
    List<JsonNode> containers = new ArrayList<>();
    collect(frame, containers);
    JsonNode container = containers.get(random.nextInt(containers.size()));
    if (container instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      if (random.nextInt(6) == 0) {
        object.remove(names.get(random.nextInt(names.size())));
      } else {
        object.set(names.get(random.nextInt(names.size())), junk());
      }
    } else if (container instanceof ArrayNode array) {
      array.set(random.nextInt(array.size()), junk());
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode() && !node.isEmpty()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }

  private JsonNode junk() {
    return switch (random.nextInt(14)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(-1);
      case 3 -> NODES.numberNode(Long.MAX_VALUE);
      case 4 -> NODES.numberNode(Double.MAX_VALUE);
      case 5 -> NODES.numberNode(random.nextInt());
      case 6 -> NODES.textNode("");
      case 7 -> NODES.textNode("x".repeat(random.nextInt(3_000)));
      case 8 -> NODES.textNode("\u0000\r\n\ud800\u202e../../${jndi:x}'\"<script>");
      case 9 -> NODES.arrayNode();
      case 10 -> NODES.objectNode();
      case 11 -> manyOf(NODES.numberNode(1), 500);
      case 12 -> manyOf(NODES.objectNode(), 300);
      default -> deep(random.nextInt(40));
    };
  }

  private static ArrayNode manyOf(JsonNode each, int count) {
    ArrayNode array = NODES.arrayNode();
    for (int i = 0; i < count; i++) {
      array.add(each);
    }
    return array;
  }

  private static JsonNode deep(int levels) {
    JsonNode node = NODES.numberNode(1);
    for (int i = 0; i < levels; i++) {
      node = NODES.objectNode().set("a", node);
    }
    return node;
  }

  private String damaged(String text) {
    StringBuilder damaged = new StringBuilder(text);
    for (int changes = 1 + random.nextInt(4); changes > 0 && damaged.length() > 1; changes--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(4)) {
        case 0 -> damaged.setLength(at);
        case 1 -> damaged.insert(at, "{}[]\",:\\e-.0".charAt(random.nextInt(12)));
        case 2 -> damaged.deleteCharAt(at);
        default -> damaged.setCharAt(at, (char) random.nextInt(0xd800));
      }
    }
    return damaged.toString();
  }
}
