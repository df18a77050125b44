package io.plenum.protocol.sctp.dcep;

import io.plenum.protocol.sctp.SendOptions;

/**
 * What a channel promises (RFC 8831 §6.4), and what it is called. At most one of the two limits is set.
 *
 * @param ordered messages arrive in their order
 * @param lifetimeMs milliseconds after which a message is not sent again, {@link SendOptions#UNLIMITED}: no limit
 * @param maxRetransmits times that a message is sent again, {@link SendOptions#UNLIMITED}: no limit
 * @param priority RFC 8831 §6.4; carried, not obeyed
 */
public record DataChannelParameters(
    String label, String protocol, boolean ordered, long lifetimeMs, int maxRetransmits, int priority) {
  /** RFC 8831 §6.4: normal. */
  public static final int NORMAL_PRIORITY = 256;
  private static final long MS_NS = 1_000_000L;

  public DataChannelParameters {
    if (lifetimeMs != SendOptions.UNLIMITED && maxRetransmits != SendOptions.UNLIMITED) {
      throw new IllegalArgumentException("a channel limits either the lifetime or the retransmissions");
    }
  }

  /** Ordered, and everything arrives. */
  public static DataChannelParameters reliable(String label, String protocol) {
    return new DataChannelParameters(
        label, protocol, true, SendOptions.UNLIMITED, SendOptions.UNLIMITED, NORMAL_PRIORITY);
  }

  /** How each of its messages is sent. */
  public SendOptions sendOptions() {
    long lifetimeNs = lifetimeMs == SendOptions.UNLIMITED ? SendOptions.UNLIMITED : lifetimeMs * MS_NS;
    return new SendOptions(!ordered, lifetimeNs, maxRetransmits);
  }
}
