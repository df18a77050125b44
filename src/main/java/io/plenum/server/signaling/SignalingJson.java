package io.plenum.server.signaling;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON as clients speak it: strict about what we read, tolerant of fields we do not know, bounded in every direction. */
public final class SignalingJson {
  /** Deeper than any message of the protocol, which has 6 levels; deeper ones are an attack on the stack. */
  static final int MAX_DEPTH = 32;
  /** The longest string of the protocol is an id or a name; the message as a whole is bounded by the connection. */
  static final int MAX_STRING_CHARACTERS = 65_536;
  static final int MAX_NUMBER_CHARACTERS = 32;

  public static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder()
              .maxNestingDepth(MAX_DEPTH)
              .maxStringLength(MAX_STRING_CHARACTERS)
              .maxNumberLength(MAX_NUMBER_CHARACTERS)
              .maxNameLength(1_024)
              .build())
          .build())
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .defaultPropertyInclusion(
          JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
      .build();

  private SignalingJson() {}
}
