package io.plenum.server.web;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Whether a request comes from the machine itself: what only its operator may ask. */
final class ThisMachine {
  /** A proxy on this machine makes everybody look local; these headers give it away. */
  private static final List<String> PROXY_HEADERS =
      List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via");

  private ThisMachine() {}

  /**
   * The connection comes from loopback, no proxy is in between, and the host asked for is this machine: a page whose
   * own name was made to point to 127.0.0.1 still asks for its own name.
   */
  static boolean asks(HttpServerRequest request) {
    HostAndPort asked = request.authority();
    if (asked == null || PROXY_HEADERS.stream().anyMatch(name -> request.headers().contains(name))) {
      return false;
    }
    return isLoopback(request.remoteAddress().hostAddress())
        && (asked.host().equals("localhost") || isLoopback(asked.host()));
  }

  /** Of a literal only: a name is never looked up. */
  private static boolean isLoopback(String address) {
    String literal = address == null ? "" : address.replaceAll("[\\[\\]]|%.*", "");
    if (!literal.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      return false;
    }
    try {
      return InetAddress.getByName(literal).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
