package io.plenum.server.room;

/** What a client says it runs on; shown to others, never relied on. */
public record Device(String flag, String name, String version) {
  /** Characters of each field that are kept. */
  private static final int MAX_CHARACTERS = 64;

  public Device {
    flag = shorten(flag);
    name = shorten(name);
    version = shorten(version);
  }

  private static String shorten(String text) {
    return text == null || text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }
}
