package io.plenum.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatagramKindTest {
  @ParameterizedTest
  @CsvSource({
    "0, STUN, first of STUN", "3, STUN, last of STUN", "4, UNKNOWN, after STUN",
    "16, UNKNOWN, ZRTP", "19, UNKNOWN, before DTLS",
    "20, DTLS, first of DTLS", "22, DTLS, handshake", "63, DTLS, last of DTLS",
    "64, UNKNOWN, TURN channel", "127, UNKNOWN, before RTP",
    "128, RTP_OR_RTCP, first of RTP", "191, RTP_OR_RTCP, last of RTP",
    "192, UNKNOWN, after RTP", "255, UNKNOWN, the end"
  })
  void theFirstByteSaysWhoseParserComesNext(int first, DatagramKind expected, String why) {
    assertEquals(expected, DatagramKind.of(first), why);
    assertEquals(expected, DatagramKind.of((byte) first), why + ", as a signed byte");
  }
}
