package io.plenum.server.web;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts HTTP connections that take their time: whoever trickles a request byte by byte would pass any idle timeout, so
 * the clock runs from the connection's opening, or the last answer, to the end of the next request. WebSockets leave
 * this watch when they are one; answers that are long by nature (SockJS's polls and streams) have no deadline here.
 */
final class RequestDeadlines {
  /**
   * From the connection, or the last answer, to the whole of the next request; also how long a kept-alive one may
   * idle.
   */
  static final long REQUEST_NS = 10_000_000_000L;
  /** For the client to take our answer: the page's largest file over a slow mobile line. */
  static final long ANSWER_NS = 120_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  /** One connection's request and answer; with HTTP/1.1 there is one at a time. */
  private static final class Exchange {
    long deadlineNs;
    boolean asked = true;
    boolean answered = true;
    boolean longAnswer;
    AddressLimits.Entry address;

    void become(long nowNs) {
      if (asked && answered) {
        deadlineNs = nowNs + REQUEST_NS;
      } else if (asked) {
        deadlineNs = longAnswer ? NEVER : nowNs + ANSWER_NS;
      }
      // Answered but not yet asked in full, as a refusal may be: the request's deadline stands.
    }
  }

  private final Loop loop;
  private final int maxConnections;
  private final AddressLimits addresses;
  private final SignalingCounters counters;
  private final Map<HttpConnection, Exchange> exchanges = new IdentityHashMap<>();

  RequestDeadlines(Loop loop, int maxConnections, AddressLimits addresses, SignalingCounters counters) {
    this.addresses = addresses;
    this.loop = loop;
    this.maxConnections = maxConnections;
    this.counters = counters;
  }

  int size() {
    return exchanges.size();
  }

  void onConnection(HttpConnection connection) {
    String address = addresses.keyOf(connection.remoteAddress());
    if (exchanges.size() >= maxConnections || addresses.fullOfHttp(address)) {
      counters.requestsCut.increment();
      NettyLine.cut(connection);
      return;
    }
    Exchange exchange = new Exchange();
    exchange.deadlineNs = loop.nowNs() + REQUEST_NS;
    exchange.address = addresses.openHttp(address);
    exchanges.put(connection, exchange);
    connection.closeHandler(ignored -> forget(connection));
  }

  /** The headers are here; the body may still be on its way. */
  void onRequest(HttpServerRequest request) {
    Exchange exchange = exchanges.get(request.connection());
    if (exchange == null) {
      return;
    }
    exchange.asked = false;
    exchange.answered = false;
    exchange.longAnswer = false;
    request.end().onComplete(ignored -> {
      exchange.asked = true;
      exchange.become(loop.nowNs());
    });
    request.response().endHandler(ignored -> {
      exchange.answered = true;
      exchange.become(loop.nowNs());
    });
  }

  /** The answer to this connection's present request lasts as long as it lasts. */
  void onLongAnswer(HttpConnection connection) {
    Exchange exchange = exchanges.get(connection);
    if (exchange != null) {
      exchange.longAnswer = true;
      exchange.become(loop.nowNs());
    }
  }

  void onUpgraded(HttpConnection connection) {
    forget(connection);
  }

  private void forget(HttpConnection connection) {
    Exchange exchange = exchanges.remove(connection);
    if (exchange != null) {
      exchange.address.closeHttp();
    }
  }

  /** Called about once a second. */
  void sweep() {
    long nowNs = loop.nowNs();
    List<HttpConnection> overdue = new ArrayList<>();
    exchanges.forEach((connection, exchange) -> {
      if (exchange.deadlineNs != NEVER && exchange.deadlineNs - nowNs < 0) {
        overdue.add(connection);
      }
    });
    for (HttpConnection connection : overdue) {
      counters.requestsCut.increment();
      NettyLine.cut(connection);
    }
  }

  void cutAll() {
    List.copyOf(exchanges.keySet()).forEach(NettyLine::cut);
  }
}
