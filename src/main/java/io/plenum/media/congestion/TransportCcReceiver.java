package io.plenum.media.congestion;

import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.TransportFeedbackBuilder;
import java.util.Arrays;

/**
 * Tells a publisher when its packets came (draft-holmer-rmcat-transport-wide-cc-extensions-01), so that its congestion
 * control lets its encoder ramp up. One for each transport, whatever the number of streams.
 *
 * <p>Each packet that came is reported once. One that comes after its gap was reported as lost goes into a small
 * feedback of its own, since a feedback over the whole range would repeat what its neighbours were told already.
 */
public final class TransportCcReceiver {
  public interface Sink {
    /** A plain RTCP datagram to be protected and sent; the bytes may be read during the call only. */
    void sendRtcp(byte[] bytes, int offset, int length);
  }

  /** How long a packet waits for its feedback. Chromium's own receiver takes 50…250 ms, by bandwidth. */
  static final long FEEDBACK_INTERVAL_NS = 100_000_000L;
  /** When no newer packet came for so long, one with an older number is the beginning of a new count. */
  static final long ARRIVAL_WINDOW_NS = 500_000_000L;
  /** Arrivals remembered at first: half a second of one HD publisher. */
  static final int INITIAL_ARRIVALS = 512;
  /** Arrivals remembered at most: half a second at 16,000 packets, that is about 150 Mbit, each second. */
  static final int MAX_ARRIVALS = 8192;
  /** A datagram of feedback; leaves room for SRTCP and the path's headers. */
  private static final int MAX_DATAGRAM_BYTES = 1200;
  /** We send no media in this direction; a sender's SSRC is not looked at. */
  private static final int SENDER_SSRC = 0;

  private static final byte EMPTY = 0;
  private static final byte PENDING = 1;
  private static final byte REPORTED = 2;

  private final Sink sink;
  private final RtcpWriter writer = new RtcpWriter();
  private final byte[] datagram = new byte[MAX_DATAGRAM_BYTES];
  private final TransportFeedbackBuilder feedback = new TransportFeedbackBuilder(MAX_DATAGRAM_BYTES);

  /** Rings addressed by the unwrapped sequence. */
  private long[] sequences = new long[INITIAL_ARRIVALS];
  private long[] arrivalNs = new long[INITIAL_ARRIVALS];
  private byte[] states = new byte[INITIAL_ARRIVALS];

  private boolean started;
  private long highest;
  private long highestArrivalNs;
  /** All before it are told of, as received or lost. */
  private long nextToReport;
  private long lowestPending;
  private int pending;
  private long nextFeedbackNs = Long.MIN_VALUE;
  private int feedbackCount;
  private int mediaSsrc;

  private long duplicates;
  private long tooOld;
  private long restarts;
  private double packetLoss;

  public TransportCcReceiver(Sink sink) {
    this.sink = sink;
  }

  /** A packet with the transport-wide sequence number, 16 bits, has come and is authentic. */
  public void onPacket(int ssrc, int wideSequenceNumber, long nowNs) {
    mediaSsrc = ssrc;
    if (!started) {
      restart(wideSequenceNumber & 0xffff);
    }
    long sequence = highest + (short) (wideSequenceNumber - (int) highest);
    if (sequence > highest + MAX_ARRIVALS || sequence <= highest && nowNs - highestArrivalNs > ARRIVAL_WINDOW_NS) {
      // What waits still belongs to the old count.
      sendFeedback();
      restarts++;
      restart(sequence);
    }
    if (sequence <= highest && !isNews(sequence)) {
      return;
    }
    makeRoom(sequence);
    int index = (int) sequence & sequences.length - 1;
    sequences[index] = sequence;
    arrivalNs[index] = nowNs;
    states[index] = PENDING;
    lowestPending = pending == 0 ? sequence : Math.min(lowestPending, sequence);
    if (pending++ == 0 && nextFeedbackNs <= nowNs) {
      nextFeedbackNs = nowNs + FEEDBACK_INTERVAL_NS;
    }
    if (sequence > highest) {
      highest = sequence;
      highestArrivalNs = nowNs;
    }
  }

  public void onTimeout(long nowNs) {
    if (nowNs >= nextDeadlineNs()) {
      nextFeedbackNs = nowNs + FEEDBACK_INTERVAL_NS;
      sendFeedback();
    }
  }

  public long nextDeadlineNs() {
    return pending == 0 ? Long.MAX_VALUE : nextFeedbackNs;
  }

  /** Packets that came twice. */
  public long duplicates() {
    return duplicates;
  }

  /** Packets so late that nothing is remembered of their neighbours. */
  public long tooOld() {
    return tooOld;
  }

  /** How often the count began anew. */
  public long restarts() {
    return restarts;
  }

  /** Lost of all in the last feedback, 0…1. */
  public double packetLoss() {
    return packetLoss;
  }

  /** Numbers at which arrivals are remembered now. */
  int capacity() {
    return sequences.length;
  }

  private void restart(long sequence) {
    started = true;
    Arrays.fill(states, EMPTY);
    highest = sequence - 1;
    nextToReport = sequence;
    pending = 0;
  }

  private boolean isNews(long sequence) {
    int index = (int) sequence & sequences.length - 1;
    if (highest - sequence >= sequences.length || states[index] != EMPTY && sequences[index] > sequence) {
      tooOld++;
      return false;
    }
    if (states[index] != EMPTY && sequences[index] == sequence) {
      duplicates++;
      return false;
    }
    return true;
  }

  /** The ring must hold all that waits, and then this one. */
  private void makeRoom(long sequence) {
    if (pending == 0) {
      return;
    }
    long span = Math.max(sequence, highest) - Math.min(sequence, lowestPending) + 1;
    while (span > sequences.length && sequences.length < MAX_ARRIVALS) {
      grow();
    }
    if (span > sequences.length) {
      sendFeedback();
    }
  }

  private void grow() {
    int capacity = sequences.length * 2;
    long[] largerSequences = new long[capacity];
    long[] largerArrivalNs = new long[capacity];
    byte[] largerStates = new byte[capacity];
    for (int i = 0; i < sequences.length; i++) {
      int index = (int) sequences[i] & capacity - 1;
      if (states[i] != EMPTY) {
        largerSequences[index] = sequences[i];
        largerArrivalNs[index] = arrivalNs[i];
        largerStates[index] = states[i];
      }
    }
    sequences = largerSequences;
    arrivalNs = largerArrivalNs;
    states = largerStates;
  }

  private boolean isPending(long sequence) {
    int index = (int) sequence & sequences.length - 1;
    return states[index] == PENDING && sequences[index] == sequence;
  }

  private void sendFeedback() {
    if (pending == 0) {
      return;
    }
    writer.begin(datagram, 0, datagram.length);
    reportLate();
    reportNew();
    pending = 0;
    sendDatagram();
  }

  /** Packets before {@link #nextToReport}: each row of neighbours is one feedback. */
  private void reportLate() {
    long end = Math.min(highest + 1, nextToReport);
    boolean open = false;
    for (long sequence = lowestPending; sequence < end; sequence++) {
      boolean late = isPending(sequence);
      if (open && !late) {
        writeFeedback();
      }
      if (late) {
        report(sequence, sequence, open);
      }
      open = late;
    }
    if (open) {
      writeFeedback();
    }
  }

  private void reportNew() {
    long base = nextToReport;
    int received = 0;
    for (long sequence = Math.max(nextToReport, lowestPending); sequence <= highest; sequence++) {
      if (isPending(sequence)) {
        report(base, sequence, received > 0);
        base = sequence + 1;
        received++;
      }
    }
    if (received > 0) {
      packetLoss = 1 - (double) received / (highest + 1 - nextToReport);
      nextToReport = highest + 1;
      writeFeedback();
    }
  }

  /** Adds a packet to the open feedback, or to a new one that begins with {@code base}. */
  private void report(long base, long sequence, boolean open) {
    int index = (int) sequence & sequences.length - 1;
    states[index] = REPORTED;
    if (open && feedback.add((int) sequence & 0xffff, arrivalNs[index])) {
      return;
    }
    if (open) {
      writeFeedback();
    }
    feedback.begin((int) base & 0xffff, arrivalNs[index]);
    feedback.add((int) sequence & 0xffff, arrivalNs[index]);
  }

  private void writeFeedback() {
    if (!writer.transportFeedback(SENDER_SSRC, mediaSsrc, feedbackCount, feedback)) {
      sendDatagram();
      writer.transportFeedback(SENDER_SSRC, mediaSsrc, feedbackCount, feedback);
    }
    feedbackCount = feedbackCount + 1 & 0xff;
  }

  private void sendDatagram() {
    if (writer.length() > 0) {
      sink.sendRtcp(datagram, 0, writer.length());
      writer.begin(datagram, 0, datagram.length);
    }
  }
}
