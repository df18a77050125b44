package io.plenum.server.room;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.plenum.server.signaling.SignalingJson;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/** A client that remembers what it is told, fields in alphabetical order, and answers nothing. */
final class RecordingChannel implements PeerChannel {
  private static final ObjectWriter writer =
      SignalingJson.MAPPER.writer().with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  final List<String> told = new ArrayList<>();

  private static String written(Object data) {
    try {
      return writer.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Future<JsonNode> request(String method, Object data) {
    told.add(method + "? " + written(data));
    return Promise.<JsonNode>promise().future();
  }

  @Override
  public void notify(String method, Object data) {
    told.add(method + " " + written(data));
  }

  @Override
  public void close(String reason) {
    told.add("close " + reason);
  }

  @Override
  public void disconnect(String reason) {
    told.add("disconnect " + reason);
  }

  @Override
  public String remoteAddress() {
    return "192.0.2.1:7";
  }
}
