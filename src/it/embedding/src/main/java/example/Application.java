package example;

import io.plenum.PlenumNode;
import io.plenum.PlenumOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Looks at its own class path, then serves a node on a router of its own. An exception fails the build. */
public final class Application {
  private static final Pattern NETTY = Pattern.compile("netty-(?!tcnative)[a-z0-9-]+?-(\\d[\\w.]*)(-linux-\\w+)?\\.jar");
  private static final long PATIENCE_S = 60;

  private Application() {}

  public static void main(String[] arguments) throws Exception {
    String vertxVersion = arguments[0];
    Path data = Path.of(arguments[1]);
    expect(List.of(vertxVersion), texts("META-INF/vertx/vertx-version.txt"), "the Vert.x on the class path");
    expect(List.of(), texts("logback.xml"), "a library that brings the configuration of a logger");
    expect(1, Collections.list(resources("com/fasterxml/jackson/databind/ObjectMapper.class")).size(), "copies of Jackson");
    List<String> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).getFileName().toString()).toList();
    expect(List.of(), jars.stream().filter(jar -> jar.startsWith("logback")).toList(), "loggers that were not asked for");
    Set<String> netty = jars.stream().map(NETTY::matcher).filter(Matcher::matches).map(found -> found.group(1))
        .collect(Collectors.toSet());
    expect(1, netty.size(), "versions of Netty: " + netty);
    serve(data);
    System.out.println("The application ran on Vert.x " + vertxVersion);
    System.exit(0);
  }

  private static void serve(Path data) throws Exception {
    PlenumOptions options = PlenumOptions.of(Map.of("data.dir", data.toString(), "media.ip", "127.0.0.1",
        "media.port", "0", "media.loops", "1", "pipe.ip", "127.0.0.1", "pipe.port", "0"));
    Vertx vertx = Vertx.vertx(options.addTo(new VertxOptions()));
    Server server = new Server(options);
    vertx.deployVerticle(server).await(PATIENCE_S, TimeUnit.SECONDS);
    server.node.ready().await(PATIENCE_S, TimeUnit.SECONDS);
    int port = server.http.actualPort();
    expect("200 Hello from the application", get(port, "/hello"), "the application's own route");
    expect("200 {\"ready\":true,\"missing\":[]}\n", get(port, "/readyz"), "the node's route");
    vertx.close().await(PATIENCE_S, TimeUnit.SECONDS);
  }

  private static final class Server extends VerticleBase {
    private final PlenumOptions options;
    private PlenumNode node;
    private HttpServer http;

    private Server(PlenumOptions options) {
      this.options = options;
    }

    @Override
    public Future<?> start() {
      Router router = Router.router(vertx);
      router.get("/hello").handler(request -> request.end("Hello from the application"));
      return PlenumNode.deploy(vertx, options.router(router))
          .onSuccess(deployed -> node = deployed)
          .compose(deployed -> vertx.createHttpServer(
              options.addTo(new HttpServerOptions().setHost("127.0.0.1").setPort(0))).requestHandler(router).listen())
          .onSuccess(listening -> http = listening);
    }

    @Override
    public Future<?> stop() {
      return node.close().eventually(http::close);
    }
  }

  private static String get(int port, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  private static Enumeration<URL> resources(String name) throws IOException {
    return Application.class.getClassLoader().getResources(name);
  }

  private static List<String> texts(String name) throws IOException {
    List<String> texts = new ArrayList<>();
    for (URL resource : Collections.list(resources(name))) {
      try (var in = resource.openStream()) {
        texts.add(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
      }
    }
    return texts;
  }

  private static void expect(Object expected, Object actual, String what) {
    if (!expected.equals(actual)) {
      throw new AssertionError(what + ": expected " + expected + ", found " + actual);
    }
  }
}
