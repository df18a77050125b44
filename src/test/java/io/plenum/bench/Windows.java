package io.plenum.bench;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Opens and closes a window over all paths of a run: which packets count, and how many of them came. From any thread. */
final class Windows {
  /** Packets of a stream before a window begins, or ends, in which all loops learn of it. */
  private static final int LEAD_PACKETS = 40;
  /** Until a stream has sent those (Opus: 50 packets each second), and they have arrived. */
  private static final int SETTLE_MS = 1_300;

  /** What a receiver gets, on which loop, from which stream. */
  record Flow(BenchLoop loop, ReceivedStream received, SentStream source) {}

  /** What came of a window. */
  record Count(long expected, long received) {}

  private final List<BenchLoop> loops;
  private final List<Flow> flows;
  private Map<SentStream, Long> firsts;

  Windows(List<BenchLoop> loops, List<Flow> flows) {
    this.loops = loops;
    this.flows = flows;
  }

  private Map<SentStream, Long> numbers(long lead) {
    Map<SentStream, Long> numbers = new IdentityHashMap<>();
    for (BenchLoop loop : loops) {
      loop.call(() -> {
        for (MediaPath path : loop.paths()) {
          for (SentStream stream : path.sent) {
            numbers.put(stream, stream.nextNumber() + lead);
          }
        }
        return null;
      });
    }
    return numbers;
  }

  void open() {
    firsts = numbers(LEAD_PACKETS);
    for (BenchLoop loop : loops) {
      loop.call(() -> {
        loop.latency.clear();
        loop.farLatency.clear();
        for (Flow flow : flows) {
          if (flow.loop() == loop) {
            flow.received().openWindow(firsts.get(flow.source()));
          }
        }
        return null;
      });
    }
  }

  Count close() {
    Map<SentStream, Long> ends = numbers(LEAD_PACKETS);
    for (BenchLoop loop : loops) {
      loop.call(() -> {
        for (Flow flow : flows) {
          if (flow.loop() == loop) {
            flow.received().closeWindow(ends.get(flow.source()));
          }
        }
        return null;
      });
    }
    Launcher.sleep(SETTLE_MS);
    long expected = 0;
    long received = 0;
    for (Flow flow : flows) {
      expected += Math.max(0, ends.get(flow.source()) - firsts.get(flow.source()));
    }
    for (BenchLoop loop : loops) {
      received += loop.call(() -> {
        long sum = 0;
        for (Flow flow : flows) {
          sum += flow.loop() == loop ? flow.received().windowPackets() : 0;
        }
        return sum;
      });
    }
    return new Count(expected, received);
  }

  /** Packets with a stamp received so far, whatever the window. */
  long packetsReceived() {
    long sum = 0;
    for (BenchLoop loop : loops) {
      sum += loop.call(() -> {
        long own = 0;
        for (Flow flow : flows) {
          own += flow.loop() == loop ? flow.received().packets : 0;
        }
        return own;
      });
    }
    return sum;
  }

  /** Packets sent so far. */
  long packetsSent() {
    return numbers(0).values().stream().mapToLong(Long::longValue).sum();
  }

  LatencyHistogram latency(boolean far) {
    LatencyHistogram all = new LatencyHistogram();
    List<BenchLoop> seen = new ArrayList<>(loops);
    for (BenchLoop loop : seen) {
      loop.call(() -> {
        all.add(far ? loop.farLatency : loop.latency);
        return null;
      });
    }
    return all;
  }
}
