package io.plenum.server.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** The short answers of this server. */
final class Answers {
  private static final String RETRY_AFTER_S = "5";

  private Answers() {}

  static void text(HttpServerRequest request, int status, String text) {
    send(request, status, "text/plain; charset=UTF-8", text);
  }

  static void json(HttpServerRequest request, int status, String json) {
    send(request, status, "application/json; charset=UTF-8", json);
  }

  static void send(HttpServerRequest request, int status, String contentType, String body) {
    if (!request.response().ended() && !request.response().closed()) {
      request.response()
          .setStatusCode(status)
          .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
          .putHeader("X-Content-Type-Options", "nosniff")
          .end(body);
    }
  }

  /** 204: done, and nothing to say. */
  static void empty(HttpServerRequest request) {
    if (!request.response().ended() && !request.response().closed()) {
      request.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=UTF-8").setStatusCode(204).end();
    }
  }

  /** True when there is no room for one more connection; the client has been told. */
  static boolean refusedAsFull(HttpServerRequest request, ConnectionTable table) {
    SignalingCounters.Refused reason = table.refusal(request.remoteAddress());
    if (reason == null) {
      return false;
    }
    table.counters().refused(reason);
    unavailable(request, reason == SignalingCounters.Refused.TOO_MANY
        ? "This node has as many connections as it takes (limits.connections). Try again, or another node.\n"
        : "This node has as many connections as it takes from one address (perAddress.connections).\n");
    return true;
  }

  /** 503: another node can do it now, or this one later. */
  static void unavailable(HttpServerRequest request, String text) {
    request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_S);
    text(request, 503, text);
  }
}
