package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BacklogTest {
  private final Backlog backlog = new Backlog();

  private int fillWith(String frame) {
    int frames = 0;
    while (backlog.hasRoomFor(frame)) {
      backlog.add(frame);
      frames++;
    }
    return frames;
  }

  @Test
  void holdsNoMoreCharactersThanItsLimit() {
    assertEquals(Backlog.MAX_CHARACTERS / 100_064, fillWith("x".repeat(100_000)));
  }

  @Test
  void emptyFramesCountToo() {
    assertEquals(Backlog.MAX_CHARACTERS / 64, fillWith(""));
  }

  @Test
  void whatIsHandledMakesRoom() {
    String frame = "x".repeat(100_000);
    fillWith(frame);
    backlog.remove(frame);
    assertEquals(1, fillWith(frame));
  }

  @Test
  void oneFrameMayAlwaysCome() {
    String huge = "x".repeat(2 * Backlog.MAX_CHARACTERS);
    assertTrue(backlog.hasRoomFor(huge));
    backlog.add(huge);
    assertFalse(backlog.hasRoomFor(""));
  }
}
