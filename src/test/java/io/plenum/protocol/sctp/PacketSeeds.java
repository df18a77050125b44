package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.VirtualSctpNetwork.Path;
import io.plenum.protocol.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** Packets to break: what other stacks sent (src/test/resources/sctp), and what our own send each other. */
final class PacketSeeds {
  private static final Pattern HEX = Pattern.compile("\"hex\": \"([0-9a-f]+)\"");

  private PacketSeeds() {}

  static List<byte[]> corpus() {
    try (InputStream in = PacketSeeds.class.getResourceAsStream("/sctp/packets.ndjson")) {
      List<byte[]> packets = new ArrayList<>();
      Matcher matcher = HEX.matcher(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
      while (matcher.find()) {
        packets.add(HexFormat.of().parseHex(matcher.group(1)));
      }
      return packets;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every kind of chunk that we send. */
  static List<byte[]> own(boolean interleaving) {
    SctpOptions options = VirtualSctpNetwork.without(!interleaving);
    VirtualSctpNetwork net =
        new VirtualSctpNetwork(7, new Path(0.1, 0.1, 10_000_000, 20_000_000), options, options);
    net.capture = new ArrayList<>();
    net.connected();
    for (int i = 0; i < 12; i++) {
      SendOptions how = new SendOptions(i % 2 == 0, i % 3 == 0 ? 30_000_000 : SendOptions.UNLIMITED, SendOptions.UNLIMITED);
      net.a.send(i % 4, 53, SctpTransferTest.payload(i, 10 + i * 400), how, net.nowNs);
      net.b.send(i % 4, 51, SctpTransferTest.payload(i, 10 + i * 100), how, net.nowNs);
      net.runFor(20_000_000);
    }
    net.a.resetStreams(new int[] {1, 2}, net.nowNs);
    net.runFor(70_000_000_000L);
    net.a.shutdown(net.nowNs);
    net.runFor(5_000_000_000L);
    return net.capture;
  }

  /** What an attacker can always do: make tag, ports and checksum right. */
  static void makeRight(byte[] bytes, int offset, int length, int tag) {
    if (length < 12) {
      return;
    }
    Bytes.put16(bytes, offset, SctpOptions.DATA_CHANNEL_PORT);
    Bytes.put16(bytes, offset + 2, SctpOptions.DATA_CHANNEL_PORT);
    Bytes.put32(bytes, offset + 4, tag);
    Bytes.put32(bytes, offset + 8, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    Bytes.put32(bytes, offset + 8, Integer.reverseBytes((int) crc.getValue()));
  }
}
