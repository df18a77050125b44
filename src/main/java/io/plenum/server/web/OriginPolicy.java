package io.plenum.server.web;

import io.plenum.server.config.ConfigException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Whose pages may speak to this node (RFC 6454). A browser lets any page open a WebSocket to any server and names the
 * page in {@code Origin}; without this check a foreign page could act with its visitor's reach (cross-site WebSocket
 * hijacking).
 *
 * <ul>
 *   <li>The node's own origin is always allowed, and those listed in {@code http.allowedOrigins}; {@code *} allows all.
 *   <li>Pages that another node of the cluster has served are allowed: they come here when theirs is gone. Which nodes
 *       there are is known from the cluster's own bus, never from a client.
 *   <li>Whatever else is asked for must be asked for by a name of this node ({@link OwnNames}): a page whose own name was made
 *       to point here has the node's "own" origin.
 *   <li>No {@code Origin} is allowed: programs send none. A browser that leaves it out for another site's page (an
 *       image or a script tag) says so in {@code Sec-Fetch-Site}, and is refused.
 *   <li>Behind a proxy the own origin is what {@code X-Forwarded-Proto} and {@code X-Forwarded-Host} say. They are
 *       believed from everybody: a page can set no header on a WebSocket, and on a request only after a preflight,
 *       which is refused to a foreign origin; and a program that forges them could as well forge {@code Origin}.
 * </ul>
 */
final class OriginPolicy {
  private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/?#\\s,]+");

  private final boolean any;
  private final Predicate<String> ofCluster;
  private final OwnNames names;
  private final Set<String> allowed = new HashSet<>();

  /**
   * @param ofCluster whether a node of the cluster has this origin, given in lower case and without an implied port
   * @param names to which those of the listed origins are added
   * @throws ConfigException when an entry is not an origin
   */
  OriginPolicy(String allowedOrigins, Predicate<String> ofCluster, OwnNames names) {
    this.ofCluster = ofCluster;
    this.names = names;
    boolean star = false;
    for (String entry : allowedOrigins.split(",")) {
      String origin = entry.strip();
      if (origin.equals("*")) {
        star = true;
      } else if (!origin.isEmpty()) {
        String normal = normal(origin);
        if (!ORIGIN.matcher(normal).matches()) {
          throw new ConfigException("the key http.allowedOrigins takes origins such as https://app.example.org, not \""
              + origin + "\"");
        }
        allowed.add(normal);
        names.add(normal);
      }
    }
    any = star;
  }

  /** Null when the request may pass. */
  SignalingCounters.Refused refusal(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    String host = authority != null ? authority.toString() : request.getHeader(HttpHeaders.HOST);
    String forwardedHost = first(request.getHeader("X-Forwarded-Host"));
    String forwardedScheme = first(request.getHeader("X-Forwarded-Proto"));
    String scheme = forwardedScheme != null ? forwardedScheme : request.isSSL() ? "https" : "http";
    return refusal(request.getHeader(HttpHeaders.ORIGIN), request.getHeader("Sec-Fetch-Site"), scheme, host, forwardedHost);
  }

  /**
   * @param origin and {@code fetchSite}: the request's headers, null where missing
   * @param scheme by which the client believes to have asked
   * @param host and {@code forwardedHost}: for what it has asked, with the port; null where the request does not say
   */
  SignalingCounters.Refused refusal(String origin, String fetchSite, String scheme, String host, String forwardedHost) {
    if (any) {
      return null;
    }
    String normal = origin == null ? null : normal(origin);
    if (normal != null && (allowed.contains(normal) || ofCluster.test(normal))) {
      return null;
    }
    // Both: a page that has our address for its own name can set the one, but not the other.
    if (host != null && !names.include(host) || forwardedHost != null && !names.include(forwardedHost)) {
      return SignalingCounters.Refused.HOST;
    }
    String own = forwardedHost != null ? forwardedHost : host;
    boolean fromOwnPage = normal == null
        ? fetchSite == null || fetchSite.equals("same-origin") || fetchSite.equals("none")
        : own != null && normal.equals(normal(scheme + "://" + own));
    return fromOwnPage ? null : SignalingCounters.Refused.ORIGIN;
  }

  /** Of a list that several proxies have written, what the first one saw. */
  private static String first(String header) {
    return header == null || header.isBlank() ? null : header.split(",", 2)[0].strip();
  }

  /** Scheme and host in lower case, without the port that the scheme implies. */
  private static String normal(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") && lower.endsWith(":80")) {
      return lower.substring(0, lower.length() - ":80".length());
    }
    if (lower.startsWith("https://") && lower.endsWith(":443")) {
      return lower.substring(0, lower.length() - ":443".length());
    }
    return lower;
  }
}
