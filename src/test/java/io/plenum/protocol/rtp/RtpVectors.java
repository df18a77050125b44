package io.plenum.protocol.rtp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plenum.vectors.Pcap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The captures and corpora of the RTP tests. */
public final class RtpVectors {
  public static final List<String> CAPTURES = List.of(
      "chromium-vp8-single", "chromium-vp8-simulcast3", "chromium-vp8-simulcast3-L1T3-noDD", "chromium-h264-simulcast3",
      "chromium-vp9-L1T3", "chromium-vp9-L3T3_KEY", "chromium-av1-L1T3", "chromium-av1-L3T3_KEY");

  private static final Pattern EXTMAP = Pattern.compile("a=extmap:(\\d+) (\\S+)");
  private static final Pattern RTPMAP = Pattern.compile("a=rtpmap:(\\d+) ([^/\\s]+)/");
  private static final Pattern APT = Pattern.compile("a=fmtp:(\\d+) apt=(\\d+)");

  private RtpVectors() {}

  /** A capture with what its SDP says about it. */
  public record Capture(List<byte[]> rtp, List<String[]> expected, Map<Integer, String> codecs, Map<Integer, Integer> apt,
      Map<String, Integer> extensionIds) {
    /** The video codec's packets, or RTX's, parsed one by one into one view. */
    public void forEach(String codec, PacketVisitor visitor) {
      RtpPacket packet = new RtpPacket();
      for (byte[] bytes : rtp) {
        if (packet.parse(bytes, 0, bytes.length) == null && codec.equalsIgnoreCase(codecs.get(packet.payloadType()))) {
          visitor.visit(packet);
        }
      }
    }

    public int extensionId(HeaderExtensionUri uri) {
      return extensionIds.getOrDefault(uri.uri(), 0);
    }
  }

  /** What a test does with each packet. */
  public interface PacketVisitor {
    void visit(RtpPacket packet);
  }

  public static Capture capture(String name) {
    String answer = json(text("/captures/" + name + ".json")).get("answerSdp").asText();
    Map<String, Integer> extensionIds = new HashMap<>();
    EXTMAP.matcher(answer).results().forEach(m -> extensionIds.put(m.group(2), Integer.parseInt(m.group(1))));
    Map<Integer, String> codecs = new HashMap<>();
    RTPMAP.matcher(answer).results().forEach(m -> codecs.put(Integer.parseInt(m.group(1)), m.group(2)));
    Map<Integer, Integer> apt = new HashMap<>();
    Matcher matcher = APT.matcher(answer);
    while (matcher.find()) {
      apt.put(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
    List<String[]> expected = text("/captures/" + name + ".expected.tsv").lines()
        .filter(line -> !line.startsWith("#")).map(line -> line.split("\t", -1)).toList();
    return new Capture(Pcap.payloads("/captures/" + name + ".pcap", Pcap.RTP_PORT), expected, codecs, apt, extensionIds);
  }

  /** The {@code hex} of each line of {@code /protocol/rtp/NAME.ndjson}. */
  public static List<byte[]> corpus(String name) {
    List<byte[]> seeds = new ArrayList<>();
    text("/protocol/rtp/" + name + ".ndjson").lines().filter(line -> !line.isBlank())
        .forEach(line -> seeds.add(HexFormat.of().parseHex(json(line).get("hex").asText())));
    return seeds;
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String resource) {
    try (InputStream stream = RtpVectors.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
