package io.plenum.server.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The command line: {@code --KEY=VALUE} or {@code --KEY VALUE}, and {@code --conf FILE} among them.
 *
 * @param file of {@code --conf}, or null
 * @param keys the others, in their order; of one that comes twice the last holds
 */
record Arguments(String file, Map<String, String> keys) {
  /** @throws ConfigException for what is none of both */
  static Arguments parse(String[] arguments) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      String key = name.startsWith("--") ? name.substring(2) : "";
      if (key.isEmpty()) {
        // Its value may be a secret.
        throw new ConfigException("cannot read the argument \"" + name + (equals < 0 ? "" : "=…")
            + "\": write --KEY=VALUE or --conf FILE");
      } else if (equals >= 0) {
        keys.put(key, argument.substring(equals + 1));
      } else if (i + 1 < arguments.length && !arguments[i + 1].startsWith("--")) {
        keys.put(key, arguments[++i]);
      } else {
        throw new ConfigException(name + " needs a " + (key.equals("conf") ? "file name" : "value") + " behind it");
      }
    }
    return new Arguments(keys.remove("conf"), keys);
  }
}
