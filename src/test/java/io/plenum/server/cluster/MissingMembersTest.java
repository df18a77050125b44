package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissingMembersTest {
  private static final Map<String, List<String>> NAMES = Map.of(
      "node2.example", List.of("10.0.0.2"), "both.example", List.of("10.9.9.9", "10.0.0.1"));

  private static List<String> lookUp(String host) {
    return NAMES.getOrDefault(host, host.matches("[0-9.]+|.*:.*") ? List.of(host) : List.of());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "10.0.0.1:5701,10.0.0.2:5701 | 10.0.0.1:5701 | 10.0.0.2:5701     | one is not there",
      "10.0.0.1:5701, 10.0.0.2:5701, | 10.0.0.1:5701 10.0.0.2:5701 | ''                | all are",
      "10.0.0.1,10.0.0.2           | 10.0.0.1:5701 | 10.0.0.2          | the port is ours where none is given",
      "10.0.0.1:5701,10.0.0.2:5702 | 10.0.0.1:5701 10.0.0.2:5701 | 10.0.0.2:5702     | another port is another node",
      "node2.example:5701,both.example | 10.0.0.1:5701 10.0.0.2:5701 | ''                | by their names",
      "nod2.example:5701           | 10.0.0.1:5701 | nod2.example:5701 (no such name)| misspelt",
      "[2001:db8::2]:5701,2001:db8::3 | 10.0.0.1:5701 | [2001:db8::2]:5701 2001:db8::3 | IPv6",
      "[2001:db8::2]:5701          | 2001:db8::2:5701 | ''                | IPv6",
      "10.0.0.*,10.0.1.1-9:5701    | 10.0.0.1:5701 | ''                | patterns promise nothing",
      "''                          | 10.0.0.1:5701 | ''                | none",
  })
  void namesWhatIsConfiguredAndNotThere(String configured, String present, String missing, String why) {
    List<String> expected = missing.isEmpty() ? List.of() : Arrays.asList(missing.split(" (?!\\(|such|name)"));
    assertEquals(expected,
        MissingMembers.find(configured, 5701, Set.of(present.split(" ")), MissingMembersTest::lookUp), why);
  }
}
