package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * What one end of a pipe protects with, as mediasoup writes it. A secret: it goes to the other node over the cluster's
 * bus, and nowhere else.
 *
 * @param cryptoSuite {@code AEAD_AES_256_GCM}
 * @param keyBase64 master key and master salt, 44 bytes
 */
public record SrtpParameters(String cryptoSuite, String keyBase64) {
  private static final SrtpProfile PROFILE = SrtpProfile.AEAD_AES_256_GCM;
  private static final int KEY_AND_SALT_BYTES = 44;

  /** @throws IllegalParameters {@code invalid-srtp-parameters} */
  @JsonCreator
  public SrtpParameters {
    if (!PROFILE.name().equals(cryptoSuite)) {
      throw new IllegalParameters("invalid-srtp-parameters", "srtpParameters.cryptoSuite must be " + PROFILE);
    }
    if (keyBase64 == null || decoded(keyBase64).length != KEY_AND_SALT_BYTES) {
      throw new IllegalParameters("invalid-srtp-parameters",
          "srtpParameters.keyBase64 must be " + KEY_AND_SALT_BYTES + " bytes in Base64");
    }
  }

  /** Fresh ones. @param random a cryptographic one */
  public static SrtpParameters generate(RandomGenerator random) {
    byte[] bytes = new byte[KEY_AND_SALT_BYTES];
    random.nextBytes(bytes);
    return new SrtpParameters(PROFILE.name(), Base64.getEncoder().encodeToString(bytes));
  }

  public SrtpKeys keys() {
    byte[] bytes = decoded(keyBase64);
    return new SrtpKeys(PROFILE, Arrays.copyOf(bytes, PROFILE.keyBytes()),
        Arrays.copyOfRange(bytes, PROFILE.keyBytes(), KEY_AND_SALT_BYTES));
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  @Override
  public String toString() {
    return "SrtpParameters[" + cryptoSuite + "]";
  }
}
