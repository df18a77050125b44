package io.plenum.server.signaling;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;

/** The data of an answer that does not change: written as JSON once, and the same bytes for all who ask. */
final class SharedAnswer {
  /** With the brace that ends the frame around it. */
  private final byte[] dataAndEnd;

  /** @throws IllegalArgumentException if it cannot be written as JSON */
  SharedAnswer(Object data) {
    try {
      dataAndEnd = (SignalingJson.MAPPER.writeValueAsString(data) + "}").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  OutgoingFrame to(long requestId) {
    String head = "{\"response\":true,\"id\":" + requestId + ",\"ok\":true,\"data\":";
    return new OutgoingFrame(head.getBytes(StandardCharsets.UTF_8), dataAndEnd, true);
  }
}
