package io.plenum.server.web;

import io.plenum.protocol.TokenBucket;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * What one client says, taken no faster than it may speak ({@link TokenBucket}) and no further ahead of its room than
 * {@link Backlog} lets it. Beyond either the client is not listened to for a while; nothing that it says is lost. On the
 * connection's loop.
 */
final class Intake {
  /** Seconds of the sustained rate that may come at once. */
  static final int BURST_SECONDS = 5;
  /**
   * A large frame counts as several: as one, and one more for each so many. Nearly all that clients say is shorter, and the
   * longest, the capabilities of a browser, have some ten thousand: with the defaults, 1 MB at once and 200 kB a second.
   */
  static final int CHARACTERS_PER_UNIT = 1_024;

  /** Whom the frames are for. */
  interface Taker {
    /** False when no more is wanted. */
    boolean active();

    /** Takes one frame. If that only hands it on, it is {@link #keep kept} until {@link #onHandled}. */
    void take(String frame);

    /** The client is listened to again. */
    void onListening();
  }

  private final Carrier carrier;
  private final Loop loop;
  private final SignalingCounters counters;
  private final Taker taker;
  private final AddressLimits.Entry address;
  private final ClientMemory.Holder memory;
  private final TokenBucket bucket;
  private final Backlog backlog = new Backlog();
  private final Queue<String> inbox = new ArrayDeque<>();
  private boolean outOfCredit;
  private boolean roomIsBehind;

  Intake(Carrier carrier, ConnectionTable table, AddressLimits.Entry address, ClientMemory.Holder memory, Taker taker) {
    this.carrier = carrier;
    this.address = address;
    this.memory = memory;
    this.taker = taker;
    loop = table.loop();
    counters = table.counters();
    bucket = new TokenBucket(table.messagesPerSecond(), table.messagesPerSecond() * BURST_SECONDS);
  }

  void onFrames(List<String> frames) {
    for (String frame : frames) {
      inbox.add(frame);
      memory.add(bytesOf(frame));
    }
    drain();
  }

  /** Pays for something that is no message. Throttled, not dropped: out of credit, the client waits until it has some again. */
  void pay(int characters) {
    spend(1 + characters / CHARACTERS_PER_UNIT);
  }

  /** A large answer costs as a large question does, when it is sent. */
  void payForAnswer(int bytes) {
    if (bytes >= CHARACTERS_PER_UNIT) {
      spend(bytes / CHARACTERS_PER_UNIT);
    }
  }

  private void spend(int units) {
    long nowNs = loop.nowNs();
    long waitNs = Math.max(bucket.spend(units, nowNs), address.spend(units, nowNs));
    if (waitNs == 0) {
      return;
    }
    if (!taker.active()) {
      // It goes on talking after our goodbye: no more of that, the line is cut soon anyway.
      carrier.pause();
    } else if (!outOfCredit) {
      stopListening();
      outOfCredit = true;
      loop.after(waitNs, () -> {
        outOfCredit = false;
        listenAgain();
      });
    }
  }

  /** The frame just taken is handed on. To be run, on the loop, when it is dealt with; twice is as good as once. */
  Runnable keep(String frame) {
    backlog.add(frame);
    memory.add(bytesOf(frame));
    return new Runnable() {
      private boolean handled;

      @Override
      public void run() {
        if (!handled) {
          handled = true;
          memory.remove(bytesOf(frame));
          onHandled(frame);
        }
      }
    };
  }

  private void onHandled(String frame) {
    backlog.remove(frame);
    if (roomIsBehind && (inbox.isEmpty() || backlog.hasRoomFor(inbox.peek()))) {
      roomIsBehind = false;
      listenAgain();
    }
  }

  boolean roomIsBehind() {
    return roomIsBehind;
  }

  boolean listening() {
    return !outOfCredit && !roomIsBehind;
  }

  void clear() {
    inbox.forEach(frame -> memory.remove(bytesOf(frame)));
    inbox.clear();
  }

  /** The JVM takes one byte for each character, and two for each if one of them is beyond Latin-1. */
  private static long bytesOf(String frame) {
    for (int i = 0; i < frame.length(); i++) {
      if (frame.charAt(i) > 0xff) {
        return 2L * frame.length() + Backlog.FRAME_OVERHEAD_CHARACTERS;
      }
    }
    return frame.length() + Backlog.FRAME_OVERHEAD_CHARACTERS;
  }

  private void drain() {
    while (listening() && taker.active() && !inbox.isEmpty()) {
      if (backlog.hasRoomFor(inbox.peek())) {
        String frame = inbox.poll();
        memory.remove(bytesOf(frame));
        counters.framesIn.increment();
        taker.take(frame);
        pay(frame.length());
      } else {
        stopListening();
        roomIsBehind = true;
      }
    }
  }

  private void stopListening() {
    if (listening()) {
      counters.throttled.increment();
      carrier.pause();
    }
  }

  private void listenAgain() {
    taker.onListening();
    drain();
    if (listening() && taker.active()) {
      carrier.resume();
    }
  }
}
