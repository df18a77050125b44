package io.plenum.protocol.stun;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** The data in src/test/resources/stun; where it comes from stands in its SOURCES.md. */
public final class StunVectors {
  private StunVectors() {}

  public static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static JsonNode rfc5769() {
    return json("stun-rfc5769.json");
  }

  /** The messages of RFC 5769 §2.1–2.4, from 0. */
  static JsonNode rfc5769(int index) {
    return rfc5769().get("vectors").get(index);
  }

  /** Fuzzing seeds and crash inputs. */
  public static List<byte[]> corpus() {
    List<byte[]> seeds = new ArrayList<>();
    for (String line : text("stun.ndjson").split("\n")) {
      try {
        seeds.add(hex(new ObjectMapper().readTree(line).get("hex").asText()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return seeds;
  }

  static List<byte[]> fromBrowsers() {
    return text("stun-frombrowsers.csv").lines()
        .filter(line -> !line.startsWith("#") && !line.startsWith("ip,"))
        .map(line -> Base64.getDecoder().decode(line.split(",")[1]))
        .toList();
  }

  /** Checks and answers of Chromium 156. */
  static List<byte[]> chromium() {
    List<byte[]> messages = new ArrayList<>();
    json("chromium-checks.json").forEach(message -> messages.add(hex(message.get("hex").asText())));
    return messages;
  }

  private static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(text(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String name) {
    try (InputStream in = StunVectors.class.getResourceAsStream("/stun/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
