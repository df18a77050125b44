package io.plenum.protocol.sctp;

/**
 * How one message is to arrive (RFC 8831 §6.4).
 *
 * @param unordered it need not wait for those before it
 * @param lifetimeNs after that it is not sent any more (RFC 3758 §4.1), {@link #UNLIMITED}: until it has arrived
 * @param maxRetransmits after that it is given up (RFC 7496 §3.1), {@link #UNLIMITED}: until it has arrived
 */
public record SendOptions(boolean unordered, long lifetimeNs, int maxRetransmits) {
  public static final int UNLIMITED = -1;
  public static final SendOptions RELIABLE = new SendOptions(false, UNLIMITED, UNLIMITED);
  public static final SendOptions RELIABLE_UNORDERED = new SendOptions(true, UNLIMITED, UNLIMITED);
}
