package io.plenum.media.congestion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.congestion.BitrateAllocator.Demand;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BitrateAllocatorTest {
  private static final int NONE = BitrateAllocator.NO_LAYER;

  private static Demand demand(int priority, int maxLayer, long... layers) {
    return new Demand(priority, layers, maxLayer);
  }

  private static void assertLayers(long available, List<Demand> demands, int... expected) {
    assertArrayEquals(expected, BitrateAllocator.allocate(demands, available));
  }

  @Test
  void everyOneGetsALayerBeforeAnyOneGetsTwo() {
    List<Demand> demands = List.of(demand(1, 2, 100, 300, 900), demand(1, 2, 100, 300, 900));
    assertLayers(99, demands, NONE, NONE);
    assertLayers(100, demands, 0, NONE);
    assertLayers(200, demands, 0, 0);
    assertLayers(400, demands, 1, 0);
    assertLayers(600, demands, 1, 1);
    assertLayers(1200, demands, 2, 1);
    assertLayers(5000, demands, 2, 2);
  }

  @Test
  void thoseOfHigherPriorityComeFirstAndClimbThatManyLayersARound() {
    List<Demand> demands = List.of(demand(1, 3, 100, 200, 300, 400), demand(2, 3, 100, 200, 300, 400));
    assertLayers(100, demands, NONE, 0);
    assertLayers(200, demands, 0, 0);
    assertLayers(400, demands, 0, 2);
    assertLayers(500, demands, 1, 2);
    assertLayers(600, demands, 1, 3);
    assertLayers(800, demands, 3, 3);
  }

  @Test
  void whatOneCannotUseAnotherMay() {
    assertLayers(400, List.of(demand(9, 1, 100, 1000), demand(1, 1, 100, 250)), 0, 1);
  }

  @Test
  void nobodyGetsMoreThanItWants() {
    assertLayers(9999, List.of(demand(1, 1, 100, 200, 300), demand(1, NONE, 100), demand(1, 7, 100)), 1, NONE, 0);
  }

  @Test
  void whatCannotBeGivenLessIsTakenFromTheOthers() {
    List<Demand> demands = List.of(demand(1, 2, 100, 300, 900), Demand.ofFixed(1, 500));
    assertLayers(700, demands, 0, 0);
    assertLayers(800, demands, 1, 0);
    assertLayers(300, demands, 0, 0);
    assertLayers(300, List.of(Demand.ofFixed(1, 500), demand(1, 2, 100, 300, 900)), 0, NONE);
    assertEquals(1400, BitrateAllocator.desiredBps(demands));
  }

  @Test
  void aLayerThatIsNotThereIsSteppedOver() {
    List<Demand> demands = List.of(demand(1, 2, 0, 300, 900), demand(1, 2, 100, 0, 900), demand(1, 2, 0, 0, 0));
    assertLayers(400, demands, 1, 0, NONE);
    assertLayers(9999, demands, 2, 2, NONE);
    assertEquals(1800, BitrateAllocator.desiredBps(demands));
  }

  @Test
  void nothingIsLeftToShareAmongNobody() {
    assertLayers(1000, List.of());
    assertEquals(0, BitrateAllocator.desiredBps(List.of()));
  }

  @Test
  void theSumNeverExceedsWhatIsThereAndNoLayerThatFitsIsLeftOut() {
    Random random = new Random(5);
    for (int round = 0; round < 5000; round++) {
      List<Demand> demands = new ArrayList<>();
      for (int i = random.nextInt(12); i >= 0; i--) {
        long[] layers = new long[1 + random.nextInt(9)];
        long bitrate = 0;
        for (int layer = 0; layer < layers.length; layer++) {
          bitrate += 1 + random.nextInt(500);
          layers[layer] = random.nextInt(5) == 0 ? 0 : bitrate;
        }
        demands.add(demand(1 + random.nextInt(255), random.nextInt(10) - 1, layers));
      }
      long available = random.nextInt(8000);
      int[] chosen = BitrateAllocator.allocate(demands, available);
      long left = available;
      for (int i = 0; i < chosen.length; i++) {
        left -= chosen[i] == NONE ? 0 : demands.get(i).layerBitratesBps()[chosen[i]];
      }
      assertTrue(left >= 0, "round " + round);
      for (int i = 0; i < chosen.length; i++) {
        Demand demand = demands.get(i);
        long has = chosen[i] == NONE ? 0 : demand.layerBitratesBps()[chosen[i]];
        for (int up = chosen[i] + 1; up <= Math.min(demand.maxLayer(), demand.layerBitratesBps().length - 1); up++) {
          long needs = demand.layerBitratesBps()[up];
          if (needs > 0) {
            assertTrue(needs - has > left, "round " + round);
            break;
          }
        }
      }
    }
  }
}
