package io.plenum.protocol.rtcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The RTCP datagrams of a capture, what an independent dissector says of them, and the public seeds. */
final class RtcpCapture {
  private static final int IP_UDP_BYTES = 28;
  private static final int RTCP_SOURCE_PORT = 5005;
  private static final Pattern HEX = Pattern.compile("\"hex\": \"([0-9a-f]*)\"");

  private RtcpCapture() {}

  /** Little-endian pcap, link type RAW, IPv4 without options. */
  static List<byte[]> datagrams(String name) {
    ByteBuffer file = ByteBuffer.wrap(resource("/captures/" + name)).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> datagrams = new ArrayList<>();
    file.position(24);
    while (file.remaining() > 0) {
      int captured = file.getInt(file.position() + 8);
      byte[] packet = new byte[captured];
      file.position(file.position() + 16).get(packet);
      if (ByteBuffer.wrap(packet).getShort(20) == RTCP_SOURCE_PORT) {
        datagrams.add(Arrays.copyOfRange(packet, IP_UDP_BYTES, captured));
      }
    }
    return datagrams;
  }

  /** The rows of a .tsv without its title, each cell a string. */
  static List<String[]> expected(String name) {
    return new String(resource("/captures/" + name), StandardCharsets.UTF_8).lines()
        .filter(line -> !line.startsWith("#")).map(line -> line.split("\t", -1)).toList();
  }

  static List<byte[]> seeds() {
    return new String(resource("/corpora/rtcp.ndjson"), StandardCharsets.UTF_8).lines().map(line -> {
      Matcher matcher = HEX.matcher(line);
      return matcher.find() ? HexFormat.of().parseHex(matcher.group(1)) : new byte[0];
    }).toList();
  }

  private static byte[] resource(String path) {
    try (InputStream stream = RtcpCapture.class.getResourceAsStream(path)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
