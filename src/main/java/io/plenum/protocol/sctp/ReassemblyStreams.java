package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;

/** How fragments find their message, and messages their order, in the streams of one association. */
interface ReassemblyStreams {
  /** Where what is ready goes, and who counts what waits. */
  interface Owner {
    /** A message is ready, in its stream's order. */
    void deliver(SctpMessage message);

    /** So many bytes more (or fewer, if negative) wait here. */
    void onWaiting(int bytes);

    /** The peer may not send longer ones. */
    int maxMessageBytes();

    void onTooLong();

    /** The peer may send on it. */
    boolean isStream(int streamId);
  }

  /** @param tsn unwrapped, and new */
  void onData(long tsn, DataChunk chunk);

  /** @param newCumulativeTsn unwrapped */
  void onForwardTsn(long newCumulativeTsn, ForwardTsnChunk chunk);

  /** The numbers of messages begin at 0 again (RFC 6525 §5.2.2); what waits will never be whole. */
  void reset(int streamId);

  void resetAll();
}
