package io.plenum.server.room;

import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.net.EventLoops;
import io.plenum.server.net.MediaSocketVerticle;
import io.plenum.server.net.PipeSocketVerticle;
import io.plenum.server.router.MediaLoop;
import io.plenum.server.router.RouterPlacement;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Rooms with their routers on event loops, and no socket: as much of a node as has an opinion about peers. */
public final class SocketlessRooms implements AutoCloseable {
  private static final long PATIENCE_S = 60;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final PlenumConfig config;
  private final Rooms rooms;

  /** @param settings keys and values beside the defaults */
  public SocketlessRooms(Map<String, String> settings) {
    config = new ConfigLoader().load(settings);
    EventLoops loops = new EventLoops(vertx, 1, 1, null);
    MediaLoop loop = new MediaLoop(vertx, loops.media().get(0), new RouterEnvironment(new SecureRandom(), 0),
        afterRead -> new MediaSocketVerticle(0, config, List.of("127.0.0.1"), afterRead),
        afterRead -> new PipeSocketVerticle(0, config, afterRead));
    RouterPlacement placement = new RouterPlacement(List.of(loop), RouterCapabilities.generate(MediaCodecs.withTelephony()));
    rooms = new Rooms(loops, placement, config, room -> Future.succeededFuture(),
        new UnreachedClients(List.of("203.0.113.7")));
  }

  public Vertx vertx() {
    return vertx;
  }

  public PlenumConfig config() {
    return config;
  }

  public Rooms rooms() {
    return rooms;
  }

  public Rooms.Opened open(String room) throws Exception {
    return await(rooms.open(room));
  }

  /** Names of the rooms that are open, or about to be. */
  public List<String> names() throws Exception {
    return await(rooms.all()).keySet().stream().sorted().toList();
  }

  public static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  /** Runs it on that loop and brings back what it returns or throws. */
  public static <T> T on(Context context, Callable<T> task) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    context.runOnContext(v -> {
      try {
        done.complete(task.call());
      } catch (Exception | Error e) {
        done.completeExceptionally(e);
      }
    });
    return done.get(PATIENCE_S, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(vertx.close());
  }
}
