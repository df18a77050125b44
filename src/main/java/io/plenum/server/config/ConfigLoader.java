package io.plenum.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Puts the configuration together: the defaults in the jar ({@code plenum.yaml}, the same file as {@code conf/}), then
 * {@code --conf FILE}, then the environment, then {@code --KEY=VALUE}. The defaults say which keys there are and of
 * which type each is.
 */
public final class ConfigLoader {
  private static final String DEFAULTS = "/plenum.yaml";
  private static final String ENVIRONMENT_PREFIX = "PLENUM_";
  /** What Kubernetes puts into every container for a Service whose name begins with "plenum": not meant for us. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("PLENUM_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)|PORT(_\\d+_(TCP|UDP)(_\\w+)?)?)");

  private final ObjectMapper yaml = YAMLMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
      .build();

  /**
   * @param arguments of the command line
   * @param environment as {@link System#getenv()} gives it
   * @throws ConfigException with one line for the person who starts the process
   */
  public PlenumConfig load(String[] arguments, Map<String, String> environment) {
    String file = null;
    Map<String, String> fromArguments = new LinkedHashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (argument.equals("--conf")) {
        if (++i == arguments.length) {
          throw new ConfigException("--conf needs a file name behind it");
        }
        file = arguments[i];
      } else if (argument.startsWith("--conf=")) {
        file = argument.substring("--conf=".length());
      } else if (argument.startsWith("--") && argument.indexOf('=') > 2) {
        int equals = argument.indexOf('=');
        fromArguments.put(argument.substring(2, equals), argument.substring(equals + 1));
      } else {
        throw new ConfigException("cannot read the argument \"" + argument + "\": write --KEY=VALUE or --conf FILE");
      }
    }
    return assemble(file, environment, fromArguments, "on the command line");
  }

  /**
   * For a program that has a node in it: the defaults and these keys; neither a file nor the environment.
   *
   * @throws ConfigException with one line that names the key
   */
  public PlenumConfig load(Map<String, String> keys) {
    return assemble(null, Map.of(), keys, "in the options");
  }

  private PlenumConfig assemble(
      String file, Map<String, String> environment, Map<String, String> last, String whereLast) {
    ObjectNode tree = defaults();
    Map<String, ValueNode> known = new LinkedHashMap<>();
    collect("", tree, known);
    if (file != null) {
      Map<String, ValueNode> inFile = readFile(Path.of(file));
      for (Map.Entry<String, ValueNode> entry : inFile.entrySet()) {
        set(tree, known, entry.getKey(), entry.getValue().asText(), "in " + file);
      }
    }
    Map<String, String> keyOfVariable = new LinkedHashMap<>();
    known.keySet().forEach(key -> keyOfVariable.put(environmentName(key), key));
    environment.forEach((variable, value) -> {
      if (variable.startsWith(ENVIRONMENT_PREFIX)) {
        String key = keyOfVariable.get(variable);
        if (key == null && SERVICE_LINK.matcher(variable).matches()) {
          return;
        }
        if (key == null) {
          throw new ConfigException("unknown key " + variable + " in the environment" + didYouMean(variable, keyOfVariable.keySet()));
        }
        set(tree, known, key, value, "in the environment (" + variable + ")");
      }
    });
    last.forEach((key, value) -> set(tree, known, key, value, whereLast));
    try {
      return ConfigRules.apply(yaml.treeToValue(tree, PlenumConfig.class));
    } catch (JsonProcessingException e) {
      throw new ConfigException("configuration: " + e.getOriginalMessage());
    }
  }

  /** {@code http.port} → {@code PLENUM_HTTP_PORT}. */
  static String environmentName(String key) {
    return ENVIRONMENT_PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private ObjectNode defaults() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(DEFAULTS)) {
      return (ObjectNode) yaml.readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException("the jar has no readable " + DEFAULTS, e);
    }
  }

  private Map<String, ValueNode> readFile(Path file) {
    if (!Files.isReadable(file)) {
      throw new ConfigException("cannot read the configuration file " + file);
    }
    try {
      JsonNode root = yaml.readTree(file.toFile());
      Map<String, ValueNode> values = new LinkedHashMap<>();
      if (root != null && root.isObject()) {
        collect("", root, values);
      } else if (root != null && !root.isMissingNode() && !root.isNull()) {
        throw new ConfigException(file + " is not a YAML mapping of keys to values");
      }
      return values;
    } catch (JsonProcessingException e) {
      throw new ConfigException(file + " is not valid YAML: " + firstLine(e.getOriginalMessage())
          + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")"));
    } catch (IOException e) {
      throw new ConfigException("cannot read the configuration file " + file + ": " + e.getMessage());
    }
  }

  private static void collect(String prefix, JsonNode node, Map<String, ValueNode> into) {
    node.properties().forEach(field -> {
      String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
      if (field.getValue() instanceof ValueNode value) {
        into.put(key, value);
      } else if (field.getValue().isObject()) {
        collect(key, field.getValue(), into);
      } else {
        throw new ConfigException("the key " + key + " has a list: write the values with commas between them");
      }
    });
  }

  private void set(ObjectNode tree, Map<String, ValueNode> known, String key, String text, String where) {
    ValueNode model = known.get(key);
    if (model == null) {
      throw new ConfigException("unknown key " + key + " " + where + didYouMean(key, known.keySet()));
    }
    List<String> path = List.of(key.split("\\."));
    ObjectNode parent = tree;
    for (String section : path.subList(0, path.size() - 1)) {
      parent = (ObjectNode) parent.get(section);
    }
    String name = path.get(path.size() - 1);
    String value = text.strip();
    try {
      if (model.isBoolean()) {
        if (!value.equals("true") && !value.equals("false")) {
          throw wrongType(key, value, "true or false", where);
        }
        parent.put(name, value.equals("true"));
      } else if (model.isIntegralNumber()) {
        parent.put(name, whole(key, Long.parseLong(value), where));
      } else if (model.isFloatingPointNumber()) {
        parent.put(name, Double.parseDouble(value));
      } else {
        parent.put(name, text.equals("null") ? "" : value);
      }
    } catch (NumberFormatException e) {
      throw wrongType(key, value, model.isIntegralNumber() ? "a whole number" : "a number", where);
    }
  }

  /** A seed is a pattern, and may have 64 bits; all others are numbers of something. */
  private static long whole(String key, long value, String where) {
    if (value != (int) value && !key.endsWith(".seed")) {
      throw new ConfigException("the key " + key + " takes a number of 32 bits at most, not " + value + " (" + where + ")");
    }
    return value;
  }

  private static ConfigException wrongType(String key, String value, String wanted, String where) {
    return new ConfigException("the key " + key + " takes " + wanted + ", not \"" + value + "\" (" + where + ")");
  }

  private static String didYouMean(String key, Iterable<String> known) {
    List<String> keys = new ArrayList<>();
    known.forEach(keys::add);
    return keys.stream()
        .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .filter(candidate -> distance(key, candidate) <= 4)
        .map(candidate -> ": did you mean " + candidate + "?")
        .orElse(": conf/plenum.yaml lists every key");
  }

  /** Edits between two words (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
