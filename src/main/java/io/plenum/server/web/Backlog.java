package io.plenum.server.web;

/**
 * What one client has said and nobody has dealt with yet: its room's loop is busy, its room is not open, or the node is
 * still cold. In characters; a frame that would be too much waits with its client, which is not read from meanwhile.
 */
final class Backlog {
  /** A few of the largest messages. In memory at most 1 MiB, since a character takes two bytes at the most. */
  static final int MAX_CHARACTERS = 512 * 1024;
  /** What a frame that is kept costs beside its characters, so that many small ones count too. */
  static final int FRAME_OVERHEAD_CHARACTERS = 64;

  private int characters;

  /** One frame at least may always come, however large {@code limits.messageBytes} lets it be. */
  boolean hasRoomFor(String frame) {
    return characters == 0 || characters + cost(frame) <= MAX_CHARACTERS;
  }

  void add(String frame) {
    characters += cost(frame);
  }

  void remove(String frame) {
    characters -= cost(frame);
  }

  private static int cost(String frame) {
    return frame.length() + FRAME_OVERHEAD_CHARACTERS;
  }
}
