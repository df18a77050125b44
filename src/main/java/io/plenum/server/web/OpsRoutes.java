package io.plenum.server.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plenum.media.PlenumException;
import io.plenum.server.ops.Metrics;
import io.plenum.server.ops.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the people and machines that run the node ask: does it live, is it ready, what does it count, what is in that
 * room.
 */
final class OpsRoutes {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** Nothing reads more often for a good reason. */
  private static final long SCRAPE_NS = 100_000_000;
  private static final Logger log = LoggerFactory.getLogger(OpsRoutes.class);

  private final Vertx vertx;
  private final Readiness readiness;
  private final Metrics metrics;
  private final DebugSource debugSource;
  private final OwnNames names;
  private Future<String> scraped;
  private long scrapedNs;

  /** @param names by which {@code /metrics} may be asked for */
  OpsRoutes(Vertx vertx, Readiness readiness, Metrics metrics, DebugSource debugSource, OwnNames names) {
    this.names = names;
    this.vertx = vertx;
    this.readiness = readiness;
    this.metrics = metrics;
    this.debugSource = debugSource;
  }

  void mount(Router router) {
    router.route(HttpMethod.GET, "/healthz").handler(context -> json(context.request(), 200, Map.of("alive", true)));
    router.route(HttpMethod.GET, "/readyz").handler(context -> readyz(context.request()));
    router.route(HttpMethod.GET, "/metrics").handler(context -> metrics(context.request()));
    router.route(HttpMethod.GET, "/debug").handler(context -> debug(context.request()));
  }

  private void readyz(HttpServerRequest request) {
    List<String> missing = readiness.missing();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ready", missing.isEmpty());
    answer.put("missing", missing);
    json(request, missing.isEmpty() ? 200 : 503, answer);
  }

  private void metrics(HttpServerRequest request) {
    HostAndPort asked = request.authority();
    if (asked != null && !names.include(asked.host())) {
      Answers.text(request, 403, "This node is for its own machine, and answers to localhost here.\n");
      return;
    }
    // On the web's loop. Who asks while one is made, or just after, gets the same: a scrape takes 3 ms.
    if (scraped == null || scraped.isComplete() && System.nanoTime() - scrapedNs > SCRAPE_NS) {
      scrapedNs = System.nanoTime();
      scraped = vertx.executeBlocking(metrics::scrape, false);
    }
    scraped.onComplete(text -> {
      if (text.succeeded()) {
        noStore(request);
        Answers.send(request, 200, "text/plain; version=0.0.4; charset=utf-8", text.result());
      } else {
        log.error("metrics failed", text.cause());
        Answers.text(request, 500, "The meters could not be read; the log says why.\n");
      }
    });
  }

  private void debug(HttpServerRequest request) {
    if (!ThisMachine.asks(request)) {
      Answers.text(request, 403, "/debug answers only on the machine itself, "
          + "at http://127.0.0.1 or http://localhost.\n");
      return;
    }
    String room = request.getParam("room");
    if (room == null || room.isEmpty()) {
      Answers.text(request, 400, "Which room? /debug?room=NAME\n");
      return;
    }
    debugSource.dump(room).onComplete(dump -> {
      if (dump.succeeded()) {
        json(request, 200, dump.result());
      } else if (dump.cause() instanceof PlenumException refusal) {
        int status = refusal.code().endsWith("-not-found") ? 404 : 409;
        json(request, status, Map.of("code", refusal.code(), "reason", String.valueOf(refusal.getMessage())));
      } else {
        log.error("debug failed room={}", room, dump.cause());
        Answers.text(request, 500, "The dump failed; the log says why.\n");
      }
    });
  }

  private static void json(HttpServerRequest request, int status, Object value) {
    noStore(request);
    try {
      Answers.json(request, status, JSON.writeValueAsString(value) + "\n");
    } catch (JsonProcessingException e) {
      log.error("answer cannot be written as JSON path={}", request.path(), e);
      Answers.text(request, 500, "The answer could not be written; the log says why.\n");
    }
  }

  private static void noStore(HttpServerRequest request) {
    request.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
  }
}
