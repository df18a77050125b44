package io.plenum.server.signaling;

import java.nio.charset.StandardCharsets;

/**
 * One text frame to a client, as UTF-8: a part of its own, and after it a part that it may share with other frames, which is not
 * copied while they wait. The answer to a question that everybody asks then costs each who waits for it some forty bytes.
 *
 * @param own bytes that this frame alone has
 * @param shared bytes that follow, never changed; empty where there is nothing to share
 * @param answer whether the client has asked for it, and pays for its size
 */
public record OutgoingFrame(byte[] own, byte[] shared, boolean answer) {
  private static final byte[] NOTHING = {};

  static OutgoingFrame answer(byte[] bytes) {
    return new OutgoingFrame(bytes, NOTHING, true);
  }

  /** A frame that the client has not asked for. */
  public static OutgoingFrame of(String text) {
    return new OutgoingFrame(text.getBytes(StandardCharsets.UTF_8), NOTHING, false);
  }

  public int length() {
    return own.length + shared.length;
  }

  public String text() {
    if (shared.length == 0) {
      return new String(own, StandardCharsets.UTF_8);
    }
    byte[] all = new byte[length()];
    System.arraycopy(own, 0, all, 0, own.length);
    System.arraycopy(shared, 0, all, own.length, shared.length);
    return new String(all, StandardCharsets.UTF_8);
  }
}
