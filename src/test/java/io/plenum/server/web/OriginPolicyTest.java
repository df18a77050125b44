package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPolicyTest {
  private static final Predicate<String> NO_CLUSTER = origin -> false;

  @ParameterizedTest(name = "[{index}] {5}")
  @CsvSource(nullValues = "-", delimiter = '|', value = {
      "''| https://sfu.example     | -           | https://sfu.example:443 | true  | the page's own origin, port implied",
      "''| http://localhost:4443   | same-origin | http://localhost:4443   | true  | the page's own origin",
      "''| HTTP://LocalHost:4443   | -           | http://localhost:4443   | true  | case does not matter",
      "''| http://sfu.example      | -           | https://sfu.example     | false | another scheme is another origin",
      "''| https://sfu.example:444 | -           | https://sfu.example     | false | another port is another origin",
      "''| https://sfu.example.evil| -           | https://sfu.example     | false | a longer name is another host",
      "''| https://evil            | cross-site  | https://sfu.example     | false | a foreign page",
      "''| null                    | -           | https://sfu.example     | false | a sandboxed frame has the origin null",
      "''| ''                      | -           | https://sfu.example     | false | an empty origin is none of ours",
      "''| https://evil            | -           | -                       | false | the request names no host",
      "''| -                       | -           | https://sfu.example     | true  | a program sends no origin",
      "''| -                       | none        | https://sfu.example     | true  | typed into the address bar",
      "''| -                       | same-origin | https://sfu.example     | true  | a browser's own GET",
      "''| -                       | cross-site  | https://sfu.example     | false | a foreign script tag sends no origin either",
      "''| -                       | same-site   | https://sfu.example     | false | nor does one of a sister site",
      "'https://a.example, https://b.example:8443' | https://b.example:8443 | - | https://sfu | true | a listed site",
      "'https://a.example, https://b.example:8443' | https://b.example      | - | https://sfu | false| a listed host, another port",
      "'https://a.example:443'                     | https://a.example      | - | https://sfu | true | the implied port in the list",
      "'https://a.example'                         | https://sfu            | - | https://sfu | true | a list does not lock ourselves out",
      "*                                           | https://evil   | cross-site| https://sfu | true | any",
      "*                                           | null                   | - | https://sfu | true | any, sandboxed frames too",
  })
  void onlyListedPagesAndOurOwnMayConnect(
      String list, String origin, String fetchSite, String own, boolean allowed, String why) {
    assertEquals(allowed, new OriginPolicy(list, NO_CLUSTER).allows(origin, fetchSite, own), why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "https://example.org/page", "https://", "https://a b"})
  void whatIsNotAnOriginStopsTheStart(String list) {
    ConfigException refusal = assertThrows(ConfigException.class, () -> new OriginPolicy(list, NO_CLUSTER));
    assertTrue(refusal.getMessage().contains("http.allowedOrigins"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(list), refusal.getMessage());
  }

  @Test
  void pagesThatAnotherNodeOfTheClusterServedMayConnectAndNobodyElse() {
    OriginPolicy policy = new OriginPolicy("", "https://b.example"::equals);
    assertTrue(policy.allows("https://B.example:443", "cross-site", "https://a.example"));
    assertTrue(policy.allows("https://a.example", "same-origin", "https://a.example"));
    assertFalse(policy.allows("https://evil.example", "cross-site", "https://a.example"));
    assertFalse(policy.allows("http://b.example", "cross-site", "https://a.example"));
    assertFalse(policy.allows(null, "cross-site", "https://a.example"), "a foreign script tag");
  }

  @Test
  void emptyEntriesInTheListAreNothing() {
    assertEquals(true, new OriginPolicy(" , https://a.example ,", NO_CLUSTER).allows("https://a.example", null, "http://sfu"));
  }
}
