package io.plenum.protocol.dtls;

/**
 * As server: keeps the client's change_cipher_spec back until its whole CertificateVerify has been handed in.
 *
 * <p>BouncyCastle 1.84 takes a change_cipher_spec as soon as it has the ClientKeyExchange, and from then on ignores what
 * comes in the clear. A CertificateVerify that was lost or overtaken can then never arrive, however often the client
 * repeats it, and the handshake times out. To drop the change_cipher_spec as well costs one repetition.
 */
public final class CertificateVerifyGate {
  private static final int CERTIFICATE_VERIFY = 15;

  private int handedInBytes;
  private boolean open;

  /** Whether the record that {@code records} stands at may be handed in now. */
  public boolean admits(DtlsRecords records) {
    return open || records.contentType() != DtlsRecords.CHANGE_CIPHER_SPEC;
  }

  /** The record that {@code records} stands at was handed in. */
  public void onHandedIn(DtlsRecords records) {
    if (open || records.contentType() != DtlsRecords.HANDSHAKE || records.epoch() != 0) {
      return;
    }
    while (records.nextMessage()) {
      // Fragments out of order do not count: the gate then opens with the next repetition.
      if (records.messageType() == CERTIFICATE_VERIFY && records.partOffset() <= handedInBytes) {
        handedInBytes = Math.max(handedInBytes, records.partOffset() + records.partLength());
        open = handedInBytes >= records.messageLength();
      }
    }
  }
}
