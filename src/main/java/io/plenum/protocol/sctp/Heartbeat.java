package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.PacketReader;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.wire.Bytes;
import java.util.random.RandomGenerator;

/** Asks a silent peer whether it is there (RFC 9260 §8.3), and measures the round trip by the way. */
final class Heartbeat {
  /** Type of the one parameter that HEARTBEAT has. */
  private static final int HEARTBEAT_INFO = 1;
  private static final int INFO_BYTES = 4 + 8;

  private final RandomGenerator random;
  private final RetransmissionTimeout rto;
  private final ErrorCounter errors;
  /** When to ask next. */
  private long askAtNs;
  private boolean due;
  /** Makes an answer recognisable: who did not see the question cannot answer it. */
  private long nonce;
  private long askedAtNs;
  /** When the answer is overdue; Long.MAX_VALUE while none is awaited. */
  private long overdueNs = Long.MAX_VALUE;

  Heartbeat(RandomGenerator random, RetransmissionTimeout rto, ErrorCounter errors, long nowNs) {
    this.random = random;
    this.rto = rto;
    this.errors = errors;
    onAlive(nowNs);
  }

  /** The peer has acknowledged something of ours: no need to ask for a while. */
  void onAlive(long nowNs) {
    // RFC 9260 §8.3: with up to half an RTO of jitter.
    askAtNs = nowNs + SctpTimings.HEARTBEAT_INTERVAL_NS + rto.rtoNs() / 2 + random.nextLong(rto.rtoNs() / 2);
  }

  /** @param packet stands on a HEARTBEAT ACK */
  void onAck(PacketReader packet, long nowNs) {
    if (overdueNs == Long.MAX_VALUE || packet.valueLength() != INFO_BYTES
        || Bytes.i64(packet.bytes(), packet.valueOffset() + 4) != nonce) {
      return;
    }
    overdueNs = Long.MAX_VALUE;
    errors.clear();
    rto.onRoundTrip(nowNs - askedAtNs);
    onAlive(nowNs);
  }

  void onTimeout(long nowNs) {
    if (overdueNs <= nowNs) {
      overdueNs = Long.MAX_VALUE;
      errors.increment();
      rto.backOff();
      due = true;
    }
    if (askAtNs <= nowNs) {
      onAlive(nowNs);
      due = overdueNs == Long.MAX_VALUE;
    }
  }

  /** Writes the question if it is due. */
  void write(PacketWriter out, long nowNs) {
    if (!due || out.room() < ChunkType.HEADER_BYTES + INFO_BYTES) {
      return;
    }
    due = false;
    nonce = random.nextLong();
    askedAtNs = nowNs;
    overdueNs = nowNs + rto.rtoNs();
    out.beginChunk(ChunkType.HEARTBEAT, 0);
    out.put16(HEARTBEAT_INFO);
    out.put16(INFO_BYTES);
    out.put64(nonce);
    out.endChunk();
  }

  boolean isDue() {
    return due;
  }

  long nextDeadlineNs() {
    return Math.min(askAtNs, overdueNs);
  }
}
