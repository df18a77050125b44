package io.plenum.protocol.srtp;

/** What one side protects with: the profile, its master key and its master salt. Never logged. */
public record SrtpKeys(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
  public SrtpKeys {
    if (masterKey.length != profile.keyBytes() || masterSalt.length != profile.saltBytes()) {
      throw new IllegalArgumentException(profile + " takes a key of " + profile.keyBytes() + " and a salt of "
          + profile.saltBytes() + " bytes, not " + masterKey.length + " and " + masterSalt.length);
    }
  }

  @Override
  public String toString() {
    return "SrtpKeys[" + profile + "]";
  }
}
