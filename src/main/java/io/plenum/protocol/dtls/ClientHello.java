package io.plenum.protocol.dtls;

/** The body of a ClientHello (RFC 5246 §7.4.1.2, RFC 6347 §4.2.1), as far as it decides that a handshake can begin. */
final class ClientHello {
  /** Version, random, empty session id and cookie, one suite, one compression method. */
  static final int MIN_BYTES = 42;

  private static final int DTLS_1_2 = 0xfefd;
  private static final int USE_SRTP = 14;
  private static final int EXTENDED_MASTER_SECRET = 23;

  private final byte[] bytes;
  private int at;
  private boolean broken;

  private ClientHello(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Well-formed to its last byte, of DTLS 1.2, with the two extensions without which no call is made. */
  static boolean isUsable(byte[] message) {
    return new ClientHello(message).check();
  }

  private boolean check() {
    int version = take(2);
    skip(32);
    skip(take(1));
    skip(take(1));
    int suites = take(2);
    skip(suites);
    int compressions = take(1);
    skip(compressions);
    int extensions = take(2);
    if (broken || version != DTLS_1_2 || suites == 0 || suites % 2 != 0 || compressions == 0
        || extensions != bytes.length - at) {
      return false;
    }
    boolean srtp = false;
    boolean masterSecret = false;
    while (!broken && at < bytes.length) {
      int type = take(2);
      skip(take(2));
      srtp |= type == USE_SRTP;
      masterSecret |= type == EXTENDED_MASTER_SECRET;
    }
    return !broken && srtp && masterSecret;
  }

  private int take(int count) {
    int value = 0;
    if (broken || count > bytes.length - at) {
      broken = true;
      return 0;
    }
    for (int i = 0; i < count; i++) {
      value = value << 8 | bytes[at++] & 0xff;
    }
    return value;
  }

  private void skip(int count) {
    if (broken || count > bytes.length - at) {
      broken = true;
    } else {
      at += count;
    }
  }
}
