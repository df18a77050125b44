package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import io.plenum.protocol.sctp.packet.PacketWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the peer which messages will never come (RFC 3758 §3.5, RFC 8260 §2.3): when it is due, and how far one chunk
 * can go. Again after each round trip, because it may be lost itself.
 */
final class ForwardTsnWriter {
  /** A stream, and whether its unordered messages are meant. */
  private record Row(int streamId, boolean unordered) {}

  private final OutstandingData outstanding;
  private final boolean interleaved;
  private long saidTsn;
  private long saidAtNs;
  private boolean again;
  /** There was no room for all: the rest follows when the peer has moved. */
  private boolean cutShort;

  ForwardTsnWriter(OutstandingData outstanding, boolean interleaved) {
    this.outstanding = outstanding;
    this.interleaved = interleaved;
  }

  /** T3-rtx ran out: say it again. */
  void onTimeout() {
    again = true;
  }

  /** @param roundTripNs how long an answer takes */
  boolean isDue(long roundTripNs, long nowNs) {
    long first = outstanding.firstTsn();
    if (!outstanding.isAbandoned(first)) {
      return false;
    }
    return again || saidTsn < first || !cutShort && outstanding.isAbandoned(saidTsn + 1)
        || nowNs - saidAtNs >= roundTripNs;
  }

  /** Whether there is room for a chunk that gets the peer further. */
  boolean fits(PacketWriter out) {
    return out.room() >= ForwardTsnChunk.FIXED_BYTES + ForwardTsnChunk.skippedBytes(interleaved);
  }

  /** Writes the chunk, as far as the room reaches. It {@link #fits}. */
  void write(PacketWriter out, long nowNs) {
    int room = (out.room() - ForwardTsnChunk.FIXED_BYTES) / ForwardTsnChunk.skippedBytes(interleaved);
    Map<Row, Integer> skipped = new LinkedHashMap<>();
    long tsn = outstanding.firstTsn();
    for (; outstanding.isAbandoned(tsn); tsn++) {
      OutgoingMessage message = outstanding.get(tsn).message;
      // Unordered DATA is found by its TSN.
      if (interleaved || !message.unordered) {
        Row row = new Row(message.streamId, message.unordered);
        if (skipped.size() == room && !skipped.containsKey(row)) {
          break;
        }
        skipped.put(row, message.number);
      }
    }
    ForwardTsnChunk.writeBegin(out, interleaved, (int) (tsn - 1));
    skipped.forEach((row, number) ->
        ForwardTsnChunk.writeSkipped(out, interleaved, row.streamId(), row.unordered(), number));
    out.endChunk();
    cutShort = outstanding.isAbandoned(tsn);
    saidTsn = tsn - 1;
    saidAtNs = nowNs;
    again = false;
  }
}
