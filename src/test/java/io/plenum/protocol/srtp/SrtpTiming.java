package io.plenum.protocol.srtp;

import com.sun.management.ThreadMXBean;
import io.plenum.protocol.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prints what a packet costs: CPU time of this thread and bytes allocated, per profile. A program, not a test; run it
 * from an IDE or with {@code java -cp target/classes:target/test-classes io.plenum.protocol.srtp.SrtpTiming}.
 */
public final class SrtpTiming {
  private static final int LENGTH = 1112;
  private static final int BATCH = 64;
  private static final int BATCHES = 1500;
  /** About as many frames as lie under a packet handler in a Netty pipeline: an exception's price grows with them. */
  private static final int PIPELINE_FRAMES = 40;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private SrtpTiming() {}

  private interface Work {
    void run(int packet);
  }

  public static void main(String[] args) {
    warmUpCurve();
    System.out.println("\nus of CPU per packet of " + LENGTH + " bytes, p10 / p50 of " + BATCHES
        + " batches; bytes allocated");
    for (SrtpProfile profile : SrtpProfile.values()) {
      measure(profile);
    }
  }

  private static void warmUpCurve() {
    SrtpWarmUp warmUp = new SrtpWarmUp();
    System.out.println("SrtpWarmUp: us of CPU per iteration (three profiles, there and back)");
    long total = 0;
    for (int iterations = 250; total < 64_000; total += iterations) {
      long wall = System.nanoTime();
      long cpu = THREADS.getCurrentThreadCpuTime();
      boolean right = warmUp.run(iterations);
      System.out.printf(Locale.ROOT, "  after %6d: %7.2f  (wall %7.2f) %s%n", total + iterations,
          (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / iterations, (System.nanoTime() - wall) / 1e3 / iterations,
          right ? "" : "WRONG");
      iterations = total == 0 ? iterations : (int) Math.min(16_000, total);
    }
  }

  private static void measure(SrtpProfile profile) {
    SrtpKeys keys = Packets.keys(profile, 1);
    SrtpSender sender = new SrtpSender(keys);
    SrtpReceiver receiver = new SrtpReceiver(keys);
    byte[] plain = Packets.rtp(7, 0, LENGTH - 12);
    byte[] out = new byte[LENGTH];
    byte[][] wires = new byte[BATCH][LENGTH + SrtpSender.MAX_RTP_OVERHEAD_BYTES];
    int[] sequence = {0};
    Work protect = i -> {
      Bytes.put16(plain, 2, ++sequence[0] & 0xffff);
      System.arraycopy(plain, 0, wires[i], 0, LENGTH);
      require(sender.protectRtp(wires[i], 0, 12, LENGTH) == LENGTH + profile.rtpTagBytes());
    };
    Work unprotect = i -> require(
        receiver.unprotectRtp(wires[i], 0, LENGTH + profile.rtpTagBytes(), out, 0) == LENGTH);
    Work replayed = i -> require(
        receiver.unprotectRtp(wires[i], 0, LENGTH + profile.rtpTagBytes(), out, 0) == SrtpDrop.REPLAYED.code());
    // The next of a stream that is known: of others the guard would mostly not look at the tag.
    byte[] forged = Packets.rtp(7, 9, LENGTH + profile.rtpTagBytes() - 12);
    Work refuse = i -> {
      Bytes.put16(forged, 2, sequence[0] + 1 & 0xffff);
      require(receiver.unprotectRtp(forged, 0, forged.length, out, 0) == SrtpDrop.AUTHENTICATION_FAILED.code());
    };
    byte[] small = Arrays.copyOf(forged, 40);
    Work refuseSmall = i -> {
      Bytes.put16(small, 2, sequence[0] + 1 & 0xffff);
      require(receiver.unprotectRtp(small, 0, small.length, out, 0) == SrtpDrop.AUTHENTICATION_FAILED.code());
    };

    String[] names = {"protect", "unprotect", "replayed", "forged", "forged, 40 B", "forged, 40 B, deep stack"};
    Work[] works = {protect, unprotect, replayed, refuse, refuseSmall, i -> deep(PIPELINE_FRAMES, refuseSmall, i)};
    double[][] micros = new double[works.length][BATCHES];
    long[] bytes = new long[works.length];
    Arrays.fill(bytes, Long.MAX_VALUE);
    for (int batch = -BATCHES; batch < BATCHES; batch++) {
      for (int w = 0; w < works.length; w++) {
        long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        long cpu = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < BATCH; i++) {
          works[w].run(i);
        }
        long spent = THREADS.getCurrentThreadCpuTime() - cpu;
        allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
        micros[w][Math.max(0, batch)] = spent / 1e3 / BATCH;
        bytes[w] = Math.min(bytes[w], allocated / BATCH);
      }
    }
    System.out.println(profile);
    for (int w = 0; w < works.length; w++) {
      Arrays.sort(micros[w]);
      System.out.printf(Locale.ROOT, "  %-26s %5.2f / %5.2f us %6d B%n", names[w], micros[w][BATCHES / 10],
          micros[w][BATCHES / 2], bytes[w]);
    }
  }

  private static void deep(int frames, Work work, int packet) {
    if (frames == 0) {
      work.run(packet);
    } else {
      deep(frames - 1, work, packet);
    }
  }

  private static void require(boolean right) {
    if (!right) {
      throw new IllegalStateException("not what was to be measured");
    }
  }
}
