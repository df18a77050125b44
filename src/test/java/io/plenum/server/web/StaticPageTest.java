package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaticPageTest {
  @TempDir static Path folder;
  private static final Vertx vertx = Vertx.vertx();
  private static final HttpClient client = HttpClient.newHttpClient();
  private static URLClassLoader classPath;
  private static HttpServer server;

  @BeforeAll
  static void start() throws Exception {
    Path root = Files.createDirectories(folder.resolve("webroot"));
    Files.writeString(root.resolve("index.html"), "<!doctype html>page");
    Files.writeString(root.resolve("app-K3XQ2ZLB.js"), "app".repeat(1_000));
    Files.writeString(root.resolve("maskable-icon.png"), "png");
    Files.writeString(root.resolve(".hidden.txt"), "hidden");
    Files.createDirectories(root.resolve("folder.js"));
    Files.writeString(folder.resolve("secret.txt"), "secret");
    classPath = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
    server = TestNode.await(vertx.createHttpServer().requestHandler(new StaticPage(classPath, false)).listen(0, "127.0.0.1"));
  }

  @AfterAll
  static void stop() throws Exception {
    TestNode.await(vertx.close());
    classPath.close();
  }

  private static HttpResponse<String> send(HttpMethod method, String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
        .method(method.name(), HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest(name = "[{index}] {3}")
  @CsvSource(delimiter = '|', nullValues = "-", value = {
      "/                     | 200 | no-cache                            | the page is asked for anew each time",
      "/index.html           | 200 | no-cache                            | under its own name too",
      "/app-K3XQ2ZLB.js      | 200 | public, max-age=31536000, immutable | a name with a hash never changes its content",
      "/maskable-icon.png    | 200 | no-cache                            | eight letters are not a hash",
      "/../secret.txt        | 404 | -                                   | no way up",
      "/%2e%2e/secret.txt    | 404 | -                                   | nor in disguise",
      "/.hidden.txt          | 404 | -                                   | no hidden file",
      "//etc/passwd.txt      | 404 | -                                   | no absolute path",
      "/folder.jsx           | 404 | -                                   | no such type",
      "/app-K3XQ2ZLB.js/     | 404 | -                                   | no folder",
  })
  void onlyThePagesFilesAreServed(String path, int status, String cache, String why) throws Exception {
    HttpResponse<String> answer = send(HttpMethod.GET, path);
    assertEquals(status, answer.statusCode(), why);
    assertEquals(cache, answer.headers().firstValue("Cache-Control").orElse(null), why);
  }

  @Test
  void aBrowserThatHasTheFileIsToldSo() throws Exception {
    String etag = send(HttpMethod.GET, "/").headers().firstValue("ETag").orElseThrow();
    assertEquals(304, send(HttpMethod.GET, "/", "If-None-Match", etag).statusCode());
    assertEquals(200, send(HttpMethod.GET, "/", "If-None-Match", "\"other\"").statusCode());
  }

  @Test
  void textIsCompressedForThoseWhoCan() throws Exception {
    HttpResponse<String> zipped = send(HttpMethod.GET, "/app-K3XQ2ZLB.js", "Accept-Encoding", "gzip, br");
    assertEquals("gzip", zipped.headers().firstValue("Content-Encoding").orElse(null));
    assertTrue(zipped.headers().firstValueAsLong("Content-Length").orElseThrow() < 500);
    HttpResponse<String> plain = send(HttpMethod.GET, "/app-K3XQ2ZLB.js");
    assertNull(plain.headers().firstValue("Content-Encoding").orElse(null));
    assertEquals(3_000, plain.body().length());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "false | 'self' ws://OWN wss://OWN          | a node that is alone: nowhere else",
      "true  | 'self' http: https: ws: wss: | a node of a cluster: also to nodes that join later",
  })
  void thePageMaySpeakToTheNodesThatItMayHaveToGoOnWith(boolean clustered, String sources, String why) throws Exception {
    HttpServer page = TestNode.await(vertx.createHttpServer()
        .requestHandler(new StaticPage(classPath, clustered)).listen(0, "127.0.0.1"));
    String own = "127.0.0.1:" + page.actualPort();
    HttpResponse<String> answer = client.send(
        HttpRequest.newBuilder(URI.create("http://" + own + "/")).version(HttpClient.Version.HTTP_1_1).build(),
        HttpResponse.BodyHandlers.ofString());
    String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
    assertTrue(policy.contains("; connect-src " + sources.replace("OWN", own) + "; "), policy + " " + why);
  }

  @ParameterizedTest(name = "[{index}] {3}")
  @CsvSource(delimiter = '|', value = {
      "GET  | /                | 200 | the page",
      "GET  | /index.html      | 200 | under its own name",
      "HEAD | /                | 200 | its headers alone",
      "GET  | /app-K3XQ2ZLB.js | 200 | a script, which may be opened by itself",
      "GET  | /nowhere         | 404 | what is not there",
      "POST | /                | 405 | what is not taken",
  })
  void whatThePageMayDoStandsInTheHeaderOfEveryAnswer(String method, String path, int status, String why) throws Exception {
    HttpResponse<String> answer = send(HttpMethod.valueOf(method), path);
    assertEquals(status, answer.statusCode(), why);
    assertPolicy(answer);
  }

  @Test
  void aBrowserThatHasThePageIsToldAnewWhatItMayDo() throws Exception {
    String etag = send(HttpMethod.GET, "/").headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> answer = send(HttpMethod.GET, "/", "If-None-Match", etag);
    assertEquals(304, answer.statusCode());
    assertPolicy(answer);
  }

  /** One policy: of two, a browser lets pass only what both allow. */
  private static void assertPolicy(HttpResponse<String> answer) {
    List<String> policies = answer.headers().allValues("Content-Security-Policy");
    assertEquals(1, policies.size(), policies::toString);
    assertTrue(policies.get(0).startsWith("default-src 'none'; script-src 'self'; "), policies::toString);
    assertTrue(policies.get(0).contains("; connect-src 'self'"), policies::toString);
  }

  @Test
  void headHasTheHeadersAndNoBody() throws Exception {
    HttpResponse<String> head = send(HttpMethod.HEAD, "/");
    assertEquals(200, head.statusCode());
    assertNotNull(head.headers().firstValue("ETag").orElse(null));
    assertEquals("", head.body());
  }

  @Test
  void aJarWithoutThePageSaysSo() throws Exception {
    HttpServer bare = TestNode.await(vertx.createHttpServer()
        .requestHandler(new StaticPage(new URLClassLoader(new URL[0], null), false)).listen(0, "127.0.0.1"));
    HttpResponse<String> answer = client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bare.actualPort() + "/")).build(),
        HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().contains("This Plenum node is running"), answer.body());
    assertPolicy(answer);
  }
}
