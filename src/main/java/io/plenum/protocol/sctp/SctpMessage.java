package io.plenum.protocol.sctp;

/**
 * A whole message as it came.
 *
 * @param payloadProtocolId RFC 8831's, on data channels
 * @param payload in an array of its own; never empty
 */
public record SctpMessage(int streamId, int payloadProtocolId, byte[] payload) {}
