package io.plenum.server.net;

import io.netty.channel.EventLoop;
import io.plenum.server.config.ConfigException;
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
 * that neither waits for the other. One of two classes that import Vert.x internals (the other is the web's {@code NettyLine}): there is
 * no public way to say on which loop a verticle lives, or to reach the Netty loop beneath it.
 */
public final class EventLoops {
  /** Contexts asked for before we believe that we have met every loop: more than any machine has loops. */
  private static final int MAX_DEALT = 4_096;

  private final List<Context> media = new ArrayList<>();
  private final List<Context> control = new ArrayList<>();
  private final AtomicInteger nextControl = new AtomicInteger();
  private Context home;

  /**
   * @param vertx made with an event loop pool of at least {@code mediaLoops + controlLoops}
   * @param near a context whose loop shall carry no media and is {@link #home}, null if it does not matter
   */
  public EventLoops(Vertx vertx, int mediaLoops, int controlLoops, Context near) {
    VertxInternal internal = (VertxInternal) vertx;
    EventLoop homeLoop = near == null ? null : nettyLoop(near);
    Set<EventLoop> seen = new HashSet<>();
    // Vert.x deals its loops out in turn; each is met once in as many contexts as there are loops.
    for (int i = 0; media.size() < mediaLoops || control.size() < controlLoops; i++) {
      if (i == MAX_DEALT) {
        throw new ConfigException("media.loops=" + mediaLoops + " needs a Vert.x with " + (mediaLoops + controlLoops)
            + " event loops, and this one has " + seen.size() + ": give it more (VertxOptions.setEventLoopPoolSize), or lower media.loops");
      }
      ContextInternal context = internal.createEventLoopContext();
      EventLoop loop = context.nettyEventLoop();
      if (!seen.add(loop)) {
        continue;
      }
      if (loop == homeLoop) {
        home = context;
        control.add(context);
      } else if (media.size() < mediaLoops) {
        media.add(context);
      } else if (control.size() < (homeLoop == null || home != null ? controlLoops : controlLoops - 1)) {
        control.add(context);
      }
    }
  }

  /** A context on the loop of {@code near}, or the next one for control. */
  public Context home() {
    return home != null ? home : nextControl();
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
