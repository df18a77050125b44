package io.plenum.protocol.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.wire.Malformed;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DtlsRecordsTest {
  private static final int GCM_OVERHEAD_BYTES = 24;
  private static final String TAG_OF_GCM = "000000000000000000000000000000000000000000000000";

  private final DtlsRecords records = new DtlsRecords();

  @ParameterizedTest(name = "{2}")
  @CsvSource(nullValues = "ok", delimiter = '|', textBlock = """
      16fefd 0000 000000000000 0000              | ok            | a record without a fragment
      16feff 0000 000000000000 0000              | ok            | 1.0 in a record header
      16fefd 0000 000000000000 00                | TOO_SHORT     | one byte less than a header
      16                                         | TOO_SHORT     | one byte
      16fefc 0000 000000000000 0000              | WRONG_VERSION | 1.3 has no such record
      160303 0000 000000000000 0000              | WRONG_VERSION | TLS instead of DTLS
      16fefd 0000 000000000000 0002 00           | WRONG_LENGTH  | two bytes announced and one present
      16fefd 0000 000000000000 ffff              | TOO_LONG      | longer than any record
      16fefd 0000 000000000000 0000 16           | TOO_SHORT     | a good record and one byte of the next
      """)
  void saysWhatIsWrongWithADatagram(String hex, Malformed expected, String why) {
    byte[] bytes = hex(hex);
    records.wrap(bytes, 0, bytes.length);
    while (records.next()) {
      assertNull(records.malformed());
    }
    assertEquals(expected, records.malformed(), why);
  }

  @Test
  void anEmptyDatagramIsTooShort() {
    records.wrap(new byte[0], 0, 0);
    assertFalse(records.next());
    assertEquals(Malformed.TOO_SHORT, records.malformed());
  }

  @Test
  void recordsBeforeAMalformedOneAreGood() {
    byte[] bytes = hex("aabb 17fefd 0001 010203040506 0003 aabbcc 15fefd 0000 000000000000 0005 01");
    records.wrap(bytes, 2, bytes.length - 2);

    assertTrue(records.next());
    assertEquals(DtlsRecords.APPLICATION_DATA, records.contentType());
    assertEquals(1, records.epoch());
    assertEquals(0x010203040506L, records.sequenceNumber());
    assertEquals(2, records.recordOffset());
    assertEquals(16, records.recordLength());
    assertEquals(3, records.fragmentLength());
    assertFalse(records.next());
    assertEquals(Malformed.WRONG_LENGTH, records.malformed());
    assertFalse(records.next());
  }

  @Test
  void aDatagramOfMoreRecordsThanAFlightIsCutOff() {
    byte[] bytes = hex("16fefd 0000 000000000000 0000".repeat(DtlsRecords.MAX_RECORDS_PER_DATAGRAM + 1));
    records.wrap(bytes, 0, bytes.length);
    int count = 0;
    while (records.next()) {
      count++;
    }
    assertEquals(DtlsRecords.MAX_RECORDS_PER_DATAGRAM, count);
    assertEquals(Malformed.TOO_MANY, records.malformed());
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(nullValues = "ok", delimiter = '|', textBlock = """
      14fefd 0000 000000000001 0001 01           | ok                         | change_cipher_spec
      14fefd 0000 000000000001 0002 0101         | WRONG_HANDSHAKE_MESSAGE    | change_cipher_spec of two bytes
      15fefd 0000 000000000001 0002 0228         | ok                         | a fatal alert in the clear
      15fefd 0000 000000000001 0002 0100         | UNAUTHENTICATED_ALERT      | close_notify in the clear
      15fefd 0000 000000000001 0003 020000       | UNAUTHENTICATED_ALERT      | an alert of three bytes
      15fefd 0001 000000000001 0002 0228         | ok                         | an alert that claims to be encrypted
      17fefd 0000 000000000001 0001 00           | UNAUTHENTICATED_DATA       | data in the clear
      17fefd 0001 000000000001 0001 00           | ok                         | data that overtook the Finished
      17fefd 0002 000000000001 0001 00           | WRONG_EPOCH                | an epoch that never comes
      18fefd 0000 000000000001 0001 00           | UNKNOWN_CONTENT_TYPE       | a heartbeat
      19fefd 0001 000000000001 0001 00           | UNKNOWN_CONTENT_TYPE       | a record with connection id
      16fefd 0000 000000000001 000c 0e0000000003000000000000 | ok             | ServerHelloDone
      16fefd 0000 000000000001 0018 0e0000000003000000000000 0e0000000004000000000000 | ok | two messages in one record
      16fefd 0000 000000000001 000b 0e00000000030000000000   | WRONG_HANDSHAKE_MESSAGE | a message header cut off
      16fefd 0000 000000000001 0000              | WRONG_HANDSHAKE_MESSAGE    | a handshake record with no message
      16fefd 0000 000000000001 000c 0b0000010000000000000002 | WRONG_HANDSHAKE_MESSAGE | longer than its message
      16fefd 0000 000000000001 000c 0b0000040000000000000002 | WRONG_HANDSHAKE_MESSAGE | two bytes announced, none there
      16fefd 0000 000000000001 000c 0b0000020000ffffff000000 | WRONG_HANDSHAKE_MESSAGE | behind the end of its message
      16fefd 0000 000000000001 000c 0b0020000000000000000000 | ok             | a message as long as we take
      16fefd 0000 000000000001 000c 0b0020010000000000000000 | HANDSHAKE_MESSAGE_TOO_LONG | a byte more
      16fefd 0000 000000000001 000c 0bffffff0000000000000000 | HANDSHAKE_MESSAGE_TOO_LONG | 16 MiB to be reserved
      """)
  void duringTheHandshakeOnlyWhatCanBePartOfItIsWorthALook(String hex, DtlsDrop expected, String why) {
    assertTrue(wrapOne(hex));
    assertEquals(expected, records.handshakeDrop(), why);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(nullValues = "ok", delimiter = '|', textBlock = """
      17fefd 0001 000000000001 0018 TAG          | ok                    | data as short as the cipher allows
      17fefd 0001 000000000001 0017 TAG_1        | TOO_SHORT_FOR_CIPHER  | a byte less, which would end the association
      15fefd 0001 000000000001 0018 TAG          | ok                    | an alert that claims to be encrypted
      15fefd 0001 000000000001 0002 0100         | TOO_SHORT_FOR_CIPHER  | an alert too short to be encrypted
      15fefd 0000 000000000001 0002 0100         | UNAUTHENTICATED_ALERT | close_notify in the clear
      15fefd 0000 000000000001 0002 0228         | UNAUTHENTICATED_ALERT | a fatal alert in the clear
      17fefd 0000 000000000001 0001 00           | UNAUTHENTICATED_DATA  | data in the clear
      17feff 0001 000000000001 0018 TAG          | WRONG_VERSION         | another version than the handshake settled
      17fefd 0000 000000000001 0018 TAG          | UNAUTHENTICATED_DATA  | data of epoch 0
      17fefd 0002 000000000001 0018 TAG          | WRONG_EPOCH           | an epoch that never comes
      17fefd ffff 000000000001 0018 TAG          | WRONG_EPOCH           | the last epoch
      14fefd 0000 000000000001 0001 01           | HANDSHAKE_IS_OVER     | change_cipher_spec again
      14fefd 0001 000000000001 0018 TAG          | HANDSHAKE_IS_OVER     | change_cipher_spec, encrypted
      16fefd 0000 000000000001 000c 010000000000000000000000 | HANDSHAKE_IS_OVER | a second ClientHello
      16fefd 0000 000000000001 000c 100000000002000000000000 | ok | a ClientKeyExchange again: our last flight was lost
      16fefd 0001 000000000001 0018 TAG          | ok                    | a Finished repeated
      18fefd 0001 000000000001 0018 TAG          | UNKNOWN_CONTENT_TYPE  | a heartbeat
      """)
  void onceConnectedOnlyWhatCanBeAuthenticIsWorthALook(String hex, DtlsDrop expected, String why) {
    assertTrue(wrapOne(hex.replace("TAG_1", TAG_OF_GCM.substring(2)).replace("TAG", TAG_OF_GCM)));
    assertEquals(expected, records.connectedDrop(GCM_OVERHEAD_BYTES), why);
  }

  @Test
  void bothDatagramsOfChromiumsClientHelloAreWorthALook() {
    for (byte[] datagram : DtlsSeeds.chromiumClientHello()) {
      records.wrap(datagram, 0, datagram.length);
      assertTrue(records.next());
      assertTrue(records.isClientHello());
      assertNull(records.handshakeDrop());
      assertFalse(records.next());
      assertNull(records.malformed());
    }
  }

  @Test
  void nothingThatArrivesMakesItThrow() {
    List<byte[]> seeds = new ArrayList<>(DtlsSeeds.corpus());
    seeds.addAll(DtlsSeeds.chromiumClientHello());
    seeds.forEach(this::look);
    DtlsSeeds.mutate(seeds, 6347, 200_000, this::look);
  }

  private void look(byte[] bytes) {
    records.wrap(bytes, 0, bytes.length);
    int end = 0;
    while (records.next()) {
      records.handshakeDrop();
      records.connectedDrop(GCM_OVERHEAD_BYTES);
      records.isClientHello();
      assertEquals(end, records.recordOffset());
      end += records.recordLength();
    }
    assertTrue(end <= bytes.length);
    if (end < bytes.length) {
      assertNotNull(records.malformed());
    }
  }

  private boolean wrapOne(String hex) {
    byte[] bytes = hex(hex);
    records.wrap(bytes, 0, bytes.length);
    return records.next();
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
