package io.plenum.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LiveHeapTest {
  private static final String HISTOGRAM = """
       num     #instances         #bytes  class name (module)
      -------------------------------------------------------
         1:         26301        3020648  [B (java.base@17.0.15)
         2:          1000          64000  io.plenum.media.router.Consumer
         3:            10            640  io.plenum.media.router.Consumer
         4:             1             16  java.lang.Integer$IntegerCache (java.base@17.0.15)
      Total         27312        3085304
      """;

  @Test
  void aClassHistogramSaysHowMuchEachClassHolds() {
    LiveHeap heap = LiveHeap.parse(HISTOGRAM);
    assertEquals(3_085_304, heap.bytes());
    assertEquals(3_020_648, heap.bytesByClass().get("[B"));
    assertEquals(64_640, heap.bytesByClass().get("io.plenum.media.router.Consumer"));
    assertEquals(16, heap.bytesByClass().get("java.lang.Integer$IntegerCache"));
  }

  @Test
  void aClassThatWasNotThereHasGrownByAllOfIt() {
    LiveHeap before = LiveHeap.parse("Total  1  3020600\n   1:   1   3020600  [B (java.base@17)\nTotal 1 3020600\n");
    LiveHeap after = LiveHeap.parse(HISTOGRAM);
    assertEquals(48, after.growth("[B", before));
    assertEquals(64_640, after.growth("io.plenum.media.router.Consumer", before));
    assertEquals(-64_640, before.growth("io.plenum.media.router.Consumer", after));
  }

  @Test
  void whatIsNoHistogramIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> LiveHeap.parse("unknown command"));
  }
}
