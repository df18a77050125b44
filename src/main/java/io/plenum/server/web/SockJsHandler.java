package io.plenum.server.web;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SockJS 0.3.3 on the server: the transports websocket, xhr_streaming, xhr (polling), eventsource, and a bare
 * WebSocket at {@code /sockjs/websocket}. Behind the origin gate, and on one loop.
 *
 * <p>Not here on purpose: the iframe page, jsonp and htmlfile. They exist to get around the same-origin rule, so a
 * foreign page could use them past the origin gate. No cookie is set or read.
 */
final class SockJsHandler implements Handler<HttpServerRequest> {
  static final String PREFIX = "/sockjs";
  /** The client chooses it, and who knows it can speak for the session: too short ones could be guessed. */
  private static final Pattern SESSION =
      Pattern.compile("/[^/.]{1,64}/([^/.]{8,128})/(websocket|xhr|xhr_send|xhr_streaming|eventsource)");
  private static final String JAVASCRIPT = "application/javascript; charset=UTF-8";

  private final ConnectionTable table;
  private final RequestDeadlines deadlines;
  private final Map<String, SockJsSession> sessions = new HashMap<>();
  private final SecureRandom random = new SecureRandom();

  SockJsHandler(ConnectionTable table, RequestDeadlines deadlines) {
    this.table = table;
    this.deadlines = deadlines;
  }

  /** Sessions over plain HTTP that are remembered. */
  int sessions() {
    return sessions.size();
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path().substring(PREFIX.length());
    if (path.isEmpty() || path.equals("/")) {
      Answers.text(request, 200, "Welcome to SockJS!\n");
    } else if (path.equals("/info")) {
      forMethod(request, HttpMethod.GET, this::info);
    } else if (path.equals("/websocket")) {
      forMethod(request, HttpMethod.GET, socket -> upgrade(socket, false));
    } else {
      Matcher matcher = SESSION.matcher(path);
      if (!matcher.matches()) {
        Answers.text(request, 404, "SockJS here knows websocket, xhr_streaming, xhr and eventsource, "
            + "with session ids of 8 to 128 characters.\n");
        return;
      }
      String session = matcher.group(1);
      switch (matcher.group(2)) {
        case "websocket" -> forMethod(request, HttpMethod.GET, socket -> upgrade(socket, true));
        case "eventsource" -> forMethod(request, HttpMethod.GET,
            poll -> receive(poll, session, SockJsSession.Receiver.EVENT_SOURCE, "text/event-stream; charset=UTF-8"));
        case "xhr" -> forMethod(request, HttpMethod.POST,
            poll -> receive(poll, session, SockJsSession.Receiver.POLL, JAVASCRIPT));
        case "xhr_streaming" -> forMethod(request, HttpMethod.POST,
            poll -> receive(poll, session, SockJsSession.Receiver.STREAM, JAVASCRIPT));
        default -> forMethod(request, HttpMethod.POST, send -> send(send, session));
      }
    }
  }

  private static void forMethod(HttpServerRequest request, HttpMethod method, Handler<HttpServerRequest> handler) {
    allowOrigin(request);
    if (request.method().equals(method)) {
      handler.handle(request);
    } else if (request.method().equals(HttpMethod.OPTIONS)) {
      request.response()
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "OPTIONS, " + method)
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type")
          .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "3600")
          .setStatusCode(204)
          .end();
    } else {
      request.response().putHeader(HttpHeaders.ALLOW, "OPTIONS, " + method);
      Answers.text(request, 405, "This address takes " + method + ".\n");
    }
  }

  /** The origin gate has let it pass, so its page may read the answer. sockjs-client asks with credentials. */
  private static void allowOrigin(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    HttpServerResponse response = request.response()
        .putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store, no-cache, no-transform, must-revalidate, max-age=0");
    if (origin != null) {
      response
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
  }

  private void info(HttpServerRequest request) {
    Answers.json(request, 200, "{\"websocket\":true,\"cookie_needed\":false,\"origins\":[\"*:*\"],\"entropy\":"
        + Integer.toUnsignedString(random.nextInt()) + "}");
  }

  private void upgrade(HttpServerRequest request, boolean sockJs) {
    if (!request.canUpgradeToWebSocket()) {
      Answers.text(request, 400, "Can \"Upgrade\" only to \"WebSocket\".\n");
    } else if (!refusedAsFull(request)) {
      request.toWebSocket().onSuccess(socket -> {
        deadlines.onUpgraded(request.connection());
        WebSocketCarrier.attach(socket, request.connection(), sockJs, table);
      });
    }
  }

  private void receive(HttpServerRequest request, String id, SockJsSession.Receiver how, String contentType) {
    SockJsSession session = sessions.get(id);
    if (session == null) {
      if (refusedAsFull(request)) {
        return;
      }
      session = new SockJsSession(request, table, () -> sessions.remove(id));
      sessions.put(id, session);
    }
    deadlines.onLongAnswer(request.connection());
    request.response().putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    session.onReceiver(request, how);
  }

  private void send(HttpServerRequest request, String id) {
    SockJsSession session = sessions.get(id);
    if (session == null) {
      Answers.text(request, 404, "No such session.\n");
      return;
    }
    int maxBytes = SockJsFrames.maxBodyBytes(table.messageBytes());
    Buffer body = Buffer.buffer();
    ClientMemory.Holder memory = session.connection().memory();
    request.handler(part -> {
      if (body.length() <= maxBytes) {
        body.appendBuffer(part);
        memory.add(part.length());
      }
    });
    // Also when the line breaks in the middle of it.
    request.end().onComplete(end -> memory.remove(body.length()));
    request.endHandler(ignored -> onBody(request, session, body, maxBytes));
  }

  private void onBody(HttpServerRequest request, SockJsSession session, Buffer body, int maxBytes) {
    String text = body.length() > maxBytes ? "" : Utf8.text(body);
    SockJsFrames.Parsed parsed = body.length() > maxBytes ? new SockJsFrames.Parsed(null, SockJsFrames.Fault.TOO_LARGE)
        : text == null ? new SockJsFrames.Parsed(List.of(), SockJsFrames.Fault.BROKEN)
        : SockJsFrames.parse(text, table.messageBytes(), table.messagesPerSecond() * Intake.BURST_SECONDS);
    if (parsed.fault() == SockJsFrames.Fault.TOO_LARGE) {
      session.connection().onTooLarge();
      Answers.text(request, 413, "A message may have " + table.messageBytes() + " bytes.");
      return;
    }
    Runnable answer = body.length() == 0 ? () -> Answers.text(request, 500, "Payload expected.")
        : parsed.fault() != null ? () -> Answers.text(request, 500, "Broken JSON encoding.")
        : () -> Answers.empty(request);
    if (!session.onBody(parsed.frames(), body.length(), answer)) {
      Answers.text(request, 429, "The xhr_send before this one has no answer yet.");
    }
  }

  private boolean refusedAsFull(HttpServerRequest request) {
    return Answers.refusedAsFull(request, table);
  }
}
