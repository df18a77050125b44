package io.plenum.server.net;

import io.plenum.server.config.ConfigException;
import java.net.InetSocketAddress;

/** Reason for which a socket could not be bound. The JDK and Netty's native transports tell it by their texts alone. */
public enum BindFailure {
  TAKEN,
  /** No interface of this machine has the address. */
  NOT_OURS,
  /** A privileged port without the privilege. */
  NOT_ALLOWED,
  OTHER;

  /** EADDRINUSE, EADDRNOTAVAIL and EACCES, as the C library or the JDK words them. */
  static BindFailure of(Throwable cause) {
    String text = String.valueOf(cause.getMessage());
    if (text.contains("already in use")) {
      return TAKEN;
    } else if (text.contains("assign requested address")) {
      return NOT_OURS;
    }
    return text.contains("Permission denied") ? NOT_ALLOWED : OTHER;
  }

  /**
   * One line that says what to change.
   *
   * @param protocol {@code UDP} or {@code TCP}
   * @param key of the port
   */
  public static ConfigException refusal(String protocol, InetSocketAddress address, Throwable cause, String key) {
    return refusal(
        protocol + " " + address.getHostString() + ":" + address.getPort(), cause, key, key.replace(".port", ".ip"));
  }

  /**
   * As {@link #refusal(String, InetSocketAddress, Throwable, String)}.
   *
   * @param where in words
   * @param addressKey key of the address
   */
  public static ConfigException refusal(String where, Throwable cause, String portKey, String addressKey) {
    // Without the name of the system call that Netty puts before it.
    String reason = String.valueOf(cause.getMessage())
        .replaceFirst("^\\w+\\(\\.\\.\\) failed( with error\\(-\\d+\\))?: ", "");
    String remedy = switch (of(cause)) {
      case NOT_OURS -> addressKey + " takes an address of this machine";
      case NOT_ALLOWED -> "ports below 1024 need a privilege; " + portKey + " moves it";
      case TAKEN, OTHER -> "is another process there? " + portKey + " moves it";
    };
    return new ConfigException("cannot listen on " + where + " (" + reason + "): " + remedy);
  }
}
