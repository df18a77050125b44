package io.plenum.server.web;

import io.plenum.server.signaling.OutgoingFrame;
import io.vertx.core.Future;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Queue of what is to be sent to one client. Only {@link #WINDOW_BYTES} of it are with the socket, where they are copies; the rest waits
 * here, where frames share what they have in common, and can be thrown away. One turn sends {@link #TURN_BYTES}, so that who is sent
 * much does not keep the others waiting. On the connection's loop, but for {@link #add} and {@link #seal}.
 */
final class Outbox {
  static final int WINDOW_BYTES = 64 * 1024;
  static final int TURN_BYTES = 64 * 1024;
  /** Array, frame, place in the queue, promise. */
  static final int FRAME_OVERHEAD_BYTES = 160;

  private final Loop loop;
  private final ClientMemory.Holder memory;
  private final Function<OutgoingFrame, Future<Void>> line;
  private final Queue<OutgoingFrame> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean sealed;
  private boolean dropping;
  private int inFlightBytes;
  private int unfinished;
  private long lastProgressNs;
  private Runnable goodbye;

  /** @param line hands a frame to the socket; done when it has left this process */
  Outbox(Loop loop, ClientMemory.Holder memory, Function<OutgoingFrame, Future<Void>> line) {
    this.loop = loop;
    this.memory = memory;
    this.line = line;
  }

  /** From any thread. False when too much waits already. */
  boolean add(OutgoingFrame frame) {
    if (sealed) {
      return true;
    }
    if (!memory.offer(ownBytes(frame))) {
      return false;
    }
    waiting.add(frame);
    schedule();
    return true;
  }

  /** Stops sending: later frames are dropped. From any thread. */
  void seal() {
    sealed = true;
  }

  /** Throws away what waits, and whatever comes. */
  void drop() {
    sealed = true;
    dropping = true;
    flush();
  }

  /** Runs it when all that waits is with the socket. */
  void finish(Runnable goodbye) {
    sealed = true;
    this.goodbye = goodbye;
    flush();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      loop.run(() -> {
        scheduled.set(false);
        flush();
      });
    }
  }

  private void flush() {
    if (dropping) {
      for (OutgoingFrame frame = waiting.poll(); frame != null; frame = waiting.poll()) {
        memory.remove(ownBytes(frame));
      }
    }
    int turnBytes = 0;
    while (inFlightBytes < WINDOW_BYTES && turnBytes < TURN_BYTES && !waiting.isEmpty()) {
      OutgoingFrame frame = waiting.poll();
      turnBytes += frame.length() + FRAME_OVERHEAD_BYTES;
      // With the socket it is a copy, of what it shares, too.
      memory.add(frame.shared().length);
      track(line.apply(frame), frame.length() + FRAME_OVERHEAD_BYTES);
    }
    if (!waiting.isEmpty() && inFlightBytes < WINDOW_BYTES) {
      schedule();
    }
    if (waiting.isEmpty() && goodbye != null) {
      Runnable last = goodbye;
      goodbye = null;
      last.run();
    }
  }

  /** Something that is not one of the frames, but must leave as they must. */
  void track(Future<Void> write) {
    track(write, 0);
  }

  private void track(Future<Void> write, int bytes) {
    if (unfinished++ == 0) {
      lastProgressNs = loop.nowNs();
    }
    inFlightBytes += bytes;
    write.onComplete(ignored -> {
      unfinished--;
      inFlightBytes -= bytes;
      memory.remove(bytes);
      lastProgressNs = loop.nowNs();
      if (!waiting.isEmpty()) {
        schedule();
      }
    });
  }

  /** Something is with the socket, and none of it has moved for longer than this. */
  boolean stalled(long nowNs, long limitNs) {
    return unfinished > 0 && nowNs - lastProgressNs > limitNs;
  }

  void forgive(long pauseNs) {
    lastProgressNs += pauseNs;
  }

  private static long ownBytes(OutgoingFrame frame) {
    return frame.own().length + FRAME_OVERHEAD_BYTES;
  }
}
