package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketIndexTest {
  @ParameterizedTest(name = "{3}")
  @CsvSource({
      "0x000000005, 6,      0x000000006, the next",
      "0x000000005, 4,      0x000000004, the one before",
      "0x00000ffff, 0,      0x000010000, the first after a roll-over",
      "0x000010000, 0xffff, 0x00000ffff, the last before a roll-over",
      "0x000010005, 0xfff0, 0x00000fff0, late across a roll-over",
      "0x00000fff0, 5,      0x000010005, early across a roll-over",
      "0x000000000, 0x8000, 0x000008000, exactly half ahead",
      "0x000018000, 0,      0x000010000, exactly half behind",
      "0x000018001, 0,      0x000020000, more than half behind is the next round",
      "0x000010000, 0x8001, 0x000008001, more than half ahead is the round before",
      "0x000000000, 0xffff, 0x00000ffff, before the first roll-over there is no round before",
      "0x1fffffffe, 0xffff, 0x1ffffffff, a large roll-over counter",
      "0x1ffffffff, 0,      0x200000000, a large roll-over counter rolls over"})
  void estimatesTheNearestIndex(String highest, String sequenceNumber, String expected, String why) {
    assertEquals(Long.decode(expected),
        PacketIndex.estimate(Long.decode(highest), Integer.decode(sequenceNumber)), why);
  }
}
