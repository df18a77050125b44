package io.plenum.server.router;

import io.plenum.media.PlenumException;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterListener;
import io.plenum.server.ops.LogLine;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VerticleBase;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one {@link Router} on its media loop for life. Whoever is elsewhere hands in what is to be done with the router and
 * gets the answer on its own event loop.
 */
public final class RouterVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(RouterVerticle.class);

  private final MediaLoop loop;
  private final Router router;

  RouterVerticle(MediaLoop loop, RtpCapabilities rtpCapabilities) {
    this.loop = loop;
    this.router = new Router(UUID.randomUUID().toString(), rtpCapabilities, loop.environment());
  }

  @Override
  public Future<?> stop() {
    router.close(nowNs());
    return Future.succeededFuture();
  }

  public String routerId() {
    return router.id();
  }

  public MediaLoop loop() {
    return loop;
  }

  /** Never changes, so it may be read from anywhere. */
  public RtpCapabilities rtpCapabilities() {
    return router.rtpCapabilities();
  }

  /** A new id for a transport, producer or consumer. */
  public String newId() {
    return UUID.randomUUID().toString();
  }

  /** The clock of all media. */
  public long nowNs() {
    return System.nanoTime();
  }

  /** Who hears what the router reports; called on the router's loop. */
  public void listener(RouterListener listener) {
    tell(r -> r.listener(listener));
  }

  /** Does something with the router and brings back what it returns or throws. */
  public <T> Future<T> call(Function<Router, T> action) {
    Context caller = Vertx.currentContext();
    Promise<T> promise = Promise.promise();
    loop.context().runOnContext(v -> {
      try {
        T result = action.apply(router);
        loop.onChanged();
        reply(caller, () -> promise.complete(result));
      } catch (RuntimeException e) {
        loop.onChanged();
        reply(caller, () -> promise.fail(e));
      }
    });
    return promise.future();
  }

  /** As {@link #call}, where there is nothing to bring back. */
  public Future<Void> run(Consumer<Router> action) {
    return call(r -> {
      action.accept(r);
      return null;
    });
  }

  /** As {@link #run}, where nobody waits for the outcome: a fault of ours is logged, for nobody else would say it. */
  public void tell(Consumer<Router> action) {
    run(action).onFailure(failure -> {
      if (failure instanceof PlenumException refusal) {
        log.debug("{}", LogLine.of("router refused").router(routerId()).with("code", refusal.code())
            .with("reason", refusal.getMessage()));
      } else {
        log.error("{}", LogLine.of("router failed").router(routerId()), failure);
      }
    });
  }

  private static void reply(Context caller, Runnable reply) {
    if (caller == null) {
      reply.run();
    } else {
      caller.runOnContext(v -> reply.run());
    }
  }
}
