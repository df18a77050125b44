package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.signaling.OutgoingFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final int FRAME_BYTES = 16 * 1024;

  private final ManualLoop loop = new ManualLoop();
  private final ClientMemory memory = new ClientMemory(loop, 64 << 20);
  private final Queue<Promise<Void>> writes = new ArrayDeque<>();
  private final Outbox outbox = new Outbox(loop, memory.open(null, () -> {}), this::write);
  private int goodbyes;

  private Future<Void> write(OutgoingFrame frame) {
    Promise<Void> promise = Promise.promise();
    writes.add(promise);
    return promise.future();
  }

  private static OutgoingFrame frame() {
    return OutgoingFrame.of("x".repeat(FRAME_BYTES));
  }

  private void addFrames(int count) {
    for (int i = 0; i < count; i++) {
      assertTrue(outbox.add(frame()));
    }
  }

  private int sendAll() {
    int sent = 0;
    loop.turn();
    for (Promise<Void> write = writes.poll(); write != null; write = writes.poll()) {
      sent++;
      write.complete();
      loop.turn();
    }
    return sent;
  }

  @Test
  void handsOnlyAWindowToASocketThatDoesNotSend() {
    addFrames(40);
    loop.turn();

    assertEquals(Outbox.WINDOW_BYTES / FRAME_BYTES, writes.size());
  }

  @Test
  void sendsAllAndKeepsNothing() {
    addFrames(40);

    assertEquals(40, sendAll());
    assertEquals(0, memory.bytes());
  }

  @Test
  void refusesWhatOneClientMayNotKeep() {
    int added = 0;
    while (added < 1000 && outbox.add(frame())) {
      added++;
    }

    assertEquals(ClientMemory.MOST_PER_CLIENT_BYTES / (FRAME_BYTES + Outbox.FRAME_OVERHEAD_BYTES), added);
  }

  @Test
  void whatIsDroppedIsFreedAndNotSent() {
    addFrames(40);
    loop.turn();
    int withTheSocket = writes.size();

    outbox.drop();
    outbox.add(frame());

    assertEquals(withTheSocket, sendAll());
    assertEquals(0, memory.bytes());
  }

  @Test
  void saysGoodbyeAfterTheLastFrameAndOnce() {
    addFrames(40);
    loop.turn();
    outbox.finish(() -> goodbyes++);

    assertEquals(0, goodbyes);
    sendAll();
    assertEquals(1, goodbyes);
  }

  @Test
  void aSocketThatSendsNothingStalls() {
    addFrames(1);
    loop.turn();
    loop.advanceTo(ManualLoop.SECOND_NS);

    assertFalse(outbox.stalled(loop.nowNs(), ManualLoop.SECOND_NS));
    assertTrue(outbox.stalled(loop.nowNs() + 1, ManualLoop.SECOND_NS));
    sendAll();
    assertFalse(outbox.stalled(loop.nowNs() + ManualLoop.SECOND_NS + 1, ManualLoop.SECOND_NS));
  }
}
