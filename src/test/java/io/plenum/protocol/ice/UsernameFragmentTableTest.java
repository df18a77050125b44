package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsernameFragmentTableTest {
  private final UsernameFragmentTable<String> table = new UsernameFragmentTable<>();

  private String find(String fragment) {
    return table.find(CheckBuilder.to(new IceCredentials(fragment, "password")).build());
  }

  @Test
  void aCheckFindsWhomItIsFor() {
    table.put("one", "1");
    table.put("two", "2");
    assertEquals("1", find("one"));
    assertEquals("2", find("two"));
    assertNull(find("three"));
    assertNull(find("on"));
    table.put("one", "new");
    assertEquals("new", find("one"));
    assertEquals(2, table.size());
  }

  @Test
  void aCheckWithoutUsernameFindsNobody() {
    table.put("", "empty");
    assertNull(table.find(CheckBuilder.to(new IceCredentials("x", "password")).username(null).build()));
    assertNull(table.find(CheckBuilder.to(new IceCredentials("x", "password")).username("nocolon").build()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void itHoldsWhatAMapWouldHold(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, String> expected = new HashMap<>();
    List<String> everSeen = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      if (random.nextInt(3) > 0 || everSeen.isEmpty()) {
        String fragment = IceCredentials.generate(random).usernameFragment();
        everSeen.add(fragment);
        table.put(fragment, "value " + i);
        expected.put(fragment, "value " + i);
      } else {
        String fragment = everSeen.get(random.nextInt(everSeen.size()));
        assertEquals(expected.remove(fragment), table.remove(fragment));
      }
    }
    assertEquals(expected.size(), table.size());
    everSeen.forEach(fragment -> assertEquals(expected.get(fragment), find(fragment)));
    everSeen.forEach(table::remove);
    assertEquals(0, table.size());
    everSeen.forEach(fragment -> assertNull(find(fragment)));
  }
}
