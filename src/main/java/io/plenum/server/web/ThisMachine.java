package io.plenum.server.web;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

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
    return isLoopback(request.remoteAddress().hostAddress()) && isNamedBy(asked.host());
  }

  /**
   * Whether a browser that is told this host, without port, speaks to its own machine whatever name servers say (RFC 6761
   * §6.3): {@code localhost} and what is below it, 127.0.0.0/8, ::1.
   */
  static boolean isNamedBy(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost") || name.endsWith(".localhost") || isLoopback(name);
  }

  /** Of a literal only: a name is never looked up. */
  private static boolean isLoopback(String address) {
    byte[] bytes = address == null ? null : NetUtil.createByteArrayFromIpAddressString(address);
    try {
      return bytes != null && InetAddress.getByAddress(bytes).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
