package io.plenum.media.router;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.RtpHeaderExtensionParameters;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtp.RtpPacket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is done once for each incoming packet: parse it, and write it with the router's header extensions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RoutedPacketBenchmark {
  private static final int PAYLOAD_BYTES = 1_042;

  private final byte[] bytes = new byte[1_500];
  private final RtpPacket packet = new RtpPacket();
  private final RoutedPacket slot = new RoutedPacket();
  private RoutedPacketWriter writer;
  private int length;
  private long mid;

  @Setup
  public void setUp() {
    writer = new RoutedPacketWriter(ids(4, 2, 3), ids(1, 4, 5));
    RtpHeaderWriter header = new RtpHeaderWriter();
    header.reserve(4, 1);
    header.reserve(2, 3);
    header.reserve(3, 2);
    length = header.write(bytes, 0, false, 96, 1, 2, 3) + PAYLOAD_BYTES;
    mid = RoutedPacketWriter.midWord(new byte[] {'7'});
    rewriteHeaderExtensions();
  }

  private static HeaderExtensionIds ids(int mid, int sendTime, int transportCc) {
    return new HeaderExtensionIds(List.of(
        new RtpHeaderExtensionParameters(KnownHeaderExtension.MID.uri(), mid, false, Map.of()),
        new RtpHeaderExtensionParameters(KnownHeaderExtension.ABS_SEND_TIME.uri(), sendTime, false, Map.of()),
        new RtpHeaderExtensionParameters(KnownHeaderExtension.TRANSPORT_WIDE_CC.uri(), transportCc, false, Map.of())));
  }

  @Benchmark
  public boolean parse() {
    return packet.parse(bytes, 0, length) == null;
  }

  @Benchmark
  public int rewriteHeaderExtensions() {
    packet.parse(bytes, 0, length);
    writer.write(packet, slot);
    return slot.length;
  }

  @Benchmark
  public byte[] patchMid() {
    RoutedPacketWriter.patchMid(slot.bytes, slot.midOffset, mid, 1);
    return slot.bytes;
  }
}
