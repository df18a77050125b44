package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunIntegrity;
import java.nio.charset.StandardCharsets;

/** One generation of our credentials, ready to be compared with. */
final class LocalCredentials {
  final IceCredentials credentials;
  final byte[] usernameFragment;
  final StunIntegrity integrity;

  LocalCredentials(IceCredentials credentials) {
    this.credentials = credentials;
    usernameFragment = credentials.usernameFragment().getBytes(StandardCharsets.US_ASCII);
    integrity = StunIntegrity.ofPassword(credentials.password());
  }
}
