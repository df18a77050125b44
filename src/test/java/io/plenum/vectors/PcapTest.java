package io.plenum.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PcapTest {
  @Test
  void tellsRtpFromRtcpByTheSourcePort() {
    List<Pcap.Datagram> datagrams = Pcap.read("/captures/chromium-vp8-single.pcap");
    assertEquals(295, datagrams.stream().filter(Pcap.Datagram::isRtp).count());
    assertEquals(5, datagrams.stream().filter(Pcap.Datagram::isRtcp).count());
    assertEquals(295, Pcap.payloads("/captures/chromium-vp8-single.pcap", Pcap.RTP_PORT).size());
    for (Pcap.Datagram datagram : datagrams) {
      assertEquals(0x80, datagram.payload()[0] & 0xc0);
    }
  }

  @Test
  void timeCountsFromTheFirstDatagram() {
    List<Pcap.Datagram> datagrams = Pcap.read("/captures/chromium-vp8-single.pcap");
    assertEquals(0, datagrams.get(0).timeNs());
    long lastNs = datagrams.get(datagrams.size() - 1).timeNs();
    assertTrue(lastNs > 1_000_000_000L && lastNs < 60_000_000_000L, "seconds, not " + lastNs + " ns");
  }
}
