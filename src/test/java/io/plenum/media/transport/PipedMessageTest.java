package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.Subchannels;
import io.plenum.protocol.wire.Malformed;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipedMessageTest {
  private final PipedMessage message = new PipedMessage();

  @ParameterizedTest(name = "{2}")
  @CsvSource(textBlock = """
      '',                       TOO_SHORT,   nothing
      00000000,                 TOO_SHORT,   half a position
      0000000000,               ,            an empty message for everybody
      080000000061,             WRONG_VALUE, a flag that nobody knows
      0100000000,               TOO_SHORT,   a list without its count
      01000000000002000a,       TOO_SHORT,   two announced but one present
      010000000000000061,       ,            a list of none
      01000000000401,           TOO_MANY,    1025 announced
      020000000001,             TOO_SHORT,   half a number
      0400000000,               TOO_SHORT,   no number
      0700000000000100010002,   TOO_SHORT,   the last of three is missing
      07000000000001000100020003, ,          all three and no content""")
  void isReadOrRefusedForAReason(String hex, Malformed expected, String why) {
    assertEquals(expected, message.parse(HexFormat.of().parseHex(hex)), why);
  }

  @Test
  void whatIsWrittenIsRead() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      Set<Integer> listed = new LinkedHashSet<>();
      for (int n = random.nextInt(5); n > 0; n--) {
        listed.add(random.nextInt(65_536));
      }
      Subchannels audience = new Subchannels(listed, random.nextBoolean() ? random.nextInt(65_536) : null,
          random.nextBoolean() ? random.nextInt(65_536) : null);
      byte[] content = new byte[random.nextInt(50)];
      random.nextBytes(content);
      int position = random.nextInt();
      assertNull(message.parse(PipedMessage.write(audience, position, content)));
      assertEquals(audience, message.audience());
      assertEquals(position, message.position());
      assertArrayEquals(content, message.content());
    }
  }

  @Test
  void theLongestHeaderIsAsLongAsIsSaid() {
    Set<Integer> listed = new LinkedHashSet<>();
    for (int i = 0; i < Subchannels.MAX_SUBCHANNELS; i++) {
      listed.add(i);
    }
    byte[] bytes = PipedMessage.write(new Subchannels(listed, 1, 2), 0, new byte[0]);
    assertEquals(PipedMessage.MAX_HEADER_BYTES, bytes.length);
    assertNull(message.parse(bytes));
    assertEquals(listed, message.audience().listed());
  }

  @Test
  void noBytesMakeItThrowOrReadMoreThanThereIs() {
    SplittableRandom random = new SplittableRandom(2);
    byte[] seed = PipedMessage.write(new Subchannels(Set.of(1, 2, 3), 4, 5), 6, new byte[20]);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = java.util.Arrays.copyOf(seed, random.nextInt(seed.length + 3));
      for (int n = random.nextInt(4); n > 0 && bytes.length > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      if (message.parse(bytes) == null) {
        assertTrue(message.content().length <= bytes.length);
        assertTrue(message.audience().listed().size() <= Subchannels.MAX_SUBCHANNELS);
      }
    }
  }
}
