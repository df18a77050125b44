package io.plenum.media.parameters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What mediasoup-client signalled in a real browser, and small ways to read and bend JSON. */
final class Captures {
  static final ObjectMapper MAPPER = new ObjectMapper();
  static final List<String> CODECS = List.of("vp8", "vp9", "h264", "av1");

  private Captures() {}

  static JsonNode resource(String name) {
    try (InputStream in = Captures.class.getResourceAsStream("/parameters/" + name)) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode capture(String codec) {
    return resource("mediasoup-client/chromium-" + codec + ".json");
  }

  /** The rtpParameters of the capture's producer of this kind. */
  static JsonNode produced(String codec, MediaKind kind) {
    for (JsonNode signalled : capture(codec).get("signalled")) {
      if (kind.label().equals(signalled.at("/produce/kind").asText())) {
        return signalled.at("/produce/rtpParameters");
      }
    }
    throw new AssertionError("no " + kind + " in " + codec);
  }

  static RtpParameters producer(String codec, MediaKind kind) {
    return RtpParameters.fromJson(tree(produced(codec, kind)));
  }

  static RtpCapabilities receiver(String codec) {
    return RtpCapabilities.fromJson(tree(capture(codec).get("recvRtpCapabilities")));
  }

  static Stream<JsonNode> connected() {
    return CODECS.stream().map(codec -> capture(codec).at("/signalled/0/connect"));
  }

  /** Maps, lists, strings, numbers: as the server hands it over. */
  static Object tree(JsonNode json) {
    return MAPPER.convertValue(json, Object.class);
  }

  static JsonNode json(Object record) {
    return MAPPER.valueToTree(record);
  }

  static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  /** A copy in which the value at the JSON pointer is another; {@code removed} takes it out, {@code /-} appends. */
  static JsonNode with(JsonNode original, String pointer, String value) {
    JsonNode copy = original.deepCopy();
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = copy.at(pointer.substring(0, slash));
    String name = pointer.substring(slash + 1);
    if (parent instanceof ObjectNode object && value.equals("removed")) {
      object.remove(name);
    } else if (parent instanceof ObjectNode object) {
      object.set(name, parse(value));
    } else if (parent instanceof ArrayNode array && name.equals("-")) {
      array.add(parse(value));
    } else if (parent instanceof ArrayNode array) {
      array.set(Integer.parseInt(name), parse(value));
    } else {
      throw new AssertionError("nothing at " + pointer);
    }
    return copy;
  }

  static String array(String element, int times) {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      elements.add(element.replace("#", Integer.toString(i)));
    }
    return "[" + String.join(",", elements) + "]";
  }
}
