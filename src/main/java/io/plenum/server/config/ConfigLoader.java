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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Puts the configuration together: the defaults in the jar ({@code plenum.yaml}, the same file as {@code conf/}), then
 * {@code --conf FILE}, then the environment, then {@code --KEY=VALUE}. The defaults say which keys there are and of
 * which type each is.
 */
public final class ConfigLoader {
  private static final String DEFAULTS = "/plenum.yaml";
  private static final String ENVIRONMENT_PREFIX = "PLENUM_";
  /** {@code PLENUM_HTTP_PORT_FILE} names a file that has the value of {@code http.port}. */
  private static final String FILE_SUFFIX = "_FILE";
  /** What Kubernetes puts into every container for a Service whose name begins with "plenum": not meant for us. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("PLENUM_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)|PORT(_\\d+_(TCP|UDP)(_\\w+)?)?)");

  private final ObjectMapper yaml = YAMLMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
      // A section that is there twice would lose the first half of its keys.
      .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
      .build();

  /**
   * @param arguments of the command line
   * @param environment as {@link System#getenv()} gives it
   * @throws ConfigException with one line for the person who starts the process
   */
  public PlenumConfig load(String[] arguments, Map<String, String> environment) {
    Arguments parsed = Arguments.parse(arguments);
    return assemble(parsed.file(), environment, parsed.keys(), "on the command line");
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
        String keyOfFile = key == null && variable.endsWith(FILE_SUFFIX)
            ? keyOfVariable.get(variable.substring(0, variable.length() - FILE_SUFFIX.length()))
            : null;
        if (keyOfFile != null) {
          set(tree, known, keyOfFile, contents(variable, value, environment), "in the file of " + variable);
          return;
        }
        if (key == null && SERVICE_LINK.matcher(variable).matches()) {
          return;
        }
        if (key == null) {
          throw new ConfigException("unknown key " + variable + " in the environment"
              + KeyNames.didYouMean(variable, keyOfVariable.keySet()));
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

  /** Content of the file that a variable names: a secret is better kept there than in the environment. */
  private static String contents(String variable, String file, Map<String, String> environment) {
    String plain = variable.substring(0, variable.length() - FILE_SUFFIX.length());
    if (environment.containsKey(plain)) {
      throw new ConfigException("the environment has both " + plain + " and " + variable + ": one of them is enough");
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException | InvalidPathException e) {
      throw new ConfigException(
          variable + " in the environment names " + file + ", which cannot be read as a file of text");
    }
  }

  /** {@code http.port} → {@code PLENUM_HTTP_PORT}. */
  static String environmentName(String key) {
    return ENVIRONMENT_PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** {@code conf/plenum.yaml} as it stands: every key with its default, unit and reason. */
  public static String everyKey() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(DEFAULTS)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the jar has no readable " + DEFAULTS, e);
    }
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
      throw new ConfigException(file + " is not valid YAML: " + problem(e));
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
      throw new ConfigException("unknown key " + key + " " + where + KeyNames.didYouMean(key, known.keySet()));
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

  /** The parser's finding with its place; its own message begins with what it was doing. */
  private static String problem(JsonProcessingException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
        Mark mark = marked.getProblemMark();
        return marked.getProblem().replaceAll("\\s*[\\r\\n]+\\s*", " ")
            + " (line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ")";
      }
    }
    return firstLine(e.getOriginalMessage())
        + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")");
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
