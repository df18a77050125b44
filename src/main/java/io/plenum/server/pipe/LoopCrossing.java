package io.plenum.server.pipe;

import io.plenum.media.transport.PipeTransport;
import io.plenum.server.router.MediaLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One direction between two routers of a node on different event loops: in place of a socket and a network, a queue and a
 * task. What does not fit is dropped and counted, never waited for; the far end asks for it again as over any pipe.
 */
final class LoopCrossing implements PipeTransport.Network {
  /** Handed over before the loop looks at its sockets again. */
  private static final int PACKETS_PER_TURN = 128;

  private final MediaLoop from;
  private final MediaLoop to;
  private final PacketQueue queue = new PacketQueue();
  /** A task that will take what is offered now is on its way. */
  private final AtomicBoolean scheduled = new AtomicBoolean();
  /** Belongs to {@link #to}. */
  private PipeTransport receiver;

  LoopCrossing(MediaLoop from, MediaLoop to) {
    this.from = from;
    this.to = to;
  }

  /** On the receiving loop. */
  void receiver(PipeTransport end) {
    receiver = end;
  }

  /** On the sending loop. */
  @Override
  public void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length) {
    if (!queue.offer(bytes, offset, length)) {
      from.feedCounters().onDropped();
      return;
    }
    from.feedCounters().onSent(length);
    schedule();
  }

  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      to.context().runOnContext(v -> take());
    }
  }

  /** On the receiving loop. */
  private void take() {
    // Before the queue is looked at: what is offered from now on makes a task of its own.
    scheduled.set(false);
    long nowNs = System.nanoTime();
    queue.take(PACKETS_PER_TURN, (bytes, length) -> {
      if (receiver != null) {
        receiver.onDatagram(bytes, 0, length, nowNs);
      }
    });
    to.onChanged();
    if (!queue.isEmpty()) {
      schedule();
    }
  }

  @Override
  public void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc) {
    // Whatever comes this way is for the one receiver.
  }

  @Override
  public void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc) {
    // The same.
  }
}
