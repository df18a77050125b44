package io.plenum.server.router;

import io.plenum.media.parameters.RtpCapabilities;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Comparator;
import java.util.List;

/** Gives rooms routers: the first on the media loop that carries least, further ones where they are wanted. */
public final class RouterPlacement {
  private final List<MediaLoop> loops;
  private final RtpCapabilities rtpCapabilities;

  public RouterPlacement(List<MediaLoop> loops, RtpCapabilities rtpCapabilities) {
    this.loops = List.copyOf(loops);
    this.rtpCapabilities = rtpCapabilities;
  }

  /** A router that runs. Asked from anywhere; the answer comes on the router's loop. */
  public Future<RouterVerticle> place() {
    return place(loops.stream().min(Comparator.comparingInt(MediaLoop::burden)).orElseThrow());
  }

  /** A router that runs on the loop of that number. Asked from anywhere; the answer comes on the router's loop. */
  public Future<RouterVerticle> place(int loop) {
    return place(loops.get(loop));
  }

  private Future<RouterVerticle> place(MediaLoop loop) {
    loop.load().incrementAndGet();
    RouterVerticle router = new RouterVerticle(loop, rtpCapabilities);
    Promise<RouterVerticle> placed = Promise.promise();
    loop.context().runOnContext(v -> {
      try {
        router.deploy(loop.context()).<RouterVerticle>map(done -> router).onComplete(placed);
      } catch (Exception e) {
        placed.fail(e);
      }
    });
    return placed.future().onFailure(failure -> loop.load().decrementAndGet());
  }

  /** Closes the router and everything in it. */
  public void remove(RouterVerticle router) {
    MediaLoop loop = router.loop();
    loop.load().decrementAndGet();
    loop.context().runOnContext(v -> {
      try {
        router.undeploy(loop.context());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  /** The number of the loop on which the router lives. */
  public int loopOf(RouterVerticle router) {
    return loops.indexOf(router.loop());
  }

  /** What each loop carries, in consumers, by its number. Asked from anywhere. */
  public int[] burdens() {
    return loops.stream().mapToInt(MediaLoop::burden).toArray();
  }
}
