package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.sctp.packet.InitChunk;

/**
 * What a handshake has settled: both sides' tags, first TSNs and streams, and the extensions both have. It comes out of
 * an INIT ACK, or travels in a cookie.
 *
 * @param localTag what the peer writes into its packets
 * @param remoteTag what we write into ours
 * @param remoteWindow bytes that the peer had room for
 * @param outgoingStreams streams we may send on
 * @param incomingStreams streams the peer may send on
 */
record Agreement(int localTag, int remoteTag, int localInitialTsn, int remoteInitialTsn, long remoteWindow,
    int outgoingStreams, int incomingStreams, Capabilities capabilities) {
  /** What is ours, and what the peer's INIT or INIT ACK says. */
  static Agreement of(int localTag, int localInitialTsn, InitChunk remote, SctpOptions options) {
    return new Agreement(localTag, remote.initiateTag(), localInitialTsn, remote.initialTsn(),
        remote.receiverWindow(),
        Math.min(options.outgoingStreams(), remote.incomingStreams()),
        Math.min(options.incomingStreams(), remote.outgoingStreams()),
        options.capabilities().and(remote.capabilities()));
  }
}
