package io.plenum.server.signaling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the fields of a request; what is missing or of the wrong type is refused with a sentence that names it. */
final class RequestData {
  /**
   * Length of an {@code appData}, as JSON. It is the application's own, is kept in the cluster's rows, and goes to each
   * consumer: a room of 100 with 300 producers writes 16 KiB 30,000 times, and no application has been seen to need more.
   */
  static final int MAX_APP_DATA_CHARACTERS = 16_384;

  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  private RequestData() {}

  static String text(JsonNode data, String field) {
    JsonNode value = data.path(field);
    if (!value.isTextual()) {
      throw new PlenumException("invalid-request", field + " must be a string");
    }
    return value.textValue();
  }

  /** Null if it is not there. */
  static String optionalText(JsonNode data, String field) {
    JsonNode value = data.path(field);
    return value.isTextual() ? value.textValue() : null;
  }

  static int integer(JsonNode data, String field) {
    JsonNode value = data.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new PlenumException("invalid-request", field + " must be a whole number");
    }
    return value.intValue();
  }

  static int optionalInteger(JsonNode data, String field, int otherwise) {
    return data.hasNonNull(field) ? integer(data, field) : otherwise;
  }

  /** @throws PlenumException the object's own refusal, or {@code invalid-request} */
  static <T> T object(JsonNode data, String field, Class<T> type) {
    T object = optionalObject(data, field, type);
    if (object == null) {
      throw new PlenumException("invalid-request", field + " is missing");
    }
    return object;
  }

  /** Null if it is not there. */
  static <T> T optionalObject(JsonNode data, String field, Class<T> type) {
    if (!data.hasNonNull(field)) {
      return null;
    }
    try {
      return SignalingJson.MAPPER.treeToValue(data.get(field), type);
    } catch (JsonProcessingException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof PlenumException refusal) {
          throw refusal;
        }
      }
      throw new PlenumException("invalid-request", field + " is not what it should be");
    }
  }

  static Map<String, Object> appData(JsonNode data) {
    JsonNode value = data.path("appData");
    if (!value.isObject()) {
      return new LinkedHashMap<>();
    }
    if (value.toString().length() > MAX_APP_DATA_CHARACTERS) {
      throw new PlenumException("invalid-app-data", "appData has " + value.toString().length() + " characters as JSON, more than the " + MAX_APP_DATA_CHARACTERS
              + " that it may have");
    }
    return SignalingJson.MAPPER.convertValue(value, MAP);
  }
}
