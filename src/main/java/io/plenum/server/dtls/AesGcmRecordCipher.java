package io.plenum.server.dtls;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.impl.TlsAEADCipherImpl;

/** AES-GCM of the JDK for one direction of an association's records (RFC 5288): one {@link #init} for each record. */
final class AesGcmRecordCipher implements TlsAEADCipherImpl {
  /** A record that is not authentic, which the record layer drops. Always the same object, without a stack. */
  private static final class NotAuthentic extends TlsFatalAlert {
    private static final long serialVersionUID = 1L;
    private static final NotAuthentic INSTANCE = new NotAuthentic();

    NotAuthentic() {
      super(AlertDescription.bad_record_mac);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private final boolean encrypts;
  private final Cipher cipher;
  private SecretKeySpec key;
  private int tagBytes;

  AesGcmRecordCipher(boolean encrypts) throws TlsFatalAlert {
    this.encrypts = encrypts;
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new TlsFatalAlert(AlertDescription.internal_error, e);
    }
  }

  @Override
  public void setKey(byte[] bytes, int offset, int length) {
    key = new SecretKeySpec(bytes, offset, length, "AES");
  }

  @Override
  public void init(byte[] nonce, int tagBytes) throws TlsFatalAlert {
    this.tagBytes = tagBytes;
    try {
      cipher.init(encrypts ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE, key,
          new GCMParameterSpec(Byte.SIZE * tagBytes, nonce));
    } catch (GeneralSecurityException e) {
      throw new TlsFatalAlert(AlertDescription.internal_error, e);
    }
  }

  @Override
  public int getOutputSize(int inputBytes) {
    return encrypts ? inputBytes + tagBytes : Math.max(0, inputBytes - tagBytes);
  }

  @Override
  public int doFinal(byte[] additionalData, byte[] input, int inputOffset, int inputBytes, byte[] output,
      int outputOffset) throws TlsFatalAlert {
    try {
      if (additionalData != null) {
        cipher.updateAAD(additionalData);
      }
      return cipher.doFinal(input, inputOffset, inputBytes, output, outputOffset);
    } catch (AEADBadTagException notAuthentic) {
      throw NotAuthentic.INSTANCE;
    } catch (GeneralSecurityException e) {
      throw new TlsFatalAlert(AlertDescription.internal_error, e);
    }
  }
}
