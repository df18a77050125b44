package io.plenum.protocol.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientHelloAssemblerTest {
  private final ClientHelloAssembler assembler = new ClientHelloAssembler();
  private final DtlsRecords records = new DtlsRecords();

  @Test
  void twoDatagramsBecomeOneRecordInEitherOrder() throws Exception {
    byte[] first = DtlsSeeds.chromiumClientHello().get(0);
    byte[] second = DtlsSeeds.chromiumClientHello().get(1);
    assertNull(give(second));
    assertNull(assembler.takeRecord());
    assertNull(give(first));

    byte[] whole = assembler.takeRecord();
    assertEquals(first.length + second.length - 25, whole.length);
    records.wrap(whole, 0, whole.length);
    assertEquals(true, records.next() && records.isClientHello() && records.handshakeDrop() == null);
    assertNull(assembler.takeRecord());
  }

  /** Fragments of more lengths than are kept, between the halves of each attempt, and garbage of the same length. */
  @Test
  void fragmentsOfOthersDoNotKeepTheHelloFromBeingWhole() throws Exception {
    byte[] first = DtlsSeeds.chromiumClientHello().get(0);
    byte[] second = DtlsSeeds.chromiumClientHello().get(1);
    int length = (first[14] & 0xff) << 16 | (first[15] & 0xff) << 8 | first[16] & 0xff;
    for (int other = 100; other < 1_000; other++) {
      assertNull(give(fragment(other, 0, 0, 30)));
    }
    assertNull(give(fragment(length, 0, 0, 300)));
    assertNull(give(first));
    assertNull(give(second));
    assertNotNull(assembler.takeRecord());
  }

  @ParameterizedTest
  @CsvSource({"4001, 0, 0, 50, HANDSHAKE_MESSAGE_TOO_LONG", "41, 0, 0, 41, UNUSABLE_CLIENT_HELLO",
      "42, 0, 0, 42, UNUSABLE_CLIENT_HELLO", "100, 1, 0, 50, NO_CLIENT_HELLO", "100, 0, 50, 0, UNUSABLE_CLIENT_HELLO"})
  void whatIsNoHelloIsDropped(int length, int sequence, int offset, int part, DtlsDrop drop) {
    assertEquals(drop, give(fragment(length, sequence, offset, part)));
    assertNull(assembler.takeRecord());
  }

  private DtlsDrop give(byte[] datagram) {
    records.wrap(datagram, 0, datagram.length);
    assertEquals(true, records.next());
    assertNull(records.handshakeDrop());
    return assembler.onRecord(records, datagram);
  }

  private static byte[] fragment(int length, int sequence, int offset, int part) {
    return HexFormat.of().parseHex("16feff0000000000000000%04x01%06x%04x%06x%06x".formatted(part + 12, length, sequence,
        offset, part) + "5a".repeat(part));
  }
}
