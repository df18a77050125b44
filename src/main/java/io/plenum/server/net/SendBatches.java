package io.plenum.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;

/**
 * Datagrams that wait for the next flush of one socket, those of one receiver together, so that one system call can
 * take several (UDP generic segmentation offload: equal sizes, of which only the last may be smaller). What goes to one
 * receiver keeps its order. Buffers are kept and used again: in the steady state nothing is allocated. On the socket's
 * loop.
 */
final class SendBatches {
  /** Where a batch goes when it is complete. */
  interface Sink {
    /**
     * @param bytes the datagrams back to back; the sink owns one reference
     * @param segmentBytes of each but the last; as long as {@code bytes} if there is but one
     */
    void write(InetSocketAddress remote, ByteBuf bytes, int segmentBytes, int datagrams);
  }

  /** Kernels take 64 at least; a receiver's share of one read is far smaller. */
  static final int MAX_DATAGRAMS = 16;
  /** Enough for what a video frame of 1 Mbit/s is cut into; a buffer that needs more grows and stays so. */
  private static final int INITIAL_BYTES = 4 * 1_200;
  /** Batches kept for later use: a burst beyond that is allocated anew. */
  private static final int MAX_FREE = 4_096;

  private static final class Batch {
    final ByteBuf bytes = Unpooled.directBuffer(INITIAL_BYTES);
    InetSocketAddress remote;
    int segmentBytes;
    int datagrams;
    /** The next of the same receiver would not fit behind it. */
    boolean complete;
    /** Where in the table it was put. */
    int slot;
  }

  private final ArrayDeque<Batch> free = new ArrayDeque<>();
  /** Written, and at the last look still in the channel's hands. */
  private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
  private final ArrayList<Batch> waiting = new ArrayList<>();
  /** The latest batch of each receiver, by the identity of its address object, of which a transport has one. */
  private Batch[] table = new Batch[256];
  private int waitingDatagrams;

  /** Adds a copy of the bytes; {@code together} if batches of several can be sent. */
  void add(InetSocketAddress remote, byte[] bytes, int offset, int length, boolean together) {
    int slot = slot(remote);
    Batch batch = table[slot];
    if (batch == null || batch.complete || !together || length > batch.segmentBytes) {
      batch = begin(remote, length);
    }
    batch.bytes.writeBytes(bytes, offset, length);
    batch.datagrams++;
    batch.complete = length < batch.segmentBytes || batch.datagrams == MAX_DATAGRAMS;
    waitingDatagrams++;
  }

  int waitingDatagrams() {
    return waitingDatagrams;
  }

  private Batch begin(InetSocketAddress remote, int length) {
    Batch batch = free.poll();
    if (batch == null) {
      batch = new Batch();
    }
    batch.bytes.clear();
    batch.remote = remote;
    batch.segmentBytes = length;
    batch.datagrams = 0;
    batch.complete = false;
    waiting.add(batch);
    if (2 * waiting.size() > table.length) {
      grow();
    }
    put(batch);
    return batch;
  }

  private void put(Batch batch) {
    batch.slot = slot(batch.remote);
    table[batch.slot] = batch;
  }

  /** Where that receiver's batch is, or would be. */
  private int slot(InetSocketAddress remote) {
    int mask = table.length - 1;
    int slot = System.identityHashCode(remote) & mask;
    while (table[slot] != null && table[slot].remote != remote) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    Batch[] old = table;
    table = new Batch[2 * old.length];
    for (Batch batch : old) {
      if (batch != null) {
        put(batch);
      }
    }
  }

  /** Hands over all that waits, in the order in which receivers came up. */
  void writeTo(Sink sink) {
    if (waiting.isEmpty()) {
      return;
    }
    waitingDatagrams = 0;
    for (int i = 0; i < waiting.size(); i++) {
      Batch batch = waiting.get(i);
      table[batch.slot] = null;
      inFlight.add(batch);
      sink.write(batch.remote, batch.bytes.retain(), batch.segmentBytes, batch.datagrams);
      batch.remote = null;
    }
    waiting.clear();
  }

  /** To be called after a flush: takes back the buffers that the channel is done with. */
  void reclaim() {
    // In order: a channel sends in order, so behind one that is not sent none is.
    for (Batch batch; (batch = inFlight.peek()) != null && batch.bytes.refCnt() == 1; ) {
      inFlight.remove();
      if (free.size() < MAX_FREE) {
        free.add(batch);
      } else {
        batch.bytes.release();
      }
    }
  }

  /** Buffers that it holds, for tests. */
  int buffers() {
    return free.size() + inFlight.size() + waiting.size();
  }

  void close() {
    waiting.forEach(batch -> batch.bytes.release());
    inFlight.forEach(batch -> batch.bytes.release());
    free.forEach(batch -> batch.bytes.release());
    waiting.clear();
    inFlight.clear();
    free.clear();
  }
}
