package io.plenum.server.pipe;

import io.plenum.media.transport.PipeTransport;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.server.router.MediaLoop;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

/**
 * Two routers of one node, joined: a {@link PipeTransport} on each, as between nodes, with a {@link LoopCrossing} each way
 * in place of sockets. Belongs to the room's loop; the ends belong to their routers'.
 */
final class InProcessPipe {
  /** Half of what a {@link PacketQueue} holds: a file does not push media out of it. */
  private static final int DATA_WINDOW_BYTES = 600_000;
  /** Nobody can listen, so nothing is encrypted. What a queue had to drop is asked for again. */
  private static final PipeOptions OPTIONS = new PipeOptions(false, true, true, 1_024, 1_024, DATA_WINDOW_BYTES);
  /** Stands where a network's address would. */
  private static final InetSocketAddress NO_ADDRESS = InetSocketAddress.createUnresolved("in-process", 0);

  private final String id;
  private final RouterVerticle one;
  private final RouterVerticle other;
  /** Feeds that use it. */
  final Set<String> feeds = new HashSet<>();

  InProcessPipe(String id, RouterVerticle one, RouterVerticle other) {
    this.id = id;
    this.one = one;
    this.other = other;
  }

  /** The id of its end on that router. */
  String endOn(RouterVerticle router) {
    return id + "/" + router.routerId();
  }

  boolean hasEnd(String transportId) {
    return transportId.equals(endOn(one)) || transportId.equals(endOn(other));
  }

  /** What is asked of an end after this call finds it. Fails if one of the routers is closed. */
  Future<?> open() {
    LoopCrossing there = new LoopCrossing(one.loop(), other.loop());
    LoopCrossing back = new LoopCrossing(other.loop(), one.loop());
    return Future.join(open(one, there, back, endOn(other)), open(other, back, there, endOn(one)));
  }

  private Future<Void> open(RouterVerticle router, LoopCrossing out, LoopCrossing in, String otherEnd) {
    return router.run(r -> {
      router.loop().feedCounters().onEnds(1);
      PipeTransport end = new PipeTransport(endOn(router), r, out, OPTIONS);
      in.receiver(end);
      end.connect(otherEnd, NO_ADDRESS, null, router.nowNs());
    });
  }

  /** Takes all that is on it along. */
  void close() {
    close(one);
    close(other);
  }

  private void close(RouterVerticle router) {
    MediaLoop loop = router.loop();
    // Also when it was never made, or the router or a fault has closed it already: then only the count is left.
    router.run(r -> {
      r.closeTransport(endOn(router), router.nowNs());
      loop.feedCounters().onEnds(-1);
    });
  }
}
