/**
 * SCTP's bytes (RFC 9260 §3 and the chunks of RFC 3758, 6525, 8260): readers are views that a next {@code parse}
 * overwrites, writing goes through one {@link io.plenum.protocol.sctp.packet.PacketWriter}. No state of an association.
 */
package io.plenum.protocol.sctp.packet;
