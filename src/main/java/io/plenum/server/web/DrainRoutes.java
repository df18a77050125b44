package io.plenum.server.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plenum.server.web.DrainControl.Status;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/drain} empties the node, {@code GET} says how far it is. For programs of the operator on this machine;
 * from others only if {@code drain.remote} says so; for pages never.
 */
final class DrainRoutes {
  static final String PATH = "/api/drain";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Logger log = LoggerFactory.getLogger(DrainRoutes.class);

  private final DrainControl control;
  private final boolean remote;

  /** @param remote whether other machines may ask, too */
  DrainRoutes(DrainControl control, boolean remote) {
    this.control = control;
    this.remote = remote;
  }

  void mount(Router router) {
    router.route(HttpMethod.POST, PATH).handler(context -> answer(context.request(), control::begin));
    router.route(HttpMethod.GET, PATH).handler(context -> answer(context.request(), control::status));
  }

  private void answer(HttpServerRequest request, Supplier<Future<Status>> ask) {
    // A browser names the page with every POST, and lets any page send one to this machine: such a page is no operator.
    boolean fromPage = request.headers().contains(HttpHeaders.ORIGIN) || request.headers().contains("Sec-Fetch-Site");
    if (fromPage || !remote && !ThisMachine.asks(request)) {
      log.warn("drain refused remote={} page={}", request.remoteAddress(), fromPage);
      Answers.text(request, 403, PATH + " answers programs on the machine itself, at http://127.0.0.1 or http://localhost; "
          + "others with drain.remote=true.\n");
      return;
    }
    ask.get().onComplete(status -> {
      request.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
      try {
        Answers.json(request, 200, JSON.writeValueAsString(status.result()) + "\n");
      } catch (JsonProcessingException e) {
        log.error("answer cannot be written as JSON path={}", PATH, e);
        Answers.text(request, 500, "The answer could not be written; the log says why.\n");
      }
    });
  }
}
