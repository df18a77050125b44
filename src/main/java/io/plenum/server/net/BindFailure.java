package io.plenum.server.net;

/** Reason for which a socket could not be bound. The JDK and Netty's native transports tell it by their texts alone. */
public enum BindFailure {
  TAKEN,
  /** No interface of this machine has the address. */
  NOT_OURS,
  /** A privileged port without the privilege. */
  NOT_ALLOWED,
  OTHER;

  /** EADDRINUSE, EADDRNOTAVAIL and EACCES, as the C library or the JDK words them. */
  public static BindFailure of(Throwable cause) {
    String text = String.valueOf(cause.getMessage());
    if (text.contains("already in use")) {
      return TAKEN;
    } else if (text.contains("assign requested address")) {
      return NOT_OURS;
    }
    return text.contains("Permission denied") ? NOT_ALLOWED : OTHER;
  }

  /** The text in brackets, without the name of the system call that Netty puts before it. */
  public static String reason(Throwable cause) {
    return "(" + String.valueOf(cause.getMessage()).replaceFirst("^\\w+\\(\\.\\.\\) failed( with error\\(-\\d+\\))?: ", "") + ")";
  }
}
