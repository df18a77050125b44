package io.plenum.protocol.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CertificateVerifyGateTest {
  private static final String CHANGE_CIPHER_SPEC = "14fefd0000 000000000001 0001 01";
  private static final String KEY_EXCHANGE = "16fefd0000 000000000001 000d 10 000001 0002 000000 000001 aa";
  private static final String WHOLE_VERIFY = "16fefd0000 000000000001 000f 0f 000003 0003 000000 000003 aabbcc";
  private static final String FIRST_TWO_BYTES = "16fefd0000 000000000001 000e 0f 000003 0003 000000 000002 aabb";
  private static final String LAST_BYTE = "16fefd0000 000000000001 000d 0f 000003 0003 000002 000001 cc";
  private static final String BOTH_IN_ONE_RECORD =
      "16fefd0000 000000000001 001c 10 000001 0002 000000 000001 aa 0f 000003 0003 000000 000003 aabbcc";
  private static final String ENCRYPTED = "16fefd0001 000000000001 000f 0f 000003 0003 000000 000003 aabbcc";

  private final CertificateVerifyGate gate = new CertificateVerifyGate();
  private final DtlsRecords records = new DtlsRecords();

  @Test
  void theChangeCipherSpecWaitsForTheCertificateVerify() {
    assertAdmits(false, CHANGE_CIPHER_SPEC);
    assertAdmits(true, KEY_EXCHANGE);
    assertAdmits(false, CHANGE_CIPHER_SPEC);
    assertAdmits(true, WHOLE_VERIFY);
    assertAdmits(true, CHANGE_CIPHER_SPEC);
  }

  @Test
  void itWaitsForEveryFragment() {
    assertAdmits(true, LAST_BYTE);
    assertAdmits(true, FIRST_TWO_BYTES);
    assertAdmits(false, CHANGE_CIPHER_SPEC);
    assertAdmits(true, LAST_BYTE);
    assertAdmits(true, CHANGE_CIPHER_SPEC);
  }

  @Test
  void severalMessagesMayShareARecord() {
    assertAdmits(true, BOTH_IN_ONE_RECORD);
    assertAdmits(true, CHANGE_CIPHER_SPEC);
  }

  @Test
  void encryptedBytesSayNothing() {
    assertAdmits(true, ENCRYPTED);
    assertAdmits(false, CHANGE_CIPHER_SPEC);
  }

  private void assertAdmits(boolean expected, String hex) {
    byte[] record = HexFormat.of().parseHex(hex.replace(" ", ""));
    records.wrap(record, 0, record.length);
    assertTrue(records.next());
    assertEquals(expected, gate.admits(records));
    if (expected) {
      gate.onHandedIn(records);
    }
  }
}
