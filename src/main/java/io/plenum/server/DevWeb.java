package io.plenum.server;

import io.plenum.server.config.PlenumConfig;
import io.plenum.server.signaling.ProtooConnection.FrameChannel;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.StaticHandler;

/** Stand-in until the web layer is there. */
final class DevWeb {
  static Future<?> start(Vertx vertx, PlenumConfig config, SignalingEndpoint endpoint) {
    Router router = Router.router(vertx);
    router.route("/ws").handler(ctx -> {
      String room = ctx.request().getParam("roomId");
      String peer = ctx.request().getParam("peerId");
      ctx.request().toWebSocket().onSuccess(ws -> {
        var c = endpoint.open(room, peer, new FrameChannel() {
          public void send(String frame) { ws.writeTextMessage(frame); }
          public void close(int code, String reason) { ws.close((short) code, reason); }
          public String remoteAddress() { return ws.remoteAddress().hostAddress(); }
        });
        ws.textMessageHandler(c::onFrame);
        ws.closeHandler(v -> c.onClosed());
      });
    });
    router.route().handler(StaticHandler.create("webroot"));
    return vertx.createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("protoo")).requestHandler(router)
        .listen(config.http().port(), config.http().host());
  }
}
