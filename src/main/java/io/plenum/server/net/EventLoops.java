package io.plenum.server.net;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Divides Vert.x's event loops: the first carry media and nothing else, the others carry signalling, rooms and HTTP, so
 * that neither waits for the other. The one class that imports Vert.x internals: there is no public way to say on which
 * loop a verticle lives, or to reach the Netty loop beneath it.
 */
public final class EventLoops {
  private final List<Context> media = new ArrayList<>();
  private final List<Context> control = new ArrayList<>();
  private final AtomicInteger nextControl = new AtomicInteger();

  /**
   * @param vertx made with an event loop pool of {@code mediaLoops + controlLoops}
   */
  public EventLoops(Vertx vertx, int mediaLoops, int controlLoops) {
    VertxInternal internal = (VertxInternal) vertx;
    Set<EventLoop> seen = new HashSet<>();
    // Vert.x deals its loops out in turn; each is met once in as many contexts as there are loops.
    for (int i = 0; seen.size() < mediaLoops + controlLoops; i++) {
      if (i > 4 * (mediaLoops + controlLoops)) {
        throw new IllegalStateException("Vert.x has fewer event loops than " + (mediaLoops + controlLoops));
      }
      ContextInternal context = internal.createEventLoopContext();
      if (seen.add(context.nettyEventLoop())) {
        (media.size() < mediaLoops ? media : control).add(context);
      }
    }
  }

  /** One context for each media loop, in the order of their ports. */
  public List<Context> media() {
    return media;
  }

  /** The next context for a room, a signalling server or anything else that is not media. */
  public Context nextControl() {
    return control.get(Math.floorMod(nextControl.getAndIncrement(), control.size()));
  }

  /** The Netty loop of a context made here. */
  static EventLoop nettyLoop(Context context) {
    return ((ContextInternal) context).nettyEventLoop();
  }
}
