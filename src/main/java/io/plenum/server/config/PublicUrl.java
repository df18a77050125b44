package io.plenum.server.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** The address at which clients reach a node's page and signalling: {@code http(s)://HOST[:PORT]}, which is also an origin. */
public final class PublicUrl {
  /** Longer than a host name with a port can be (RFC 1035 §2.3.4: 255 octets). */
  private static final int MAX_CHARACTERS = 300;
  private static final Pattern URL = Pattern.compile("https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?");

  private PublicUrl() {}

  /**
   * Scheme and host in lower case, without the port that the scheme implies and without a slash at the end, as RFC 6454
   * writes an origin; null if the text is no such address.
   */
  public static String normal(String text) {
    if (text == null || text.length() > MAX_CHARACTERS) {
      return null;
    }
    String url = text.strip().toLowerCase(Locale.ROOT);
    url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    if (!URL.matcher(url).matches()) {
      return null;
    }
    String implied = url.startsWith("https:") ? ":443" : ":80";
    return url.endsWith(implied) ? url.substring(0, url.length() - implied.length()) : url;
  }

  /**
   * {@code http.publicUrl}, or what follows from the other keys.
   *
   * @param nodeIp by which this node is reached from outside
   * @param port that is listened on
   */
  public static String of(PlenumConfig config, String nodeIp, int port) {
    PlenumConfig.Http http = config.http();
    if (!http.publicUrl().isEmpty()) {
      return http.publicUrl();
    }
    String scheme = http.tls().mode().equals("off") ? "http" : "https";
    String host = http.host();
    if (ConfigRules.isLoopback(host)) {
      host = "localhost";
    } else if (host.equals("0.0.0.0") || host.equals("::")) {
      host = nodeIp;
    }
    return normal(scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }
}
