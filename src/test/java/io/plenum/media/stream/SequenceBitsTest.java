package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceBitsTest {
  @ParameterizedTest(name = "{0} bits, seed {1}")
  @CsvSource({"64, 1", "128, 2", "128, 3", "2048, 4", "16384, 42"})
  void rangesAreThatOfASet(int size, long seed) {
    Random random = new Random(seed);
    SequenceBits bits = new SequenceBits(size);
    Set<Long> model = new HashSet<>();
    long base = 1 << 16;
    for (int step = 0; step < 3_000; step++) {
      long from = base + random.nextInt(size);
      long to = Math.min(base + size - 1, from - 1 + random.nextInt(random.nextBoolean() ? 70 : size));
      switch (random.nextInt(4)) {
        case 0 -> {
          bits.clear(from, to);
          for (long at = from; at <= to; at++) {
            model.remove(at);
          }
        }
        case 1 -> {
          // The window moves on.
          long newest = base + size - 1 + random.nextInt(3) * random.nextInt(2 * size);
          bits.clear(base + size, newest);
          long next = newest - size + 1;
          model.removeIf(sequence -> sequence < next);
          base = next;
        }
        default -> {
          for (long at = from; at <= to; at++) {
            bits.set(at);
            model.add(at);
          }
        }
      }
      from = base + random.nextInt(size);
      to = Math.min(base + size - 1, from - 1 + random.nextInt(size));
      long first = -1;
      boolean all = true;
      for (long at = from; at <= to; at++) {
        first = first < 0 && model.contains(at) ? at : first;
        all &= model.contains(at);
      }
      assertEquals(first, bits.firstSet(from, to), "seed " + seed + " step " + step);
      assertEquals(all, bits.areSet(from, to), "seed " + seed + " step " + step);
      assertEquals(model.contains(from), bits.get(from));
    }
  }
}
