package io.plenum.media.parameters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads one object of a JSON tree that a stranger wrote, and knows where in the message it stands. The tree is what any JSON
 * parser makes: maps, lists, strings, numbers, booleans, nulls. A field that is null counts as absent, as JavaScript's
 * {@code undefined} does; a number with a fraction of zero counts as an integer, because JavaScript has no other kind.
 */
final class JsonFields {
  private final String code;
  private final String path;
  private final Map<?, ?> fields;

  private JsonFields(String code, String path, Map<?, ?> fields) {
    this.code = code;
    this.path = path;
    this.fields = fields;
  }

  /**
   * @param code the refusal's code for whatever is wrong inside
   * @param path the name of the object, with which the refusal's sentences begin
   */
  static JsonFields of(Object json, String code, String path) {
    if (json == null) {
      throw new IllegalParameters(code, path + " is missing");
    }
    if (!(json instanceof Map<?, ?> fields)) {
      throw new IllegalParameters(code, path + " must be an object");
    }
    return new JsonFields(code, path, fields);
  }

  /** A refusal about a field of this object, as an exception to throw. */
  IllegalParameters refuse(String name, String complaint) {
    return new IllegalParameters(code, path + "." + name + " " + complaint);
  }

  boolean has(String name) {
    return fields.get(name) != null;
  }

  long integer(String name, long min, long max) {
    return required(name, optionalInteger(name, min, max));
  }

  Long optionalInteger(String name, long min, long max) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    Long integer = integerOf(value);
    if (integer == null || integer < min || integer > max) {
      throw refuse(name, "must be an integer from " + min + " to " + max);
    }
    return integer;
  }

  Integer optionalInt(String name, int min, int max) {
    Long value = optionalInteger(name, min, max);
    return value == null ? null : value.intValue();
  }

  Double optionalNumber(String name, double min, double max) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    // A NaN fails both comparisons.
    if (value instanceof Number number && number.doubleValue() >= min && number.doubleValue() <= max) {
      return number.doubleValue();
    }
    throw refuse(name, "must be a number from " + min + " to " + max);
  }

  boolean flag(String name, boolean otherwise) {
    Boolean value = optionalFlag(name);
    return value == null ? otherwise : value;
  }

  Boolean optionalFlag(String name) {
    Object value = fields.get(name);
    if (value == null || value instanceof Boolean) {
      return (Boolean) value;
    }
    throw refuse(name, "must be true or false");
  }

  String text(String name, TextRule rule) {
    return required(name, optionalText(name, rule));
  }

  String text(String name, TextRule rule, String otherwise) {
    String value = optionalText(name, rule);
    return value == null ? otherwise : value;
  }

  String optionalText(String name, TextRule rule) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      throw refuse(name, "must be a string");
    }
    if (!rule.allows(text)) {
      throw refuse(name, rule.complaint(text));
    }
    return text;
  }

  /** The constant whose JSON spelling the field has, or {@code otherwise} when the field is absent. */
  <E extends Enum<E>> E choice(String name, E[] choices, Function<E, String> spelling, E otherwise) {
    Object value = fields.get(name);
    if (value == null) {
      return otherwise;
    }
    List<String> spellings = new ArrayList<>(choices.length);
    for (E choice : choices) {
      if (spelling.apply(choice).equals(value)) {
        return choice;
      }
      spellings.add(spelling.apply(choice));
    }
    throw refuse(name, "must be one of " + String.join(", ", spellings));
  }

  JsonFields optionalObject(String name) {
    Object value = fields.get(name);
    return value == null ? null : of(value, code, path + "." + name);
  }

  JsonFields object(String name) {
    return of(fields.get(name), code, path + "." + name);
  }

  /** The fields of {@code parameters}; empty when absent, so that what is sought in it is what is missing. */
  JsonFields parametersObject() {
    return has("parameters") ? object("parameters") : new JsonFields(code, path + ".parameters", Map.of());
  }

  /** The objects of a list, read one by one; an absent list is empty. */
  <T> List<T> list(String name, int max, Function<JsonFields, T> read) {
    Object value = fields.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> elements)) {
      throw refuse(name, "must be an array");
    }
    if (elements.size() > max) {
      throw refuse(name, "must not have more than " + max + " entries");
    }
    List<T> result = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      result.add(read.apply(of(elements.get(i), code, path + "." + name + "[" + i + "]")));
    }
    return List.copyOf(result);
  }

  /** A flat object of strings and numbers, as fmtp parameters are; absent means empty, and a null value an empty string. */
  Map<String, Object> parameters(String name) {
    Object value = fields.get(name);
    if (value == null) {
      return Map.of();
    }
    JsonFields inside = of(value, code, path + "." + name);
    if (inside.fields.size() > ParameterLimits.MAX_PARAMETERS) {
      throw refuse(name, "must not have more than " + ParameterLimits.MAX_PARAMETERS + " entries");
    }
    Map<String, Object> result = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : inside.fields.entrySet()) {
      if (!(entry.getKey() instanceof String key) || !TextRule.PARAMETER_NAME.allows(key)) {
        throw refuse(name, "has a key that " + TextRule.PARAMETER_NAME.complaint(String.valueOf(entry.getKey())));
      }
      result.put(key, inside.parameter(key, entry.getValue()));
    }
    return result;
  }

  private Object parameter(String name, Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      if (!TextRule.PARAMETER_VALUE.allows(text)) {
        throw refuse(name, TextRule.PARAMETER_VALUE.complaint(text));
      }
      return text;
    }
    Long integer = integerOf(value);
    if (integer != null) {
      // The smallest type that holds it, as JSON parsers give, so that equal parameters are equal maps.
      return integer == integer.intValue() ? (Object) integer.intValue() : integer;
    }
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw refuse(name, "must be a string or a number");
  }

  private <T> T required(String name, T value) {
    if (value == null) {
      throw refuse(name, "is missing");
    }
    return value;
  }

  /** Null when it is not an integer that a double holds exactly, which is all that JavaScript knows. */
  private static Long integerOf(Object value) {
    if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      if (number == Math.rint(number) && Math.abs(number) <= 1L << 53) {
        return (long) number;
      }
    }
    return null;
  }
}
