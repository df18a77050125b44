package io.plenum.protocol.sctp.dcep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.Mutations;
import io.plenum.protocol.wire.Malformed;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class DcepMessageTest {
  private final DcepMessage message = new DcepMessage();

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** Type, channel type, priority, parameter, label's and protocol's length, label "ab", protocol "c". */
  @ParameterizedTest
  @CsvSource({
    "03 00 0100 00000000 0002 0001 616263, true, -1, -1, reliable",
    "03 80 0100 00000000 0002 0001 616263, false, -1, -1, reliable unordered",
    "03 01 0100 00000005 0002 0001 616263, true, -1, 5, five retransmissions",
    "03 81 0100 00000000 0002 0001 616263, false, -1, 0, none",
    "03 02 0100 000003e8 0002 0001 616263, true, 1000, -1, a second",
    "03 82 0100 ffffffff 0002 0001 616263, false, 4294967295, -1, 49 days",
    "03 00 0100 00000005 0002 0001 616263, true, -1, -1, a reliable channel's parameter is ignored"
  })
  void anOpeningSaysWhatTheChannelPromises(
      String bytes, boolean ordered, long lifetimeMs, int maxRetransmits, String why) {
    assertNull(message.parse(hex(bytes)), why);
    assertEquals(new DataChannelParameters("ab", "c", ordered, lifetimeMs, maxRetransmits, 256), message.parameters(),
        why);
  }

  @ParameterizedTest
  @CsvSource({
    "'', TOO_SHORT, nothing at all",
    "03 00 0100 00000000 0002 00, TOO_SHORT, the fixed part is cut off",
    "03 00 0100 00000000 0002 0001 6162, WRONG_LENGTH, the protocol is missing",
    "03 00 0100 00000000 0002 0001 61626300, WRONG_LENGTH, a byte too many",
    "03 03 0100 00000000 0002 0001 616263, WRONG_VALUE, no such channel type",
    "04, WRONG_VALUE, no such message"
  })
  void nonsenseIsRefusedWithAReason(String bytes, Malformed expected, String why) {
    assertEquals(expected, message.parse(hex(bytes)), why);
  }

  @Test
  void anOpeningReadsAsItWasWritten() {
    for (DataChannelParameters parameters : List.of(
        DataChannelParameters.reliable("chat", ""),
        new DataChannelParameters("größe", "proto", false, -1, 3, 1_024),
        new DataChannelParameters("", "", true, 500, -1, 0))) {
      assertNull(message.parse(DcepMessage.open(parameters)));
      assertEquals(parameters, message.parameters());
    }
    assertNull(message.parse(DcepMessage.ack()));
    assertNull(message.parameters());
  }

  @Test
  void namesHaveALimit() {
    DataChannelParameters most = DataChannelParameters.reliable("x".repeat(DcepMessage.MAX_NAME_BYTES - 1), "y");
    assertNull(message.parse(DcepMessage.open(most)));
    DataChannelParameters more = DataChannelParameters.reliable("x".repeat(DcepMessage.MAX_NAME_BYTES), "y");
    assertThrows(IllegalArgumentException.class, () -> DcepMessage.open(more));
    byte[] tooLong = Arrays.copyOf(DcepMessage.open(most), 12 + DcepMessage.MAX_NAME_BYTES + 1);
    tooLong[11]++;
    assertEquals(Malformed.TOO_LONG, message.parse(tooLong));
  }

  @Test
  void aMutatedMessageNeverThrows() {
    mutations(8832, 20_000);
  }

  /** Also for the long run. */
  public static void mutations(long seed, int count) {
    DcepMessage message = new DcepMessage();
    int[] accepted = new int[1];
    List<byte[]> seeds = List.of(DcepMessage.ack(), DcepMessage.open(DataChannelParameters.reliable("chat", "json")),
        DcepMessage.open(new DataChannelParameters("l", "", false, 100, -1, 256)));
    Mutations.run(seeds, count, seed, (bytes, offset, length) -> {
      if (message.parse(Arrays.copyOfRange(bytes, offset, offset + length)) == null) {
        accepted[0]++;
      }
    });
    assertTrue(accepted[0] > 100, "too few were read");
  }
}
