package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The cookie in INIT ACK (RFC 9260 §5.1.3): all that we would have to remember of somebody who has not yet shown that it
 * hears us, signed so that only we can have written it.
 */
final class StateCookie {
  /**
   * What a cookie says.
   *
   * @param createdNs when it was made
   * @param tieTag tells a restart of the peer of the association that there was then; 0: there was none
   */
  record Content(Agreement agreement, long createdNs, long tieTag) {
    boolean isStale(long nowNs) {
      return nowNs - createdNs > SctpTimings.COOKIE_LIFETIME_NS;
    }
  }

  private static final String ALGORITHM = "HmacSHA256";
  private static final int SECRET_BYTES = 32;
  private static final int MAC_BYTES = 32;
  private static final int CONTENT_BYTES = 44;
  static final int BYTES = CONTENT_BYTES + MAC_BYTES;

  private final byte[] secret = new byte[SECRET_BYTES];
  /** Made for the first cookie: most associations are opened by us and never make one. */
  private Mac mac;

  /** @param random hard to guess */
  StateCookie(RandomGenerator random) {
    random.nextBytes(secret);
  }

  byte[] seal(Content content) {
    Agreement a = content.agreement();
    byte[] cookie = new byte[BYTES];
    Bytes.put64(cookie, 0, content.createdNs());
    Bytes.put64(cookie, 8, content.tieTag());
    Bytes.put32(cookie, 16, a.localTag());
    Bytes.put32(cookie, 20, a.remoteTag());
    Bytes.put32(cookie, 24, a.localInitialTsn());
    Bytes.put32(cookie, 28, a.remoteInitialTsn());
    Bytes.put32(cookie, 32, (int) a.remoteWindow());
    Bytes.put16(cookie, 36, a.outgoingStreams());
    Bytes.put16(cookie, 38, a.incomingStreams());
    Bytes.put32(cookie, 40, a.capabilities().bits());
    System.arraycopy(sign(cookie, 0), 0, cookie, CONTENT_BYTES, MAC_BYTES);
    return cookie;
  }

  /** What it says, or null if we did not make it. */
  Content open(byte[] bytes, int offset, int length) {
    if (length != BYTES) {
      return null;
    }
    byte[] signature = Arrays.copyOfRange(bytes, offset + CONTENT_BYTES, offset + BYTES);
    if (!MessageDigest.isEqual(signature, sign(bytes, offset))) {
      return null;
    }
    Agreement agreement = new Agreement(
        Bytes.i32(bytes, offset + 16),
        Bytes.i32(bytes, offset + 20),
        Bytes.i32(bytes, offset + 24),
        Bytes.i32(bytes, offset + 28),
        Bytes.u32(bytes, offset + 32),
        Bytes.u16(bytes, offset + 36),
        Bytes.u16(bytes, offset + 38),
        Capabilities.fromBits(Bytes.i32(bytes, offset + 40)));
    return new Content(agreement, Bytes.i64(bytes, offset), Bytes.i64(bytes, offset + 8));
  }

  private byte[] sign(byte[] bytes, int offset) {
    try {
      if (mac == null) {
        mac = Mac.getInstance(ALGORITHM);
        mac.init(new SecretKeySpec(secret, ALGORITHM));
      }
      mac.update(bytes, offset, CONTENT_BYTES);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
