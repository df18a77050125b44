package io.plenum.server.pipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.RouterEnvironment;
import io.plenum.server.net.EventLoops;
import io.plenum.server.router.MediaLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two event loops, one of which stands still. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoopCrossingTest {
  private Vertx vertx;
  private MediaLoop from;
  private MediaLoop to;
  private LoopCrossing crossing;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
    EventLoops loops = new EventLoops(vertx, 2, 1, null);
    from = loop(loops.media().get(0));
    to = loop(loops.media().get(1));
    crossing = new LoopCrossing(from, to);
  }

  private MediaLoop loop(Context context) {
    return new MediaLoop(vertx, context, new RouterEnvironment(new SplittableRandom(1), 0), read -> null, read -> null);
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(50, TimeUnit.SECONDS);
  }

  private static <T> T on(MediaLoop loop, Callable<T> task) throws Exception {
    Promise<T> done = Promise.promise();
    loop.context().runOnContext(v -> {
      try {
        done.complete(task.call());
      } catch (Exception e) {
        done.fail(e);
      }
    });
    return await(done.future());
  }

  private Void send(int packets) {
    byte[] packet = new byte[1_200];
    for (int i = 0; i < packets; i++) {
      crossing.sendPipe(null, packet, 0, packet.length);
    }
    return null;
  }

  @Test
  void whatALoopThatStandsStillHasNoRoomForIsDroppedAndCountedAndThenItGoesOn() throws Exception {
    CountDownLatch standsStill = new CountDownLatch(1);
    to.context().runOnContext(v -> {
      try {
        standsStill.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    on(from, () -> send(PacketQueue.CAPACITY + 100));
    assertEquals(PacketQueue.CAPACITY, from.feedCounters().packets());
    assertEquals(100, from.feedCounters().dropped());

    standsStill.countDown();
    // Each turn takes a part; the loop has had as many turns as it needs when it is asked so often.
    for (int turn = 0; turn < 20; turn++) {
      on(to, () -> null);
    }
    on(from, () -> send(PacketQueue.CAPACITY / 2));
    assertEquals(100, from.feedCounters().dropped(), "there is room again");
    assertEquals(PacketQueue.CAPACITY * 3 / 2, from.feedCounters().packets());
    assertTrue(from.feedCounters().bytes() >= 1_200L * PacketQueue.CAPACITY);
  }
}
