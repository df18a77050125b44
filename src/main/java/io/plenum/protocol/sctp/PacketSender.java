package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.PacketWriter;

/**
 * The one packet that is being built. Chunks are added where they arise; a packet that is full leaves, and what is left
 * leaves at the end of each event.
 */
final class PacketSender {
  private final PacketWriter writer;
  private final SctpAssociation.Sink sink;
  private final SctpCounters counters;
  private int remoteTag;
  private boolean zeroChecksum;
  private boolean checksumNeeded;

  PacketSender(SctpOptions options, SctpAssociation.Sink sink, SctpCounters counters) {
    this.writer = new PacketWriter(options.localPort(), options.remotePort(), options.maxPacketBytes());
    this.sink = sink;
    this.counters = counters;
    writer.begin(0);
  }

  /** From now on packets go to this association of the peer. */
  void onPeer(Agreement agreement) {
    flush();
    remoteTag = agreement.remoteTag();
    zeroChecksum = agreement.capabilities().zeroChecksum();
    writer.begin(remoteTag);
  }

  /** The packet, with at least so much room for one chunk. */
  PacketWriter room(int bytes) {
    if (writer.room() < bytes) {
      flush();
    }
    return writer;
  }

  PacketWriter writer() {
    return writer;
  }

  /** What is being built leaves; a packet of its own begins, to that tag. {@link #endAlone} sends it. */
  PacketWriter beginAlone(int tag) {
    flush();
    writer.begin(tag);
    checksumNeeded = true;
    return writer;
  }

  void endAlone() {
    flush();
  }

  /** RFC 9653 §5.2: packets with INIT or COOKIE ECHO need their checksum whatever was agreed on. */
  void needChecksum() {
    checksumNeeded = true;
  }

  boolean isEmpty() {
    return writer.isEmpty();
  }

  /** Sends what there is. */
  void flush() {
    if (!writer.isEmpty()) {
      int length = writer.finish(zeroChecksum && !checksumNeeded);
      counters.packetsSent++;
      sink.sendPacket(writer.bytes(), 0, length);
    }
    checksumNeeded = false;
    writer.begin(remoteTag);
  }
}
