package io.plenum.server.router;

import io.plenum.media.parameters.RtpCapabilities;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Comparator;
import java.util.List;

/** Gives each room a router, on the media loop that has the fewest. */
public final class RouterPlacement {
  private final List<MediaLoop> loops;
  private final RtpCapabilities rtpCapabilities;

  public RouterPlacement(List<MediaLoop> loops, RtpCapabilities rtpCapabilities) {
    this.loops = List.copyOf(loops);
    this.rtpCapabilities = rtpCapabilities;
  }

  /** A router that runs. Asked from anywhere; the answer comes on the router's loop. */
  public Future<RouterVerticle> place() {
    MediaLoop loop = loops.stream().min(Comparator.comparingInt(l -> l.load().get())).orElseThrow();
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

  public List<MediaLoop> loops() {
    return loops;
  }
}
