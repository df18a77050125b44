package io.plenum.server.web;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * By which host names a request may call this node. A page of {@code evil.example} can have its own name point to 127.0.0.1
 * once it is loaded (DNS rebinding); the browser then takes this node for that page's server, and all that gives it away is the
 * name it asks for. So a node that only its own machine reaches answers to names that only its own machine can mean, and
 * to those that its operator has written down. One that others reach takes any name: it has more than its operator knows of.
 */
final class OwnNames {
  private final boolean any;
  private final Set<String> written = new HashSet<>();

  private OwnNames(boolean any) {
    this.any = any;
  }

  static OwnNames any() {
    return new OwnNames(true);
  }

  static OwnNames ofLoopback() {
    return new OwnNames(false);
  }

  /** The host of this origin is a name of this node, too. */
  void add(String origin) {
    written.add(hostOf(origin.substring(origin.indexOf("://") + "://".length())));
  }

  /** @param authority {@code host} or {@code host:port}, as a request says it */
  boolean include(String authority) {
    String host = hostOf(authority);
    return any || ThisMachine.isNamedBy(host) || written.contains(host);
  }

  /** Without the port, and without the dot that may end a full name. */
  private static String hostOf(String authority) {
    return authority.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]*$", "").replaceFirst("\\.$", "");
  }
}
