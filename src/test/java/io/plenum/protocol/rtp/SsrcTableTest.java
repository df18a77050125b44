package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SsrcTableTest {
  private final SsrcTable<String> table = new SsrcTable<>();

  @Test
  void ssrcZeroIsAnSsrcLikeAnyOther() {
    assertNull(table.get(0));
    table.put(0, "zero");
    assertEquals("zero", table.get(0));
    assertTrue(table.remove(0));
    assertFalse(table.remove(0));
    assertNull(table.get(0));
    assertEquals(0, table.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void agreesWithAHashMap(long seed) {
    Random random = new Random(seed);
    Map<Integer, String> expected = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      // Few enough SSRCs that they meet again, some neighbours and some far apart.
      int ssrc = random.nextInt(200) * (random.nextBoolean() ? 1 : 0x1000_0001);
      if (random.nextInt(5) < 2) {
        assertEquals(expected.remove(ssrc) != null, table.remove(ssrc));
      } else {
        String value = "v" + i;
        table.put(ssrc, value);
        expected.put(ssrc, value);
      }
      int asked = random.nextInt(200);
      assertEquals(expected.get(asked), table.get(asked), "seed " + seed);
      assertEquals(expected.size(), table.size());
    }
    expected.forEach((ssrc, value) -> assertEquals(value, table.get(ssrc)));
  }
}
