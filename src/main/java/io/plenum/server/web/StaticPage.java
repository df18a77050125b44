package io.plenum.server.web;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The page, from {@code webroot/} on the class path: read and compressed once, then kept, so that a request costs one
 * look-up. What it keeps is bounded by what is in the jar.
 */
final class StaticPage implements Handler<HttpServerRequest> {
  private static final String ROOT = "webroot";

  /** Path elements that start with a letter, digit, {@code _} or {@code -}: no way up, no hidden file. */
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");

  /** A bundler's name with a hash in it ({@code app-K3XQ2ZLB.js}): other content would have another name. */
  private static final Pattern HASHED = Pattern.compile(".*[-.]([A-Z2-7]{8}|[0-9a-f]{8,64})\\.[a-z0-9]+(\\.map)?");

  /** Also the list of what is served: a folder has no such ending. */
  private static final Map<String, String> TYPES = Map.ofEntries(
      Map.entry("html", "text/html; charset=UTF-8"),
      Map.entry("js", "text/javascript; charset=UTF-8"),
      Map.entry("css", "text/css; charset=UTF-8"),
      Map.entry("json", "application/json; charset=UTF-8"),
      Map.entry("map", "application/json; charset=UTF-8"),
      Map.entry("webmanifest", "application/manifest+json; charset=UTF-8"),
      Map.entry("txt", "text/plain; charset=UTF-8"),
      Map.entry("svg", "image/svg+xml"),
      Map.entry("png", "image/png"),
      Map.entry("jpg", "image/jpeg"),
      Map.entry("webp", "image/webp"),
      Map.entry("ico", "image/x-icon"),
      Map.entry("woff2", "font/woff2"),
      Map.entry("mp3", "audio/mpeg"),
      Map.entry("wav", "audio/wav"));

  /**
   * Scripts only from us and none inline; media elements play streams and blobs. The page itself says nothing of this: of two policies
   * a browser lets pass only what both allow, and what may be connected to is known to the node alone.
   */
  private static final String CONTENT_SECURITY_POLICY = String.join("; ",
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "media-src 'self' blob: mediastream:",
      "font-src 'self'",
      "worker-src 'self' blob:",
      "manifest-src 'self'",
      "connect-src 'self'%s",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'");
  private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z0-9.:\\[\\]-]{1,255}");

  private static final String NO_PAGE = """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>Plenum</title>
      <h1>This Plenum node is running</h1>
      <p>Its page is not in this jar: it was built without <code>webroot/</code>. Build it with <code>mvn package</code>,
      or connect with your own client at <code>/ws</code> or <code>/sockjs</code>.</p>
      <p>Is it ready? <a href="/readyz">/readyz</a></p></html>
      """;

  private record Asset(Buffer plain, Buffer zipped, String type, String etag, boolean hashed) {}

  private final ClassLoader classPath;
  private final boolean clustered;
  private final Map<String, Asset> assets = new HashMap<>();

  /** @param clustered whether the page may have to go on with other nodes */
  StaticPage(ClassLoader classPath, boolean clustered) {
    this.classPath = classPath;
    this.clustered = clustered;
  }

  @Override
  public void handle(HttpServerRequest request) {
    secure(request);
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
      Answers.text(request, 405, "This address takes GET.\n");
      return;
    }
    String path = request.path().equals("/") ? "/index.html" : request.path();
    Asset asset = asset(path);
    if (asset != null) {
      serve(request, asset);
    } else if (path.equals("/index.html")) {
      Answers.send(request, 200, TYPES.get("html"), NO_PAGE);
    } else {
      Answers.text(request, 404, "There is nothing at this address. The page is at /\n");
    }
  }

  private void secure(HttpServerRequest request) {
    request.response()
        .putHeader("Content-Security-Policy", String.format(CONTENT_SECURITY_POLICY, connectable(request)))
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), "
            + "autoplay=(self), fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), "
            + "geolocation=(), payment=(), usb=()");
  }

  /**
   * Of a cluster's page everything: it goes on with nodes that nobody knew when it was served (ADR 12). Otherwise the host itself,
   * since not every browser counts its WebSockets under {@code 'self'}.
   */
  private String connectable(HttpServerRequest request) {
    if (clustered) {
      return " http: https: ws: wss:";
    }
    String host = request.getHeader(HttpHeaders.HOST);
    return host != null && AUTHORITY.matcher(host).matches() ? " ws://" + host + " wss://" + host : "";
  }

  private static void serve(HttpServerRequest request, Asset asset) {
    HttpServerResponse response = request.response();
    response.putHeader(HttpHeaders.CACHE_CONTROL, asset.hashed ? "public, max-age=31536000, immutable" : "no-cache");
    response.putHeader(HttpHeaders.ETAG, asset.etag);
    response.putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    String known = request.getHeader(HttpHeaders.IF_NONE_MATCH);
    if (known != null && known.contains(asset.etag)) {
      response.setStatusCode(304).end();
      return;
    }
    String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
    boolean zip = asset.zipped != null && encodings != null && encodings.contains("gzip");
    Buffer body = zip ? asset.zipped : asset.plain;
    if (zip) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, asset.type);
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length())).end();
    } else {
      response.end(body);
    }
  }

  private Asset asset(String path) {
    Asset known = assets.get(path);
    if (known != null) {
      return known;
    }
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    if (type == null || !PATH.matcher(path).matches()) {
      return null;
    }
    try (InputStream in = classPath.getResourceAsStream(ROOT + path)) {
      if (in == null) {
        return null;
      }
      byte[] bytes = in.readAllBytes();
      boolean text = !type.startsWith("image/png") && !type.startsWith("image/jpeg") && !type.startsWith("image/webp")
          && !type.startsWith("font/") && !type.startsWith("audio/");
      Asset asset = new Asset(Buffer.buffer(bytes), text ? Buffer.buffer(zip(bytes)) : null, type, etag(bytes),
          HASHED.matcher(path).matches());
      assets.put(path, asset);
      return asset;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + " of the page", e);
    }
  }

  private static byte[] zip(byte[] bytes) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream(bytes.length / 2);
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }

  private static String etag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "\"" + HexFormat.of().formatHex(digest, 0, 12) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
