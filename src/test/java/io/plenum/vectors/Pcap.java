package io.plenum.vectors;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the captures of the tests: classic pcap, link type RAW, IPv4, UDP. Source port 5004 is RTP, 5005 is RTCP. */
public final class Pcap {
  public static final int RTP_PORT = 5004;
  public static final int RTCP_PORT = 5005;

  private static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
  private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
  private static final int LINKTYPE_RAW = 101;

  /** One UDP datagram, and when it was seen, counted from the first one of its capture. */
  public record Datagram(int sourcePort, long timeNs, byte[] payload) {
    public boolean isRtp() {
      return sourcePort == RTP_PORT;
    }

    public boolean isRtcp() {
      return sourcePort == RTCP_PORT;
    }
  }

  private Pcap() {}

  /** All datagrams of a resource such as {@code /captures/chromium-vp8-single.pcap}, in the order of the capture. */
  public static List<Datagram> read(String resource) {
    byte[] file;
    try (InputStream stream = Pcap.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      file = stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read(file);
  }

  /** The payloads of one source port. */
  public static List<byte[]> payloads(String resource, int sourcePort) {
    return read(resource).stream().filter(d -> d.sourcePort() == sourcePort).map(Datagram::payload).toList();
  }

  static List<Datagram> read(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int magic = in.getInt();
    if (magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS) {
      in.order(ByteOrder.BIG_ENDIAN);
      magic = in.getInt(0);
    }
    if (magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS || in.getInt(20) != LINKTYPE_RAW) {
      throw new IllegalArgumentException("not a pcap of raw IP packets");
    }
    long fractionNs = magic == MAGIC_NANOSECONDS ? 1 : 1_000;
    in.position(24);
    List<Datagram> datagrams = new ArrayList<>();
    long firstNs = -1;
    while (in.remaining() >= 16) {
      long timeNs = (in.getInt() & 0xffff_ffffL) * 1_000_000_000L + (in.getInt() & 0xffff_ffffL) * fractionNs;
      int captured = in.getInt();
      in.getInt();
      int ip = in.position();
      in.position(ip + captured);
      int ipHeaderBytes = 4 * (file[ip] & 0x0f);
      if ((file[ip] & 0xf0) != 0x40 || file[ip + 9] != 17) {
        continue;
      }
      firstNs = firstNs < 0 ? timeNs : firstNs;
      int udp = ip + ipHeaderBytes;
      int udpLength = (file[udp + 4] & 0xff) << 8 | file[udp + 5] & 0xff;
      int sourcePort = (file[udp] & 0xff) << 8 | file[udp + 1] & 0xff;
      datagrams.add(new Datagram(sourcePort, timeNs - firstNs, Arrays.copyOfRange(file, udp + 8, udp + udpLength)));
    }
    return datagrams;
  }
}
