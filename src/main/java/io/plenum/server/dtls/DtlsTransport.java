package io.plenum.server.dtls;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.DatagramTransport;

/**
 * What BouncyCastle takes for its socket, in two lives. While the handshake runs, its thread blocks in {@link #receive}
 * on a bounded queue that the loop fills. Afterwards the loop hands in one record at a time, and a second
 * {@link #receive} throws instead of waiting.
 *
 * <p>The library answers a silent or useless transport by asking again until its time is over, at a cost of most of a
 * millisecond; an {@link InterruptedIOException} is the one way out that leaves the association intact.
 */
final class DtlsTransport implements DatagramTransport {
  /** Where datagrams go. */
  interface Output {
    void send(byte[] bytes, int offset, int length) throws IOException;
  }

  /** The record that was handed in has been read. Always the same object, without a stack. */
  static final class Empty extends InterruptedIOException {
    private static final long serialVersionUID = 1L;
    private static final Empty INSTANCE = new Empty();

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** Our own side has ended the session while the handshake was running. */
  static final class Ended extends InterruptedIOException {
    private static final long serialVersionUID = 1L;
  }

  /** Somebody who waits gets the handshake's slot. The library tells the peer by an alert on its way out. */
  static final class MadeRoom extends IOException {
    private static final long serialVersionUID = 1L;

    MadeRoom(String reason) {
      super(reason);
    }
  }

  /** A flight is at most six records; this is room for a few of them while the thread computes. */
  static final int MAX_QUEUED_RECORDS = 32;

  /** The longest record of a handshake: it came in one datagram of a path that hardly carries more than 1,500 bytes. */
  static final int MAX_HANDSHAKE_RECORD_BYTES = 4096;

  /** What fits everywhere, IPv6 tunnels included; Chromium uses the same. */
  private static final int MAX_SENT_DATAGRAM_BYTES = 1200;

  /** Wakes a thread that waits for a record; never handed to the library. */
  private static final byte[] WAKE_UP = new byte[0];

  private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(MAX_QUEUED_RECORDS);
  private volatile boolean ended;
  private volatile String madeRoom;
  private volatile long lastRecordNs = System.nanoTime();
  /** Whether the handshake's thread has something to do before it waits; what it has to do first is to begin. */
  private volatile boolean busy = true;
  private volatile long waitsSinceNs;
  private Output output;

  // Of the loop alone, once the handshake is over.
  private boolean onLoop;
  private boolean closed;
  private byte[] record;
  private int recordOffset;
  private int recordLength;
  private long receives;

  DtlsTransport(Output output) {
    this.output = output;
  }

  /** From the loop: one record for the handshake, given away; false when the queue is full. */
  boolean offer(byte[] record) {
    lastRecordNs = System.nanoTime();
    return queue.offer(record);
  }

  /** From any thread: since when the handshake waits for its peer; {@code nowNs} if it is not waiting. */
  long silentSinceNs(long nowNs) {
    if (busy) {
      return nowNs;
    }
    long recordNs = lastRecordNs;
    long waitsNs = waitsSinceNs;
    return recordNs - waitsNs > 0 ? recordNs : waitsNs;
  }

  /** From any thread: the next {@link #receive} of the handshake, or the one that waits, throws {@link MadeRoom}. */
  void makeRoom(String reason) {
    madeRoom = reason;
    queue.offer(WAKE_UP);
  }

  /** From the loop: the session is over; whoever waits in {@link #receive} leaves it at once. */
  void end() {
    ended = true;
    queue.clear();
    queue.offer(WAKE_UP);
  }

  /** From the loop: the handshake's thread is gone, and from now on records are handed in one by one. */
  void moveToLoop(Output output) {
    this.output = output;
    this.onLoop = true;
  }

  /** A record that came while the handshake was ending, or {@code null}. */
  byte[] poll() {
    byte[] record = queue.poll();
    return record == WAKE_UP ? queue.poll() : record;
  }

  /** The next {@link #receive} returns this record; the one after that throws. */
  void hand(byte[] bytes, int offset, int length) {
    record = bytes;
    recordOffset = offset;
    recordLength = length;
  }

  /** How often the library has asked for a record since it is on the loop: more than twice for one would be spinning. */
  long receives() {
    return receives;
  }

  /** The library has closed the association: the peer's close_notify was authentic. */
  boolean isClosed() {
    return closed;
  }

  @Override
  public int getReceiveLimit() {
    // The library allocates this much for each call of receive.
    return onLoop ? recordLength : MAX_HANDSHAKE_RECORD_BYTES;
  }

  @Override
  public int getSendLimit() {
    return MAX_SENT_DATAGRAM_BYTES;
  }

  @Override
  public int receive(byte[] bytes, int offset, int length, int waitMillis) throws IOException {
    byte[] received;
    if (onLoop) {
      receives++;
      if (record == null) {
        throw Empty.INSTANCE;
      }
      System.arraycopy(record, recordOffset, bytes, offset, recordLength);
      record = null;
      return recordLength;
    }
    if (busy) {
      waitsSinceNs = System.nanoTime();
      busy = false;
    }
    try {
      received = ended || madeRoom != null ? WAKE_UP : queue.poll(waitMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException shutdown) {
      throw new Ended();
    }
    if (ended) {
      throw new Ended();
    }
    if (madeRoom != null) {
      throw new MadeRoom(madeRoom);
    }
    if (received == null) {
      return -1;
    }
    busy = true;
    System.arraycopy(received, 0, bytes, offset, received.length);
    return received.length;
  }

  @Override
  public void send(byte[] bytes, int offset, int length) throws IOException {
    if (!ended) {
      output.send(bytes, offset, length);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
