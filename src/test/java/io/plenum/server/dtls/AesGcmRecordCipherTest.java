package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another implementation of the same cipher says what is right. */
class AesGcmRecordCipherTest {
  private static final int TAG_BYTES = 16;

  private final Random random = new Random(5288);

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] reference(byte[] key, byte[] nonce, byte[] additionalData, byte[] plain) throws Exception {
    var cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
    cipher.init(true, new AEADParameters(new KeyParameter(key), Byte.SIZE * TAG_BYTES, nonce, additionalData));
    byte[] out = new byte[plain.length + TAG_BYTES];
    int length = cipher.processBytes(plain, 0, plain.length, out, 0);
    cipher.doFinal(out, length);
    return out;
  }

  @ParameterizedTest
  @CsvSource({"16, 0", "16, 1", "16, 1100", "16, 16384", "32, 0", "32, 15", "32, 1100"})
  void itEncryptsAndDecryptsInPlaceAsEverybodyElse(int keyBytes, int plainBytes) throws Exception {
    byte[] key = bytes(keyBytes);
    AesGcmRecordCipher encrypting = new AesGcmRecordCipher(true);
    AesGcmRecordCipher decrypting = new AesGcmRecordCipher(false);
    encrypting.setKey(key, 0, keyBytes);
    decrypting.setKey(key, 0, keyBytes);
    for (int round = 0; round < 3; round++) {
      byte[] nonce = bytes(12);
      byte[] additionalData = bytes(13);
      byte[] plain = bytes(plainBytes);
      byte[] record = new byte[21 + plainBytes + TAG_BYTES];
      System.arraycopy(plain, 0, record, 21, plainBytes);
      encrypting.init(nonce, TAG_BYTES);
      assertEquals(plainBytes + TAG_BYTES, encrypting.getOutputSize(plainBytes));
      assertEquals(plainBytes + TAG_BYTES, encrypting.doFinal(additionalData, record, 21, plainBytes, record, 21));
      byte[] sealed = Arrays.copyOfRange(record, 21, record.length);
      assertArrayEquals(reference(key, nonce, additionalData, plain), sealed);

      decrypting.init(nonce, TAG_BYTES);
      assertEquals(plainBytes, decrypting.getOutputSize(sealed.length));
      assertEquals(plainBytes, decrypting.doFinal(additionalData, record, 21, sealed.length, record, 21));
      assertArrayEquals(plain, Arrays.copyOfRange(record, 21, 21 + plainBytes));
    }
  }

  @Test
  void whatIsNotAuthenticIsABadRecordEachTimeAndTheNextRecordIsReadAgain() throws Exception {
    byte[] key = bytes(16);
    byte[] nonce = bytes(12);
    byte[] sealed = reference(key, nonce, new byte[13], new byte[100]);
    AesGcmRecordCipher decrypting = new AesGcmRecordCipher(false);
    decrypting.setKey(key, 0, 16);
    for (int i = 0; i < sealed.length; i++) {
      byte[] forged = sealed.clone();
      forged[i] ^= 0x40;
      decrypting.init(nonce, TAG_BYTES);
      TlsFatalAlert alert = assertThrows(TlsFatalAlert.class,
          () -> decrypting.doFinal(new byte[13], forged, 0, forged.length, new byte[100], 0));
      assertEquals(AlertDescription.bad_record_mac, alert.getAlertDescription());
    }
    decrypting.init(nonce, TAG_BYTES);
    assertEquals(100, decrypting.doFinal(new byte[13], sealed, 0, sealed.length, new byte[100], 0));
  }
}
