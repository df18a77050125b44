package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.PacketReader;
import java.util.random.RandomGenerator;

/** Everything that exists only while there is a peer (RFC 9260 §14): both halves of the transfer and what they share. */
final class TransmissionControlBlock {
  final Agreement agreement;
  /** Random: a cookie that names it was made while this association was there. */
  final long tieTag;
  final RetransmissionTimeout rto = new RetransmissionTimeout();
  final ErrorCounter errors = new ErrorCounter();
  final IncomingData incoming;
  final RetransmissionQueue retransmissions;
  final StreamReset reset;
  final Heartbeat heartbeat;

  TransmissionControlBlock(Agreement agreement, SctpOptions options, SendQueue queue, SctpCounters counters,
      RandomGenerator random, StreamReset.Events events, long nowNs) {
    this.agreement = agreement;
    this.tieTag = random.nextLong();
    this.incoming = new IncomingData(agreement, options, counters);
    int packetBytes = (options.maxPacketBytes() & ~3) - PacketReader.HEADER_BYTES;
    this.retransmissions = new RetransmissionQueue(agreement, queue, counters, rto, errors, packetBytes);
    this.reset = new StreamReset(agreement, queue, retransmissions, incoming, rto, errors, events);
    this.heartbeat = new Heartbeat(random, rto, errors, nowNs);
    queue.onAssociation(agreement);
  }

  long nextDeadlineNs() {
    long transfer = Math.min(retransmissions.nextDeadlineNs(), incoming.schedule().nextDeadlineNs());
    return Math.min(transfer, Math.min(reset.nextDeadlineNs(), heartbeat.nextDeadlineNs()));
  }

  void onTimeout(long nowNs) {
    retransmissions.onTimeout(nowNs);
    reset.onTimeout(nowNs);
    heartbeat.onTimeout(nowNs);
  }
}
