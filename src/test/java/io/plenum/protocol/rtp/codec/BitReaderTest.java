package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BitReaderTest {
  private final BitReader in = new BitReader();

  @Test
  void readsTheMostSignificantBitFirstAcrossBytes() {
    in.reset(new byte[] {(byte) 0xff, (byte) 0xa5, 0x3c, (byte) 0xff}, 1, 2);
    assertEquals(0b101, in.read(3));
    assertEquals(0b0010100, in.read(7));
    assertEquals(0, in.read(0));
    assertTrue(in.readFlag());
    in.skip(3);
    assertEquals(0b00, in.read(2));
    assertFalse(in.overran());
  }

  @Test
  void readsThirtyTwoBits() {
    in.reset(new byte[] {(byte) 0xde, (byte) 0xad, (byte) 0xbe, (byte) 0xef}, 0, 4);
    assertEquals(0xdeadbeef, in.read(32));
  }

  @Test
  void behindTheEndAreZerosAndItIsRemembered() {
    in.reset(new byte[] {(byte) 0xff, (byte) 0xff}, 0, 1);
    assertEquals(0b111111110, in.read(9));
    assertTrue(in.overran());
    in.reset(new byte[] {(byte) 0xff}, 0, 1);
    in.skip(9);
    assertTrue(in.overran());
  }

  @ParameterizedTest(name = "ns({0}) of {1} is {2}, in {3} bits")
  @CsvSource({"1, 11, 0, 0", "2, 00, 0, 1", "2, 11, 1, 1", "3, 00, 0, 1", "3, 10, 1, 2", "3, 11, 2, 2", "5, 000, 0, 2", "5, 010, 1, 2",
      "5, 100, 2, 2", "5, 110, 3, 3", "5, 111, 4, 3", "33, 00000, 0, 5", "33, 111110, 31, 6", "33, 111111, 32, 6"})
  void nonSymmetricValuesTakeAsFewBitsAsTheyCan(int values, String bits, int expected, int width) {
    byte[] bytes = new DescriptorBits().raw(bits + "0".repeat(16 - bits.length())).bytes();
    in.reset(bytes, 0, 2);
    assertEquals(expected, in.readNonSymmetric(values));
    in.skip(16 - width);
    assertFalse(in.overran());
    in.skip(1);
    assertTrue(in.overran());
  }
}
