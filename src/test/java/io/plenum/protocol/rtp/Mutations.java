package io.plenum.protocol.rtp;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Breaks seeds in the ways that find parser bugs, always in the same order for the same random seed. */
public final class Mutations {
  /** Tries one mutated input. Whatever it throws is a finding. */
  public interface Target {
    void accept(byte[] bytes, int offset, int length);
  }

  private static final int[] EDGES = {0, 1, 0x0f, 0x10, 0x7f, 0x80, 0xbe, 0xde, 0xf0, 0xfe, 0xff};

  private Mutations() {}

  /**
   * Runs {@code count} mutations of the seeds. Each input stands at the very end of its array, behind a few bytes that
   * are not its own, so that reading too far is an exception rather than luck.
   */
  public static void run(List<byte[]> seeds, int count, long randomSeed, Target target) {
    Random random = new Random(randomSeed);
    for (int i = 0; i < count; i++) {
      byte[] seed = seeds.get(random.nextInt(seeds.size()));
      int offset = random.nextInt(4);
      int length = random.nextInt(3) == 0 ? random.nextInt(seed.length + 1) : seed.length;
      byte[] bytes = new byte[offset + length];
      System.arraycopy(seed, 0, bytes, offset, length);
      for (int change = random.nextInt(6); change > 0 && length > 0; change--) {
        // Headers are where lengths are: every second change hits the first 40 bytes.
        int at = offset + random.nextInt(random.nextBoolean() ? Math.min(40, length) : length);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
          case 1 -> bytes[at] = (byte) random.nextInt(256);
          case 2 -> bytes[at] = (byte) EDGES[random.nextInt(EDGES.length)];
          default -> bytes[at] += (byte) (random.nextInt(5) - 2);
        }
      }
      try {
        target.accept(bytes, offset, length);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "mutation " + i + " of seed " + randomSeed + ": " + HexFormat.of().formatHex(bytes, offset, offset + length), e);
      }
    }
  }
}
