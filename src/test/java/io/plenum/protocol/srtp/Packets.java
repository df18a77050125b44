package io.plenum.protocol.srtp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plenum.protocol.wire.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Keys, packets and vectors that the tests of this package share. */
final class Packets {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Packets() {}

  static SrtpKeys keys(SrtpProfile profile, long seed) {
    Random random = new Random(seed);
    byte[] key = new byte[profile.keyBytes()];
    byte[] salt = new byte[profile.saltBytes()];
    random.nextBytes(key);
    random.nextBytes(salt);
    return new SrtpKeys(profile, key, salt);
  }

  /** A plain RTP packet without CSRCs and extensions; its payload follows from its sequence number. */
  static byte[] rtp(int ssrc, int sequenceNumber, int payloadBytes) {
    byte[] packet = new byte[12 + payloadBytes];
    Bytes.put16(packet, 0, 0x8060);
    Bytes.put16(packet, 2, sequenceNumber);
    Bytes.put32(packet, 4, 90 * sequenceNumber);
    Bytes.put32(packet, 8, ssrc);
    for (int i = 12; i < packet.length; i++) {
      packet[i] = (byte) (31 * i + sequenceNumber);
    }
    return packet;
  }

  /** A plain sender report without blocks. */
  static byte[] rtcp(int ssrc) {
    byte[] packet = new byte[28];
    Bytes.put32(packet, 0, 0x80c80006);
    Bytes.put32(packet, 4, ssrc);
    return packet;
  }

  /** The packet as it goes over the wire. */
  static byte[] protectRtp(SrtpSender sender, byte[] plain) {
    byte[] packet = Arrays.copyOf(plain, plain.length + SrtpSender.MAX_RTP_OVERHEAD_BYTES);
    int length = sender.protectRtp(packet, 0, RtpHeader.length(plain, 0, plain.length), plain.length);
    if (length < 0) {
      throw new AssertionError("dropped: " + SrtpDrop.of(length));
    }
    return Arrays.copyOf(packet, length);
  }

  static byte[] protectRtcp(SrtpSender sender, byte[] plain) {
    byte[] packet = Arrays.copyOf(plain, plain.length + SrtpSender.MAX_RTCP_OVERHEAD_BYTES);
    int length = sender.protectRtcp(packet, 0, plain.length);
    if (length < 0) {
      throw new AssertionError("dropped: " + SrtpDrop.of(length));
    }
    return Arrays.copyOf(packet, length);
  }

  /** The plain packet, or null if it was dropped. */
  static byte[] unprotectRtp(SrtpReceiver receiver, byte[] packet) {
    byte[] out = new byte[packet.length];
    int length = receiver.unprotectRtp(packet, 0, packet.length, out, 0);
    return length < 0 ? null : Arrays.copyOf(out, length);
  }

  static byte[] unprotectRtcp(SrtpReceiver receiver, byte[] packet) {
    return unprotectRtcp(receiver, packet, 0);
  }

  static byte[] unprotectRtcp(SrtpReceiver receiver, byte[] packet, long nowNs) {
    byte[] out = new byte[packet.length];
    int length = receiver.unprotectRtcp(packet, 0, packet.length, out, 0, nowNs);
    return length < 0 ? null : Arrays.copyOf(out, length);
  }

  static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  static byte[] hex(JsonNode node, String field) {
    return hex(node.path(field).asText());
  }

  static JsonNode vectors(String file) {
    try (InputStream in = Packets.class.getResourceAsStream("/srtp/" + file)) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<byte[]> corpus(String file) {
    try (InputStream in = Packets.class.getResourceAsStream("/srtp/" + file);
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines.lines().map(Packets::line).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] line(String json) {
    try {
      return hex(JSON.readTree(json), "hex");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
