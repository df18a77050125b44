package io.plenum.server.web;

import io.plenum.protocol.TokenBucket;
import io.plenum.server.ops.LogLine;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log which pages were refused, and which key lets them in. Each origin once in a while: a client that is
 * refused comes again for ever. On the web's loop.
 */
final class RefusedOrigins {
  /** Origins remembered: more than one operator has, and few enough for someone who makes them up. */
  static final int MAX_ORIGINS = 64;
  /** An origin is named again after that. */
  static final long REPEAT_NS = Duration.ofMinutes(10).toNanos();
  /** Lines at once; then one in {@link #LINE_INTERVAL}, whoever makes up origins. */
  static final int LINES_AT_ONCE = 10;
  static final Duration LINE_INTERVAL = Duration.ofMinutes(1);
  /** A longer one is refused all the same, and remembered by its beginning. */
  private static final int MAX_CHARACTERS = 256;
  private static final Logger log = LoggerFactory.getLogger(RefusedOrigins.class);

  /** Time at which each was last named; the one longest ago first. */
  private final Map<String, Long> namedNs = new LinkedHashMap<>();
  private final TokenBucket lines = new TokenBucket(LINES_AT_ONCE, LINE_INTERVAL);
  private long unsaid;

  /**
   * @param origin of the page, null if it is not known
   * @param host that was asked for, null likewise
   */
  void onRefused(SignalingCounters.Refused reason, String origin, String host, Object remote, long nowNs) {
    unsaid++;
    String key = shortened(reason == SignalingCounters.Refused.HOST ? "host " + host : "origin " + origin);
    Long named = namedNs.get(key);
    if (named != null && nowNs - named < REPEAT_NS || !lines.take(1, nowNs)) {
      return;
    }
    namedNs.remove(key);
    if (namedNs.size() == MAX_ORIGINS) {
      namedNs.remove(namedNs.keySet().iterator().next());
    }
    namedNs.put(key, nowNs);
    log.warn("{}", LogLine.of("page refused").with("origin", origin).with("host", host).with("remote", remote)
        .with("reason", reason == SignalingCounters.Refused.HOST ? "host" : "origin").with("refusals", unsaid)
        .with("hint", hint(reason)));
    unsaid = 0;
  }

  private static String hint(SignalingCounters.Refused reason) {
    return reason == SignalingCounters.Refused.HOST
        ? "this node is on loopback and was called by a name that is not localhost: set http.publicUrl to the address"
            + " that clients use"
        : "if this page may connect, add its origin to http.allowedOrigins; behind a proxy, let it pass"
            + " X-Forwarded-Proto and -Host";
  }

  private static String shortened(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }

  /** Origins and names that are remembered, for tests. */
  int remembered() {
    return namedNs.size();
  }
}
