package io.plenum.media.stream;

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

/** What is done for each consumer: numbers a copy of the packet; and what one wish to send packets again costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SendStreamBenchmark {
  private static final long INTERVAL_NS = 8_333_333;
  private static final int NACKED = 5;

  private final Source source = new Source(90_000);
  private final SendStream stream = new SendStream(
      SendStreamOptions.video(1, 101, 0, false).withRtx(2, 102, 0), SingleStreamSelector.video(), source.source);
  private final byte[] out = new byte[1_500];
  private final int[] numbers = new int[NACKED];
  private RoutedPacket packet;
  private long nowNs = 1_000_000_000L;
  private long sequence = 70_000;
  private long resent;

  @Setup
  public void setUp() {
    packet = source.route(sequence, 1_000, true, nowNs, new int[1_042]);
    packet.payload.keyFrame = true;
    packet.payload.frameStart = true;
    rewrite();
    packet.payload.keyFrame = false;
    for (int i = 0; i < 100; i++) {
      source.route(sequence, 1_000, true, nowNs, new int[1_042]);
      rewrite();
    }
  }

  @Benchmark
  public int rewrite() {
    nowNs += INTERVAL_NS;
    packet.sequence = sequence++;
    packet.timestamp += 750;
    return stream.write(packet, 0, out, 0, nowNs);
  }

  /** Five packets of those sent last. */
  @Benchmark
  public long nack() {
    // Long enough after the last wish that it is granted again, and short enough that the packets are still kept.
    nowNs += 1_000;
    for (int i = 0; i < NACKED; i++) {
      numbers[i] = 50 + i;
    }
    stream.onNack(numbers, NACKED, out, 0, nowNs, (from, bytes, offset, length) -> resent++);
    return resent;
  }
}
