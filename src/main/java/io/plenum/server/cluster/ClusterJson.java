package io.plenum.server.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.SignalMessage;

/**
 * Rows and messages as text, so that two versions of Plenum can share a cluster: unknown fields are ignored, unknown events
 * are null.
 */
final class ClusterJson {
  private static final ObjectMapper MAPPER = mapper();

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface Typed {}

  private interface ByWireName {
    @JsonValue
    String wireName();
  }

  private ClusterJson() {}

  private static ObjectMapper mapper() {
    JsonMapper.Builder builder = JsonMapper.builder()
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
        .addMixIn(Row.class, Typed.class)
        .addMixIn(SignalMessage.class, Typed.class)
        .addMixIn(RoomEvent.class, ByWireName.class);
    for (Class<?> type : Row.class.getPermittedSubclasses()) {
      builder.registerSubtypes(new NamedType(type, type.getSimpleName()));
    }
    for (Class<?> type : SignalMessage.class.getPermittedSubclasses()) {
      builder.registerSubtypes(new NamedType(type, type.getSimpleName()));
    }
    // A computed key of a row, or the room of a ping, is not written: they follow from what is.
    return builder.build();
  }

  /** A row or a message as text. */
  static String write(Object value) {
    try {
      // The declared type must be the sealed one, or its name would not be written.
      Class<?> declared = value instanceof Row ? Row.class : value instanceof SignalMessage ? SignalMessage.class : value.getClass();
      return MAPPER.writerFor(declared).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  /** Null if the text is not such a thing: another version's, or damaged. */
  static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException | RuntimeException e) {
      return null;
    }
  }
}
