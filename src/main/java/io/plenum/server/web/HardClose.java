package io.plenum.server.web;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Cuts a TCP connection now. Vert.x closes only after everything queued has been written, which a client that does not
 * read can put off for ever; this reaches for the channel below. The one place here that knows Vert.x's inside.
 */
final class HardClose {
  private HardClose() {}

  static void of(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      base.channel().close();
    } else {
      connection.close();
    }
  }
}
