package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
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

  /** @param own what the client asks, as it sees it; null if the request names no host */
  private static boolean allows(OriginPolicy policy, String origin, String fetchSite, String own) {
    String[] parts = own == null ? new String[] {"http", null} : own.split("://");
    return policy.refusal(origin, fetchSite, parts[0], parts[1], null) == null;
  }

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
    assertEquals(allowed, allows(new OriginPolicy(list, NO_CLUSTER, OwnNames.any()), origin, fetchSite, own), why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "https://example.org/page", "https://", "https://a b"})
  void whatIsNotAnOriginStopsTheStart(String list) {
    ConfigException refusal = assertThrows(ConfigException.class, () -> new OriginPolicy(list, NO_CLUSTER, OwnNames.any()));
    assertTrue(refusal.getMessage().contains("http.allowedOrigins"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(list), refusal.getMessage());
  }

  @Test
  void pagesThatAnotherNodeOfTheClusterServedMayConnectAndNobodyElse() {
    OriginPolicy policy = new OriginPolicy("", "https://b.example"::equals, OwnNames.any());
    assertTrue(allows(policy, "https://B.example:443", "cross-site", "https://a.example"));
    assertTrue(allows(policy, "https://a.example", "same-origin", "https://a.example"));
    assertFalse(allows(policy, "https://evil.example", "cross-site", "https://a.example"));
    assertFalse(allows(policy, "http://b.example", "cross-site", "https://a.example"));
    assertFalse(allows(policy, null, "cross-site", "https://a.example"), "a foreign script tag");
  }

  @Test
  void emptyEntriesInTheListAreNothing() {
    assertTrue(allows(new OriginPolicy(" , https://a.example ,", NO_CLUSTER, OwnNames.any()), "https://a.example", null, "http://sfu"));
  }

  @ParameterizedTest(name = "[{index}] {5}")
  @CsvSource(nullValues = "-", delimiter = '|', value = {
      "http://localhost:4443     | http  | localhost:4443     | -                   | -      | the page as it comes",
      "http://127.0.0.1:4443     | http  | 127.0.0.1:4443     | -                   | -      | by its address",
      "http://[::1]:4443         | http  | [::1]:4443         | -                   | -      | by its other address",
      "http://a.localhost:4443   | http  | a.localhost:4443   | -                   | -      | browsers ask no name server for it",
      "-                         | http  | localhost:4443     | -                   | -      | a program",
      "-                         | http  | -                  | -                   | -      | one of HTTP/1.0",
      "http://evil.example:4443  | http  | evil.example:4443  | -                   | HOST   | a page that had its own name point to 127.0.0.1",
      "-                         | http  | evil.example:4443  | -                   | HOST   | its GET names no origin",
      "http://evil.example:4443  | http  | evil.example:4443  | localhost:4443      | HOST   | on its requests it may set headers",
      "-                         | http  | evil.example:4443  | localhost:4443      | HOST   | the same without an origin",
      "http://evil.example:4443  | http  | localhost:4443     | evil.example:4443   | HOST   | a foreign name, whoever says it",
      "http://evil.example:4443  | http  | localhost:4443     | -                   | ORIGIN | a foreign page",
      "http://localhost.evil:80  | http  | localhost.evil     | -                   | HOST   | a longer name",
      "http://xlocalhost         | http  | xlocalhost         | -                   | HOST   | another name",
      "http://999.1.1.1          | http  | 999.1.1.1          | -                   | HOST   | no address",
      "http://192.0.2.1          | http  | 192.0.2.1          | -                   | HOST   | not our address",
      "https://call.example      | https | call.example       | call.example        | -      | behind the proxy that is http.publicUrl",
      "https://call.example      | https | 127.0.0.1:4443     | call.example:443    | -      | one that passes on its own Host",
      "-                         | https | Call.Example.      | -                   | -      | a name with its dot",
      "https://app.example       | https | other.example      | -                   | -      | a listed page, whatever it asks for",
      "-                         | https | app.example        | -                   | -      | a listed page's GET through a proxy of its own",
      "https://node-b.example    | https | other.example      | -                   | -      | a page of the cluster",
  })
  void aNodeOnLoopbackIsCalledByItsOwnNames(
      String origin, String scheme, String host, String forwardedHost, String reason, String why) {
    OwnNames names = OwnNames.ofLoopback();
    names.add("https://call.example");
    OriginPolicy policy = new OriginPolicy("https://app.example", "https://node-b.example"::equals, names);
    SignalingCounters.Refused expected = reason == null ? null : SignalingCounters.Refused.valueOf(reason);
    assertEquals(expected, policy.refusal(origin, null, scheme, host, forwardedHost), why);
  }

  @Test
  void whereAnyPageMayConnectAnyNameWillDo() {
    assertNull(new OriginPolicy("*", NO_CLUSTER, OwnNames.ofLoopback()).refusal("http://evil", "cross-site", "http", "evil", null));
  }
}
