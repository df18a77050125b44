package io.plenum.server.router;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.protocol.ice.IceCandidate;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebRtcTransportsTest {
  private static List<String> told(List<String> addresses, boolean forceTcp) {
    return WebRtcTransports.candidates(addresses, 40_000, forceTcp).stream()
        .map(each -> each.foundation() + " " + each.protocol() + " " + each.address() + ":" + each.port())
        .toList();
  }

  @Test
  void oneAddressIsToldForUdpAndTcp() {
    assertEquals(List.of("udpcandidate udp 192.0.2.1:40000", "tcpcandidate tcp 192.0.2.1:40000"),
        told(List.of("192.0.2.1"), false));
    assertEquals(List.of("tcpcandidate tcp 192.0.2.1:40000"), told(List.of("192.0.2.1"), true));
  }

  @Test
  void severalAddressesAreToldInTheirOrderUdpFirstEachWithAFoundationOfItsOwn() {
    List<String> addresses = List.of("192.0.2.1", "2001:db8::1");
    assertEquals(List.of("udpcandidate udp 192.0.2.1:40000", "udpcandidate2 udp 2001:db8::1:40000",
        "tcpcandidate tcp 192.0.2.1:40000", "tcpcandidate2 tcp 2001:db8::1:40000"), told(addresses, false));
    List<Long> priorities = WebRtcTransports.candidates(addresses, 40_000, false).stream()
        .map(IceCandidate::priority).toList();
    assertEquals(priorities.stream().sorted((one, other) -> Long.compare(other, one)).distinct().toList(), priorities);
  }
}
