package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.sctp.packet.SackChunk;

/** The receiving half of an association: which data to take, and what to tell the peer of it (RFC 9260 §6.2). */
final class IncomingData {
  /** More would not help the sender: after three the first is sent again. 128 holes are 512 bytes of a packet. */
  private static final int MAX_GAP_BLOCKS = 128;
  /** RFC 9260 §6.2 leaves the number to us; nobody needs them but for diagnosis. */
  private static final int MAX_DUPLICATES = 20;
  /** FORWARD-TSNs that skip further than this are nonsense: nobody has as much on its way. */
  private static final long MAX_FORWARD = 1L << 24;

  /** An eighth of the window, some hundred packets, is for a peer that looks whether it has opened. */
  private static final int PROBES_SHARE = 8;

  private final boolean interleaved;
  private final int streams;
  private final SctpCounters counters;
  private final ReceivedTsns received;
  private final ReassemblyQueue reassembly;
  private final SackSchedule schedule = new SackSchedule();
  private final int[] gaps = new int[2 * MAX_GAP_BLOCKS];
  private final int[] duplicates = new int[MAX_DUPLICATES];
  private int duplicateCount;
  private boolean overrun;
  private final int windowBytes;
  /** Of messages that were told, and wait above us: they still take room. */
  private long heldBytes;
  private long offeredBytes;

  IncomingData(Agreement agreement, SctpOptions options, SctpCounters counters) {
    this.interleaved = agreement.capabilities().interleaving();
    this.streams = agreement.incomingStreams();
    this.counters = counters;
    this.windowBytes = options.receiverWindowBytes();
    this.offeredBytes = windowBytes;
    this.received = new ReceivedTsns(SerialNumber.first(agreement.remoteInitialTsn()));
    this.reassembly =
        new ReassemblyQueue(interleaved, streams, options.receiverWindowBytes(), options.maxReceiveMessageBytes());
  }

  void onData(DataChunk chunk) {
    long tsn = received.unwrap(chunk.tsn());
    SctpDrop refusal = refuse(tsn, chunk);
    if (refusal != null) {
      counters.drop(refusal);
      schedule.onData(true);
      return;
    }
    boolean hadGaps = received.hasGaps();
    received.add(tsn);
    // RFC 9260 §7.2.4: at once when there is a gap, so that the sender can count; and when one closes.
    schedule.onData(chunk.immediate() || hadGaps || received.hasGaps());
    if (chunk.streamId() >= streams) {
      // RFC 9260 §6.5: acknowledged all the same.
      counters.drop(SctpDrop.INVALID_STREAM);
    } else {
      reassembly.onData(tsn, chunk);
    }
  }

  private SctpDrop refuse(long tsn, DataChunk chunk) {
    if (chunk.interleaved() != interleaved) {
      return SctpDrop.WRONG_DATA_KIND;
    }
    if (received.contains(tsn)) {
      if (duplicateCount < MAX_DUPLICATES) {
        duplicates[duplicateCount++] = chunk.tsn();
      }
      return SctpDrop.DUPLICATE_TSN;
    }
    if (!received.isInWindow(tsn)) {
      return SctpDrop.TSN_OUT_OF_WINDOW;
    }
    // Not even what is next finds room: all that waits is unfinished, and no more can finish it.
    overrun |= reassembly.isFull() && received.isNext(tsn);
    if (reassembly.isFull() || reassembly.isAboveWatermark() && !received.isNext(tsn)) {
      return SctpDrop.RECEIVE_BUFFER_FULL;
    }
    return heldBytes > 0 && isHeldBack(tsn) ? SctpDrop.RECEIVE_BUFFER_FULL : null;
  }

  /**
   * What is told and waits above us closes the window, but the peer that keeps to it may still look whether it has opened
   * (RFC 9260 §6.1 A): refusing that would count against it.
   */
  private boolean isHeldBack(long tsn) {
    long taken = reassembly.waitingBytes() + heldBytes;
    return taken >= windowBytes && !received.isNext(tsn) || taken >= windowBytes + windowBytes / PROBES_SHARE;
  }

  void hold(int bytes) {
    heldBytes += bytes;
  }

  /** The window opens again; the peer is told when it is worth it, and at the latest when nothing is held any more. */
  void release(int bytes) {
    heldBytes = Math.max(0, heldBytes - bytes);
    long opened = freeBytes() - offeredBytes;
    if (opened >= windowBytes / 4 || heldBytes == 0 && opened > 0 && offeredBytes < windowBytes / 4) {
      schedule.requestNow();
    }
  }

  private int freeBytes() {
    return (int) Math.max(0, reassembly.freeBytes() - heldBytes);
  }

  /** The peer has begun more messages than there is room to finish: the association has to end. */
  boolean isOverrun() {
    return overrun;
  }

  void onForwardTsn(ForwardTsnChunk chunk) {
    // RFC 3758 §3.6: acknowledged at once, because the sender waits for it.
    schedule.onData(true);
    if (chunk.interleaved() != interleaved) {
      counters.drop(SctpDrop.WRONG_DATA_KIND);
      return;
    }
    long tsn = received.unwrap(chunk.newCumulativeTsn());
    if (tsn - received.cumulative() > MAX_FORWARD) {
      counters.drop(SctpDrop.TSN_OUT_OF_WINDOW);
      return;
    }
    if (tsn > received.cumulative()) {
      received.forwardTo(tsn);
      reassembly.onForwardTsn(tsn, chunk);
    }
  }

  void onPacketEnd(long nowNs) {
    schedule.onPacketEnd(nowNs);
  }

  /** Everything that the peer had sent up to this TSN has come. */
  boolean hasAllUpTo(int tsn) {
    return received.unwrap(tsn) <= received.cumulative();
  }

  /** @param streamIds empty: all */
  void resetStreams(int[] streamIds) {
    reassembly.reset(streamIds);
  }

  ReassemblyQueue reassembly() {
    return reassembly;
  }

  SackSchedule schedule() {
    return schedule;
  }

  /** Wire form of the cumulative TSN, for SHUTDOWN. */
  int cumulativeTsn() {
    return (int) received.cumulative();
  }

  /** Writes a SACK, with as many gap blocks as fit. */
  void writeSack(PacketWriter out) {
    int room = (out.room() - SackChunk.FIXED_BYTES) / SackChunk.ENTRY_BYTES;
    int blocks = Math.min(room, received.gapBlocks(gaps));
    int reported = Math.min(room - blocks, duplicateCount);
    offeredBytes = freeBytes();
    SackChunk.write(out, cumulativeTsn(), (int) offeredBytes, gaps, blocks, duplicates, reported);
    duplicateCount = 0;
    schedule.onSackSent();
  }
}
