package io.plenum.protocol.ice;

/**
 * What a client is told of our agent, with mediasoup's JSON names.
 *
 * @param password a secret of this client, therefore not in {@link #toString}
 * @param iceLite always true with us
 */
public record IceParameters(String usernameFragment, String password, boolean iceLite) {
  public static IceParameters of(IceCredentials credentials) {
    return new IceParameters(credentials.usernameFragment(), credentials.password(), true);
  }

  @Override
  public String toString() {
    return "IceParameters[" + usernameFragment + "]";
  }
}
