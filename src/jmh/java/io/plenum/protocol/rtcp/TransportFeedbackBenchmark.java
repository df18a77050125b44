package io.plenum.protocol.rtcp;

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

/** Transport-cc feedback about 100 ms of a 1 Mbit/s stream and its sound: 17 packets, one of which was lost. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TransportFeedbackBenchmark {
  private static final int PACKETS = 18;
  private static final int LOST = 11;

  private final TransportFeedbackBuilder builder = new TransportFeedbackBuilder(1_200);
  private final RtcpWriter writer = new RtcpWriter();
  private final RtcpReader reader = new RtcpReader();
  private final byte[] bytes = new byte[1_200];
  private int length;
  private long seen;
  private final RtcpHandler handler = new RtcpHandler() {
    @Override
    public void onTransportFeedback(TransportFeedback feedback) {
      seen++;
    }
  };

  @Setup
  public void setUp() {
    length = build();
    if (parse() != 1) {
      throw new IllegalStateException("the feedback is not read");
    }
  }

  @Benchmark
  public int build() {
    builder.begin(100, 5_000_000_000L);
    for (int i = 0; i < PACKETS; i++) {
      if (i != LOST) {
        builder.add(100 + i, 5_000_000_000L + i * 6_000_000L);
      }
    }
    writer.begin(bytes, 0, bytes.length);
    writer.transportFeedback(1, 2, 3, builder);
    return writer.length();
  }

  @Benchmark
  public long parse() {
    reader.read(bytes, 0, length, handler);
    return seen;
  }
}
