package io.plenum.server.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How SockJS 0.3.3 writes on its lines: {@code o} open, {@code a["…"]} messages, {@code h} heartbeat, {@code
 * c[code,"…"]} close.
 */
final class SockJsFrames {
  static final String OPEN = "o";
  static final String HEARTBEAT = "h";
  /**
   * A JSON message inside a JSON string has a backslash before each quote: seldom a third more, never twice as much.
   */
  private static final int QUOTING_FACTOR = 2;
  private static final int BRACKETS_BYTES = 1_024;

  private static final JsonFactory JSON = JsonFactory.builder()
      .streamReadConstraints(
          StreamReadConstraints.builder().maxNestingDepth(2).maxStringLength(Integer.MAX_VALUE).build())
      .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
      .build();

  enum Fault { BROKEN, TOO_LARGE }

  /** Either the messages, or what is wrong. */
  record Parsed(List<String> frames, Fault fault) {}

  private static final Parsed BROKEN = new Parsed(List.of(), Fault.BROKEN);
  private static final Parsed TOO_LARGE = new Parsed(List.of(), Fault.TOO_LARGE);

  private SockJsFrames() {}

  /** What a body with one message of that size may have; more is refused unread. */
  static int maxBodyBytes(int messageBytes) {
    return (int) Math.min(Integer.MAX_VALUE, (long) QUOTING_FACTOR * messageBytes + BRACKETS_BYTES);
  }

  /**
   * Reads what a client sends: an array of strings, or one string.
   *
   * @param body no larger than {@link #maxBodyBytes}
   * @param messageBytes that one message may have
   * @param maxMessages that may come at once
   */
  static Parsed parse(String body, int messageBytes, int maxMessages) {
    if (body.isBlank()) {
      return new Parsed(List.of(), null);
    }
    List<String> frames = new ArrayList<>();
    try (JsonParser json = JSON.createParser(body)) {
      boolean array = json.nextToken() == JsonToken.START_ARRAY;
      JsonToken token = array ? json.nextToken() : json.currentToken();
      while (token == JsonToken.VALUE_STRING) {
        String frame = json.getText();
        if (frames.size() == maxMessages || ByteBufUtil.utf8Bytes(frame) > messageBytes) {
          return TOO_LARGE;
        }
        frames.add(frame);
        token = json.nextToken();
        if (!array) {
          break;
        }
      }
      if (array ? token != JsonToken.END_ARRAY || json.nextToken() != null : token != null || frames.isEmpty()) {
        return BROKEN;
      }
      return new Parsed(frames, null);
    } catch (IOException e) {
      return BROKEN;
    }
  }

  static String message(List<String> frames) {
    StringBuilder text = new StringBuilder("a[");
    for (int i = 0; i < frames.size(); i++) {
      text.append(i == 0 ? "\"" : ",\"");
      JsonStringEncoder.getInstance().quoteAsString(frames.get(i), text);
      text.append('"');
    }
    return text.append(']').toString();
  }

  static String close(int code, String reason) {
    StringBuilder text = new StringBuilder("c[").append(code).append(",\"");
    JsonStringEncoder.getInstance().quoteAsString(reason, text);
    return text.append("\"]").toString();
  }
}
