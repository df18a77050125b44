package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;

/**
 * Two associations and a made-up path between them: it loses, delays, reorders and doubles packets by a seed. Time is a
 * number that jumps from event to event.
 */
final class VirtualSctpNetwork {
  static final long MS = 1_000_000L;
  static final long SECOND = 1_000 * MS;

  /** What the path does to a packet. */
  record Path(double loss, double duplication, long delayNs, long jitterNs) {
    static final Path PERFECT = new Path(0, 0, 10 * MS, 0);
    static final Path HOSTILE = new Path(0.1, 0.05, 10 * MS, 30 * MS);
  }

  private record Flight(long atNs, long order, SctpAssociation to, byte[] packet) {}

  final RecordingSctpSink sinkA = new RecordingSctpSink();
  final RecordingSctpSink sinkB = new RecordingSctpSink();
  final SctpAssociation a;
  final SctpAssociation b;
  /** Sees every packet before the path does, from A if true; false: it is lost. */
  BiPredicate<Boolean, byte[]> filter = (fromA, packet) -> true;
  /** A copy of what was sent, while wanted. */
  List<byte[]> capture;
  Path path;
  long nowNs;
  private final SplittableRandom random;
  private final PriorityQueue<Flight> flights = new PriorityQueue<>((one, other) ->
      one.atNs != other.atNs ? Long.compare(one.atNs, other.atNs) : Long.compare(one.order, other.order));
  private long order;

  VirtualSctpNetwork(long seed, Path path) {
    this(seed, path, SctpOptions.ofDataChannels(), SctpOptions.ofDataChannels());
  }

  VirtualSctpNetwork(long seed, Path path, SctpOptions optionsA, SctpOptions optionsB) {
    this.random = new SplittableRandom(seed);
    this.path = path;
    a = new SctpAssociation(optionsA, new SplittableRandom(seed + 1), sinkA);
    b = new SctpAssociation(optionsB, new SplittableRandom(seed + 2), sinkB);
    sinkA.wire = packet -> travel(true, b, packet);
    sinkB.wire = packet -> travel(false, a, packet);
  }

  static SctpOptions without(boolean interleaving) {
    return SctpOptions.ofDataChannels().withCapabilities(new Capabilities(true, !interleaving, true, true));
  }

  private void travel(boolean fromA, SctpAssociation to, byte[] packet) {
    if (capture != null) {
      capture.add(packet);
    }
    if (!filter.test(fromA, packet) || random.nextDouble() < path.loss()) {
      return;
    }
    int copies = random.nextDouble() < path.duplication() ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      long jitter = path.jitterNs() == 0 ? 0 : random.nextLong(path.jitterNs());
      flights.add(new Flight(nowNs + path.delayNs() + jitter, order++, to, packet));
    }
  }

  /** Both are established. */
  VirtualSctpNetwork connected() {
    a.connect(nowNs);
    runUntil(() -> a.state() == SctpState.ESTABLISHED && b.state() == SctpState.ESTABLISHED, 60 * SECOND);
    return this;
  }

  /** Until nothing more happens by itself, or until then. */
  void run(long untilNs) {
    runUntil(() -> false, untilNs);
  }

  void runFor(long ns) {
    run(nowNs + ns);
  }

  /** @return whether it came true */
  boolean runUntil(BooleanSupplier condition, long untilNs) {
    while (!condition.getAsBoolean()) {
      long flight = flights.isEmpty() ? Long.MAX_VALUE : flights.peek().atNs;
      long next = Math.min(flight, Math.min(a.nextDeadlineNs(), b.nextDeadlineNs()));
      if (next > untilNs) {
        nowNs = Math.max(nowNs, untilNs);
        return false;
      }
      if (next < nowNs) {
        throw new AssertionError("a deadline in the past: the loop would spin");
      }
      nowNs = next;
      if (flight == next) {
        Flight arrived = flights.poll();
        arrived.to.onPacket(arrived.packet, 0, arrived.packet.length, nowNs);
      } else {
        a.onTimeout(nowNs);
        b.onTimeout(nowNs);
      }
    }
    return true;
  }
}
