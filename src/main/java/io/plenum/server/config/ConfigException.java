package io.plenum.server.config;

/** The configuration cannot be used. The message is one line that names the key and says what to write instead. */
public final class ConfigException extends RuntimeException {
  public ConfigException(String message) {
    super(message);
  }
}
