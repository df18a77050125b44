package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig.PerAddress;
import io.vertx.core.net.SocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressLimitsTest {
  private static final long SECOND_NS = ManualLoop.SECOND_NS;

  private final ManualLoop loop = new ManualLoop();
  private final AddressLimits limits = new AddressLimits(new PerAddress(2, 0, 100, ""), loop);

  private static String key(AddressLimits limits, String address) {
    return limits.keyOf(SocketAddress.inetSocketAddress(1_234, address));
  }

  @ParameterizedTest
  @CsvSource(nullValues = "-", value = {
      "198.51.100.7,        198.51.100.7,         a client of the Internet",
      "2001:db8:1:2:3::4,   20010db800010002/64,  a whole /64 is one household",
      "2001:db8:1:2:ffff::, 20010db800010002/64,  and another address of it",
      "2001:db8:1:3::4,     20010db800010003/64,  the neighbours",
      "::ffff:198.51.100.7, 198.51.100.7,         IPv4 on a socket of both kinds",
      "127.0.0.1,           -,                    a proxy on this machine",
      "::1,                 -,                    the same",
      "10.42.0.7,           -,                    the ingress of a cluster",
      "172.17.0.1,          -,                    the gateway of containers",
      "172.32.0.1,          172.32.0.1,           beyond the private network",
      "100.64.3.4,          -,                    behind a provider's NAT",
      "fd00::1,             -,                    the private addresses of IPv6",
      "fe80::1,             -,                    link-local",
  })
  void asShippedAddressesThatManyShareAreExempt(String address, String key, String why) {
    assertEquals(key, key(new AddressLimits(new ConfigLoader().load(Map.of()).perAddress(), loop), address), why);
  }

  @Test
  void anEmptyListExemptsNobody() {
    assertEquals("127.0.0.1", key(limits, "127.0.0.1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::1/129", "10.0.0"})
  void whatIsNoNetworkIsRefusedAtTheStart(String entry) {
    String message = assertThrows(ConfigException.class,
        () -> new AddressLimits(new PerAddress(0, 0, 0, "127.0.0.1, " + entry), loop)).getMessage();
    assertTrue(message.contains("perAddress.exempt") && message.contains(entry), message);
  }

  @Test
  void anAddressHasItsConnectionsAndAnotherHasItsOwn() {
    AddressLimits.Entry first = limits.open("a");
    limits.open("a");
    assertTrue(limits.full("a"));
    assertFalse(limits.full("b"));
    assertFalse(limits.full(null));
    first.close();
    assertFalse(limits.full("a"));
  }

  @Test
  void connectionsOverHttpAreTwiceAsMany() {
    for (int i = 0; i < 4; i++) {
      assertFalse(limits.fullOfHttp("a"));
      limits.openHttp("a");
    }
    assertTrue(limits.fullOfHttp("a"));
  }

  @Test
  void clientsOfAnAddressShareItsRateAndConnectingOnceMoreRenewsNothing() {
    AddressLimits.Entry first = limits.open("a");
    assertEquals(0, first.spend(499, 0));
    first.close();
    assertTrue(limits.open("a").spend(1, 0) > 0);
    assertEquals(0, limits.open("b").spend(499, 0));
  }

  @Test
  void anExemptOneHasNoRate() {
    assertEquals(0, limits.open(null).spend(1_000_000, 0));
    assertEquals(0, limits.size());
  }

  @Test
  void whatIsOwedIsRememberedUntilItIsPaidAndOfTheOldestNotEvenThat() {
    AddressLimits.Entry entry = limits.open("a");
    entry.spend(100, 0);
    entry.close();
    assertEquals(1, limits.size());
    loop.nowNs = SECOND_NS;
    limits.sweep();
    assertEquals(0, limits.size());

    for (int i = 0; i < AddressLimits.MAX_DEPARTED + 10; i++) {
      AddressLimits.Entry passing = limits.open("a" + i);
      passing.spend(1, SECOND_NS);
      passing.close();
    }
    assertEquals(AddressLimits.MAX_DEPARTED, limits.size());
  }
}
