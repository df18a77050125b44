package io.plenum.protocol.sctp;

import io.plenum.protocol.TokenBucket;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ErrorCause;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import io.plenum.protocol.sctp.packet.InitChunk;
import io.plenum.protocol.sctp.packet.PacketReader;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.sctp.packet.ReConfigChunk;
import io.plenum.protocol.sctp.packet.SackChunk;
import io.plenum.protocol.wire.Malformed;

/**
 * Reads packets: whose they are (ports, verification tag), and then chunk by chunk to the part whose matter it is.
 * Nothing here keeps a byte of them.
 */
final class PacketReceiver {
  /**
   * Answers outside of data transfer. An honest peer repeats an INIT once a second and sends a HEARTBEAT each 30 s;
   * each answer here costs a record, its encryption and a datagram (RFC 9260 §8.4 and §8.3 allow a limit).
   */
  static final int ANSWERS_PER_SECOND = 20;
  static final int ANSWERS_AT_ONCE = 40;

  private final AssociationContext context;
  private final Handshake handshake;
  private final Shutdown shutdown;
  private final PacketReader packet = new PacketReader();
  private final InitChunk init = new InitChunk();
  private final DataChunk data = new DataChunk();
  private final SackChunk sack = new SackChunk();
  private final ForwardTsnChunk forwardTsn = new ForwardTsnChunk();
  private final ReConfigChunk reConfig = new ReConfigChunk();
  private final TokenBucket answers = new TokenBucket(ANSWERS_PER_SECOND, ANSWERS_AT_ONCE);
  private boolean dataInPacket;

  PacketReceiver(AssociationContext context, Handshake handshake, Shutdown shutdown) {
    this.context = context;
    this.handshake = handshake;
    this.shutdown = shutdown;
  }

  /** One packet; false if it can have changed nothing. */
  boolean onPacket(byte[] bytes, int offset, int length, long nowNs) {
    context.counters.packetsReceived++;
    Malformed wrong = packet.parse(bytes, offset, length, context.options.capabilities().zeroChecksum());
    if (wrong != null) {
      context.counters.drop(SctpDrop.MALFORMED_PACKET);
      return false;
    }
    if (packet.sourcePort() != context.options.remotePort()
        || packet.destinationPort() != context.options.localPort()) {
      context.counters.drop(SctpDrop.WRONG_PORT);
      return false;
    }
    boolean ours = isOurs(nowNs);
    if (ours) {
      readChunks(nowNs);
    }
    return ours;
  }

  /** The rules for verification tags (RFC 9260 §8.4 and §8.5). */
  private boolean isOurs(long nowNs) {
    int first = packet.firstChunkType();
    int tag = packet.verificationTag();
    int localTag = handshake.localTag();
    if (first == ChunkType.INIT && context.state() != SctpState.ENDED) {
      // §8.5.1 A; and an INIT comes alone (§3.3.2), and with its checksum (RFC 9653 §5.2).
      return accept(tag == 0 && packet.hasOneChunk() && !packet.zeroChecksum(), SctpDrop.WRONG_TAG)
          && mayAnswer(nowNs);
    }
    if (first == ChunkType.COOKIE_ECHO && context.state() != SctpState.ENDED) {
      // The cookie says which tag is right.
      return mayAnswer(nowNs);
    }
    if (localTag == 0 || context.state() == SctpState.ENDED
        || first == ChunkType.SHUTDOWN_ACK && isOpening()) {
      context.counters.drop(SctpDrop.OUT_OF_THE_BLUE);
      if (mayAnswer(nowNs)) {
        answerOutOfTheBlue(first, tag);
      }
      return false;
    }
    if (first == ChunkType.ABORT || first == ChunkType.SHUTDOWN_COMPLETE) {
      // With the T bit it carries the tag that we send, because its sender knows no other (§8.5.1 B and C).
      boolean reflected = (packet.firstChunkFlags() & ChunkType.FLAG_TAG_REFLECTED) != 0;
      boolean right = reflected
          ? context.tcb() != null && tag == context.tcb().agreement.remoteTag()
          : tag == localTag;
      return accept(right, SctpDrop.WRONG_TAG);
    }
    return accept(tag == localTag, SctpDrop.WRONG_TAG);
  }

  private boolean mayAnswer(long nowNs) {
    return accept(answers.take(1, nowNs), SctpDrop.TOO_MANY_ANSWERS);
  }

  /** A peer that is about to say goodbye means an association before this one (§8.5.1 E). */
  private boolean isOpening() {
    return context.state() == SctpState.COOKIE_WAIT || context.state() == SctpState.COOKIE_ECHOED;
  }

  private boolean accept(boolean right, SctpDrop otherwise) {
    if (!right) {
      context.counters.drop(otherwise);
    }
    return right;
  }

  /** Tells who believes in an association that there is none (§8.4), in less bytes than it took to ask. */
  private void answerOutOfTheBlue(int first, int tag) {
    int answer = switch (first) {
      case ChunkType.ABORT, ChunkType.SHUTDOWN_COMPLETE, ChunkType.COOKIE_ACK, ChunkType.ERROR -> -1;
      case ChunkType.SHUTDOWN_ACK -> ChunkType.SHUTDOWN_COMPLETE;
      default -> ChunkType.ABORT;
    };
    if (answer >= 0) {
      PacketWriter out = context.out.beginAlone(tag);
      out.putChunk(answer, ChunkType.FLAG_TAG_REFLECTED, new byte[0], 0, 0);
      context.out.endAlone();
    }
  }

  private void readChunks(long nowNs) {
    boolean readOn = true;
    dataInPacket = false;
    while (readOn && context.state() != SctpState.ENDED && packet.nextChunk()) {
      readOn = readChunk(nowNs);
    }
    if (context.tcb() != null) {
      context.tcb().incoming.onPacketEnd(nowNs);
      if (dataInPacket) {
        shutdown.onData(nowNs);
      }
    }
  }

  /** @return whether to read the next one */
  private boolean readChunk(long nowNs) {
    return switch (packet.chunkType()) {
      case ChunkType.INIT -> wellFormed(init.parse(packet)) && onInit(nowNs);
      case ChunkType.INIT_ACK -> {
        if (wellFormed(init.parse(packet))) {
          handshake.onInitAck(init, packet, nowNs);
        }
        yield false;
      }
      case ChunkType.COOKIE_ECHO -> handshake.onCookieEcho(packet, nowNs);
      case ChunkType.COOKIE_ACK -> {
        handshake.onCookieAck();
        yield true;
      }
      case ChunkType.SHUTDOWN_ACK -> {
        shutdown.onShutdownAck();
        yield true;
      }
      case ChunkType.SHUTDOWN_COMPLETE -> {
        shutdown.onShutdownComplete();
        yield false;
      }
      case ChunkType.ABORT -> {
        String cause = ErrorCause.describe(packet);
        context.end(cause.isEmpty() ? "aborted by the peer" : "aborted by the peer: " + cause);
        yield false;
      }
      case ChunkType.ERROR -> {
        if (ErrorCause.describe(packet).equals("stale cookie")) {
          handshake.onStaleCookie(nowNs);
        }
        yield true;
      }
      default -> readTransferChunk(nowNs);
    };
  }

  private boolean onInit(long nowNs) {
    if (context.state() == SctpState.SHUTDOWN_ACK_SENT) {
      shutdown.repeatAck();
    } else {
      handshake.onInit(init, nowNs);
    }
    return false;
  }

  private boolean wellFormed(Malformed wrong) {
    return accept(wrong == null, SctpDrop.MALFORMED_CHUNK);
  }

  /** Those that need a peer. */
  private boolean readTransferChunk(long nowNs) {
    TransmissionControlBlock tcb = context.tcb();
    if (tcb == null) {
      context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
      return false;
    }
    switch (packet.chunkType()) {
      case ChunkType.DATA, ChunkType.I_DATA -> {
        return wellFormed(data.parse(packet)) && onData(tcb, nowNs);
      }
      case ChunkType.SACK -> {
        if (!wellFormed(sack.parse(packet))) {
          return false;
        }
        tcb.retransmissions.onSack(sack, nowNs);
        tcb.heartbeat.onAlive(nowNs);
      }
      case ChunkType.FORWARD_TSN, ChunkType.I_FORWARD_TSN -> {
        if (!wellFormed(forwardTsn.parse(packet))) {
          return false;
        }
        tcb.incoming.onForwardTsn(forwardTsn);
      }
      case ChunkType.RE_CONFIG -> {
        if (!wellFormed(reConfig.parse(packet))) {
          return false;
        }
        tcb.reset.onReConfig(reConfig, nowNs);
      }
      case ChunkType.HEARTBEAT -> {
        if (mayAnswer(nowNs)) {
          answerHeartbeat();
        }
      }
      case ChunkType.HEARTBEAT_ACK -> tcb.heartbeat.onAck(packet, nowNs);
      case ChunkType.SHUTDOWN -> shutdown.onShutdown(packet, nowNs);
      default -> {
        return onUnknownChunk(nowNs);
      }
    }
    return true;
  }

  private boolean onData(TransmissionControlBlock tcb, long nowNs) {
    tcb.incoming.onData(data);
    if (tcb.incoming.reassembly().isTooLong()) {
      context.abort(ErrorCause.PROTOCOL_VIOLATION, "a message longer than "
          + context.options.maxReceiveMessageBytes() + " bytes");
      return false;
    }
    if (tcb.incoming.isOverrun()) {
      context.abort(ErrorCause.OUT_OF_RESOURCE, "too many unfinished messages");
      return false;
    }
    dataInPacket = true;
    return true;
  }

  /** With what it carried (§8.3); one that does not fit into our packets is nobody's we know. */
  private void answerHeartbeat() {
    int bytes = ChunkType.padded(packet.chunkLength());
    PacketWriter out = context.out.room(bytes);
    if (out.room() >= bytes) {
      out.putChunk(ChunkType.HEARTBEAT_ACK, 0, packet.bytes(), packet.valueOffset(), packet.valueLength());
    }
  }

  private boolean onUnknownChunk(long nowNs) {
    context.counters.drop(SctpDrop.UNKNOWN_CHUNK);
    int type = packet.chunkType();
    int bytes = ChunkType.HEADER_BYTES + ChunkType.HEADER_BYTES + ChunkType.padded(packet.chunkLength());
    if (ChunkType.reportsWhenUnknown(type) && mayAnswer(nowNs)) {
      PacketWriter out = context.out.room(bytes);
      if (out.room() >= bytes) {
        out.beginChunk(ChunkType.ERROR, 0);
        ErrorCause.write(
            out, ErrorCause.UNRECOGNIZED_CHUNK, packet.bytes(), packet.chunkOffset(), packet.chunkLength());
        out.endChunk();
      }
    }
    return ChunkType.skipsWhenUnknown(type);
  }
}
