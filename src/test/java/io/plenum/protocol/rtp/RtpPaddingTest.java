package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtpPaddingTest {
  private final byte[] bytes = new byte[2_000];
  private final RtpPacket packet = new RtpPacket();

  private void write(int length) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 7 + 1);
    }
    new RtpHeaderWriter().write(bytes, 0, false, 96, 1, 2, 3);
  }

  @ParameterizedTest
  @CsvSource({"1041, 1048, a part of a frame", "1042, 1048, the part that has a byte more", "1048, 1048, nothing to do",
      "13, 16, one byte of payload", "1049, 1056, beyond the multiple"})
  void roundsUpAndTheReceiverFindsTheSamePayload(int length, int expected, String why) {
    write(length);
    byte[] payload = Arrays.copyOfRange(bytes, 12, length);

    assertEquals(expected, RtpPadding.equalise(bytes, 0, length), why);

    assertNull(packet.parse(bytes, 0, expected));
    assertEquals(expected - length, packet.paddingLength());
    assertArrayEquals(payload,
        Arrays.copyOfRange(bytes, packet.payloadOffset(), packet.payloadOffset() + packet.payloadLength()));
  }

  @Test
  void aPacketThatIsPaddedStaysAsItIs() {
    write(29);
    bytes[0] |= 0x20;
    bytes[28] = 1;
    byte[] before = bytes.clone();
    assertEquals(29, RtpPadding.equalise(bytes, 0, 29));
    assertArrayEquals(before, bytes);
  }
}
