package io.plenum.simulation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One direction of a path: loses, delays, reorders and doubles datagrams as its {@link Impairment} says. */
final class VirtualLink {
  /** How much later an overtaken datagram comes. */
  private static final long MAX_OVERTAKEN_NS = 25 * VirtualTime.MS;

  private final VirtualTime time;
  private final SplittableRandom random;
  private Impairment impairment;
  private boolean cut;
  private long lastArrivalNs = Long.MIN_VALUE;
  private long datagrams;
  private long bytes;

  VirtualLink(VirtualTime time, SplittableRandom random, Impairment impairment) {
    this.time = time;
    this.random = random;
    this.impairment = impairment;
  }

  void impair(Impairment next) {
    impairment = next;
  }

  Impairment impairment() {
    return impairment;
  }

  /** Nothing gets through from now on, or everything again. */
  void cut(boolean isCut) {
    cut = isCut;
  }

  /** What was given to it. */
  long datagrams() {
    return datagrams;
  }

  long bytes() {
    return bytes;
  }

  void carry(byte[] packet, int offset, int length, Consumer<byte[]> deliver) {
    datagrams++;
    bytes += length;
    byte[] copy = Arrays.copyOfRange(packet, offset, offset + length);
    if (cut || random.nextDouble() < impairment.loss()) {
      return;
    }
    long jitterNs = impairment.jitterNs() == 0 ? 0 : random.nextLong(impairment.jitterNs());
    long arrivalNs = time.nowNs() + impairment.delayNs() + jitterNs;
    if (random.nextDouble() < impairment.reordering()) {
      arrivalNs += random.nextLong(MAX_OVERTAKEN_NS);
    } else {
      arrivalNs = Math.max(arrivalNs, lastArrivalNs);
      lastArrivalNs = arrivalNs;
    }
    time.at(arrivalNs, () -> deliver.accept(copy));
    if (random.nextDouble() < impairment.duplication()) {
      byte[] twin = copy.clone();
      time.at(arrivalNs + 2 * VirtualTime.MS, () -> deliver.accept(twin));
    }
  }
}
