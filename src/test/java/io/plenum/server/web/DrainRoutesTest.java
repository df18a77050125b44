package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.server.web.DrainControl.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainRoutesTest {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = vertx.createHttpClient();
  private boolean begun;
  private final DrainControl control = new DrainControl() {
    @Override
    public Future<Status> begin() {
      begun = true;
      return status();
    }

    @Override
    public Future<Status> status() {
      return Future.succeededFuture(new Status(begun, 3, List.of("http://b:1")));
    }
  };

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  private int listen(boolean remote) {
    Router router = Router.router(vertx);
    new DrainRoutes(control, remote).mount(router);
    return TestNode.await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1")).actualPort();
  }

  private TestNode.Answer send(int port, HttpMethod method, String header) {
    RequestOptions options = new RequestOptions().setMethod(method).setHost("127.0.0.1").setPort(port).setURI("/api/drain");
    if (header != null) {
      options.addHeader(header, header.equals("Origin") ? "http://127.0.0.1:" + port : "203.0.113.9");
    }
    return TestNode.await(http.request(options).compose(request -> request.send().compose(response -> response.body()
        .map(body -> new TestNode.Answer(response.statusCode(), response.headers(), body.toString())))));
  }

  @Test
  void onlyAPostBegins() {
    int port = listen(false);
    assertEquals("{\"draining\":false,\"clients\":3,\"others\":[\"http://b:1\"]}\n", send(port, HttpMethod.GET, null).body());
    assertEquals("{\"draining\":true,\"clients\":3,\"others\":[\"http://b:1\"]}\n", send(port, HttpMethod.POST, null).body());
    assertEquals("{\"draining\":true,\"clients\":3,\"others\":[\"http://b:1\"]}\n", send(port, HttpMethod.GET, null).body());
  }

  @ParameterizedTest(name = "[{index}] {3}")
  @CsvSource(delimiter = '|', nullValues = "-", value = {
      "false | -               | 200 | a program on this machine",
      "false | X-Forwarded-For | 403 | somebody behind a proxy on this machine",
      "false | Host            | 403 | a name that was made to point to this machine",
      "false | Origin          | 403 | any page that is open on this machine",
      "true  | X-Forwarded-For | 200 | another machine, where that is allowed",
      "true  | Origin          | 403 | a page, also there",
      "true  | Sec-Fetch-Site  | 403 | a page that hides its origin",
  })
  void whoMayEmptyTheNode(boolean remote, String header, int status, String who) {
    assertEquals(status, send(listen(remote), HttpMethod.POST, header).status(), who);
    assertEquals(status == 200, begun, who);
  }
}
