package io.plenum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.HostNetwork.Interface;
import io.plenum.server.HostNetwork.Kind;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Announced and listened addresses of machines that are made up. */
class AddressesTest {
  private static final String SECRET = "--cluster.secret=sixteen characters and more";
  private static final Interface LOOPBACK = network("lo", 1, Kind.LOOPBACK, "127.0.0.1", "::1");
  private static final Interface CARD =
      network("eth0", 2, Kind.HARDWARE, "192.0.2.10", "192.0.2.11", "2001:db8::10", "fe80::1");
  private static final Interface DOCKER = network("docker0", 9, Kind.BRIDGE, "172.17.0.1");
  private static final Interface VPN = network("tun0", 12, Kind.POINT_TO_POINT, "10.8.0.2");

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Interface network(String name, int index, Kind kind, String... addresses) {
    return new Interface(name, index, kind, List.of(addresses).stream().map(AddressesTest::ip).toList());
  }

  private static HostNetwork host(String source4, String source6, Interface... interfaces) {
    return new HostNetwork(
        source4 == null ? null : ip(source4), source6 == null ? null : ip(source6), List.of(interfaces));
  }

  private static Addresses of(HostNetwork host, String... arguments) {
    return Addresses.of(new ConfigLoader().load(arguments, Map.of()), host);
  }

  @Test
  void theSourceOfTheDefaultRouteIsAnnouncedAndListenedOnWhateverElseTheMachineHas() {
    Addresses addresses = of(host("192.0.2.10", null, LOOPBACK, CARD, DOCKER, VPN));
    assertEquals("192.0.2.10", addresses.nodeIp());
    assertEquals(List.of("192.0.2.10"), addresses.announced());
    assertEquals(List.of("192.0.2.10"), addresses.listened());
    assertNull(addresses.doubt());
  }

  @Test
  void whoSpeaksBothIpv4AndIpv6IsToldBoth() {
    Addresses addresses = of(host("192.0.2.10", "2001:db8::10", LOOPBACK, CARD));
    assertEquals("192.0.2.10", addresses.nodeIp());
    assertEquals(List.of("192.0.2.10", "2001:db8::10"), addresses.announced());
    assertEquals(addresses.announced(), addresses.listened());
  }

  @Test
  void aMachineWithIpv6AloneAnnouncesThat() {
    Interface card = network("eth0", 2, Kind.HARDWARE, "fe80::1", "2001:db8::10");
    Addresses addresses = of(host(null, "2001:db8::10", LOOPBACK, card));
    assertEquals("2001:db8::10", addresses.nodeIp());
    assertEquals(List.of("2001:db8::10"), addresses.announced());
    assertEquals(List.of("2001:db8::10"), addresses.listened());
  }

  @Test
  void withoutADefaultRouteANetworkCardGoesBeforeBridgesAndVpns() {
    assertEquals("192.0.2.10", of(host(null, null, LOOPBACK, VPN, DOCKER, CARD)).nodeIp());
    Interface other = network("veth0", 30, Kind.OTHER, "198.51.100.7");
    assertEquals("198.51.100.7", of(host(null, null, LOOPBACK, VPN, DOCKER, other)).nodeIp());
    assertEquals("172.17.0.1", of(host(null, null, LOOPBACK, VPN, DOCKER)).nodeIp());
    assertEquals("10.8.0.2", of(host(null, null, LOOPBACK, VPN)).nodeIp());
    assertEquals("127.0.0.1", of(host(null, null, LOOPBACK)).nodeIp(), "no network");
    assertEquals(List.of("127.0.0.1", "::1"), of(host(null, null, LOOPBACK)).listened());
  }

  @Test
  void behindANatEveryAddressOfTheMachineIsListenedOnByItself() {
    Addresses addresses = of(host("192.0.2.10", null, LOOPBACK, CARD, DOCKER), "--media.announcedIp=203.0.113.7");
    assertEquals(List.of("203.0.113.7"), addresses.announced());
    assertEquals(List.of("192.0.2.10", "192.0.2.11", "2001:db8::10", "172.17.0.1", "127.0.0.1", "::1"),
        addresses.listened());
    assertEquals(List.of("192.0.2.10"), addresses.outside());
  }

  @Test
  void loopbackMayBeThatOfTheMachineAroundAContainer() {
    HostNetwork container = host("172.18.0.2", null, LOOPBACK, network("eth0", 2, Kind.OTHER, "172.18.0.2"));
    Addresses addresses = of(container, "--media.announcedIp=127.0.0.1");
    assertEquals(List.of("127.0.0.1"), addresses.announced());
    assertEquals(List.of("172.18.0.2", "127.0.0.1", "::1"), addresses.listened());
  }

  @Test
  void allOfIpv4IsEachOfItsAddresses() {
    HostNetwork host = host("192.0.2.10", null, LOOPBACK, CARD);
    assertEquals(List.of("192.0.2.10", "192.0.2.11", "127.0.0.1"), of(host, "--media.ip=0.0.0.0").listened());
    assertEquals(List.of("192.0.2.10"), of(host, "--media.ip=0.0.0.0").announced());
  }

  @Test
  void severalAddressesAreAnnouncedInTheirOrder() {
    Addresses addresses = of(host("192.0.2.10", null, LOOPBACK, CARD),
        "--media.announcedIp=192.0.2.11, 192.0.2.10 ,192.0.2.11");
    assertEquals(List.of("192.0.2.11", "192.0.2.10"), addresses.announced());
    assertEquals(addresses.announced(), addresses.listened());
  }

  @Test
  void anAddressThatIsWrittenDownIsKept() {
    HostNetwork host = host("192.0.2.10", "2001:db8::10", LOOPBACK, CARD);
    assertEquals(List.of("192.0.2.11"), of(host, "--node.ip=192.0.2.11").announced());
    assertEquals(List.of("192.0.2.11"), of(host, "--media.ip=192.0.2.11").announced());
    assertEquals(List.of("192.0.2.11"),
        of(host, "--media.ip=192.0.2.11", "--media.announcedIp=203.0.113.7").listened());
  }

  @Test
  void aNameIsLookedUp() {
    Addresses addresses = of(host(null, null, LOOPBACK), "--media.announcedIp=localhost");
    assertTrue(List.of("127.0.0.1", "::1").containsAll(addresses.announced()), addresses.toString());
  }

  @Test
  void moreAddressesThanAnybodyListensOnShareOneSocket() {
    List<String> many = new ArrayList<>(
        IntStream.range(0, Addresses.MAX_LISTENED).mapToObj(i -> "198.51.100." + (i + 1)).toList());
    HostNetwork host = host("198.51.100.1", null, network("eth0", 2, Kind.HARDWARE, many.toArray(String[]::new)));
    assertEquals(Addresses.MAX_LISTENED, of(host, "--media.announcedIp=203.0.113.7").listened().size());
    many.add("198.51.100.200");
    HostNetwork more = host("198.51.100.1", null, network("eth0", 2, Kind.HARDWARE, many.toArray(String[]::new)));
    assertEquals(List.of("0.0.0.0"), of(more, "--media.ip=0.0.0.0").listened());
    assertEquals(List.of("0.0.0.0"), of(more, "--media.announcedIp=203.0.113.7").listened(), "it has no IPv6");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "media.announcedIp | 300.1.1.1            | … a name that has one, not \"300.1.1.1\"",
      "media.announcedIp | 10.1                 | … a name that has one, not \"10.1\"",
      "media.announcedIp | not.an.ip.invalid    | … a name that has one, not \"not.an.ip.invalid\"",
      "media.announcedIp | 192.0.2.1,,192.0.2.2 | … a name that has one, not \"\"",
      "media.announcedIp | 0.0.0.0              | takes an address of one machine, not \"0.0.0.0\"",
      "media.announcedIp | 224.0.0.1            | takes an address of one machine, not \"224.0.0.1\"",
      "media.ip          | 300.1.1.1            | … a name that has one, not \"300.1.1.1\"",
      "node.ip           | 300.1.1.1            | … a name that has one, not \"300.1.1.1\"",
      "node.ip           | ::                   | takes an address of one machine, not \"::\"",
  })
  void whatIsNoAddressIsRefusedInOneLine(String key, String value, String sentence) {
    ConfigException refusal = assertThrows(ConfigException.class,
        () -> of(host("192.0.2.10", null, LOOPBACK, CARD), "--" + key + "=" + value));
    String whole = sentence.replace("…", "takes an address of IPv4 or IPv6, or");
    assertEquals("the key " + key + " " + whole, refusal.getMessage());
  }

  @Test
  void aClusterNeedsANodeIpOfThisMachine() {
    HostNetwork host = host("192.0.2.10", null, LOOPBACK, CARD);
    ConfigException refusal = assertThrows(ConfigException.class,
        () -> of(host, "--cluster.enabled=true", SECRET, "--node.ip=203.0.113.7"));
    assertEquals("node.ip 203.0.113.7 is no address of this machine, which has 192.0.2.10, 192.0.2.11, 2001:db8::10,"
        + " 127.0.0.1, ::1", refusal.getMessage());
    assertEquals("192.0.2.11", of(host, "--cluster.enabled=true", SECRET, "--node.ip=192.0.2.11").nodeIp());
    assertEquals("127.0.0.2", of(host, "--cluster.enabled=true", "--node.ip=127.0.0.2").nodeIp(), "all of 127 is");
    assertEquals("203.0.113.7", of(host, "--node.ip=203.0.113.7").nodeIp(), "alone it is only told to clients");
    Addresses told = of(host, "--cluster.enabled=true", SECRET, "--node.ip=192.0.2.11");
    assertEquals("192.0.2.11 192.0.2.11", told.clusterIp() + " " + told.pipeIp());
    assertEquals("10.9.9.9", of(host, "--cluster.enabled=true", SECRET, "--pipe.ip=10.9.9.9").pipeIp());
  }

  @Test
  void aDefaultRouteThroughAVpnIsInDoubtUntilTheAddressIsWrittenDown() {
    HostNetwork host = host("10.8.0.2", null, LOOPBACK, CARD, VPN);
    assertNotNull(of(host).doubt());
    assertTrue(of(host).doubt().contains("10.8.0.2") && of(host).doubt().contains("tun0"), of(host).doubt());
    assertNull(of(host, "--media.announcedIp=10.8.0.2").doubt());
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.10", "203.0.113.7", "192.0.2.11"})
  void aCertificateOfItsOwnHasEveryNameOfTheNode(String name) {
    Addresses addresses = of(host("192.0.2.10", null, LOOPBACK, CARD),
        "--node.ip=192.0.2.11", "--media.announcedIp=203.0.113.7,192.0.2.10");
    assertTrue(addresses.names().contains(name), addresses.names().toString());
  }
}
