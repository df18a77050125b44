package io.plenum.embedding;

import io.plenum.PlenumNode;
import io.plenum.PlenumOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;

/** An application with an HTTP server of its own, and a node in it. The README shows this class. */
final class EmbeddedExample extends VerticleBase {
  private final PlenumOptions options;
  private PlenumNode node;
  private HttpServer server;

  EmbeddedExample(PlenumOptions options) {
    this.options = options;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.get("/hello").handler(request -> request.end("Hello from the application"));
    return PlenumNode.deploy(vertx, options.router(router))        // adds /ws, /sockjs, /readyz and so on
        .compose(deployed -> {
          node = deployed;
          return vertx.createHttpServer(options.addTo(new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
              .requestHandler(router)
              .listen();
        })
        .onSuccess(listening -> server = listening);
  }

  @Override
  public Future<?> stop() {
    return node.close().eventually(server::close);                 // says goodbye to every client
  }

  int port() {
    return server.actualPort();
  }

  PlenumNode node() {
    return node;
  }
}
