package io.plenum.server.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of the log for one change of state: what happened, where, and what else there is to say.
 *
 * <pre>  producer added room=design router=r1 peer=p1 producer=a1 kind=video source="my window"</pre>
 *
 * <p>Where is always {@code room}, {@code router}, {@code peer}, {@code transport}, in this order, as far as they are known; the rest
 * stands in the order in which it was given. A value that is null is left out, one that has spaces, quotes or the like stands in
 * quotation marks.
 *
 * <p>Much of this comes from clients. So nothing in a value can end the line, look like another key, or steer the terminal of who
 * reads it, and no value is longer than {@link #MAX_VALUE_CHARACTERS}. Written out only when somebody asks, by {@link #toString}.
 */
public final class LogLine {
  /** Ids and names have at most 128 characters, our own sentences fewer than 200. What is longer wants to fill the disk. */
  static final int MAX_VALUE_CHARACTERS = 256;

  private record Entry(String key, Object value, int maxCharacters) {}

  private final String what;
  private final List<Entry> rest = new ArrayList<>(4);
  private String room;
  private String router;
  private String peer;
  private String transport;

  private LogLine(String what) {
    this.what = what;
  }

  /** @param what happened: words of ours, nothing that comes from outside */
  public static LogLine of(String what) {
    return new LogLine(what);
  }

  public LogLine room(String name) {
    room = name;
    return this;
  }

  /** @param id null if it is not known yet */
  public LogLine router(String id) {
    router = id;
    return this;
  }

  /** @param id null if it is nobody's */
  public LogLine peer(String id) {
    peer = id;
    return this;
  }

  public LogLine transport(String id) {
    transport = id;
    return this;
  }

  /** @param value null: the key is left out */
  public LogLine with(String key, Object value) {
    rest.add(new Entry(key, value, MAX_VALUE_CHARACTERS));
    return this;
  }

  /** For what we have put together ourselves and want to see all of, such as a dump: escaped, but not shortened. */
  public LogLine withAll(String key, Object value) {
    rest.add(new Entry(key, value, Integer.MAX_VALUE));
    return this;
  }

  /** One value from outside, for a line that is not about a room. */
  public static String safe(Object value) {
    StringBuilder out = new StringBuilder();
    addValue(out, String.valueOf(value), MAX_VALUE_CHARACTERS);
    return out.toString();
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(what);
    add(out, "room", room, MAX_VALUE_CHARACTERS);
    add(out, "router", router, MAX_VALUE_CHARACTERS);
    add(out, "peer", peer, MAX_VALUE_CHARACTERS);
    add(out, "transport", transport, MAX_VALUE_CHARACTERS);
    for (Entry entry : rest) {
      add(out, entry.key, entry.value, entry.maxCharacters);
    }
    return out.toString();
  }

  private static void add(StringBuilder out, String key, Object value, int maxCharacters) {
    if (value != null) {
      if (out.length() > 0) {
        out.append(' ');
      }
      out.append(key).append('=');
      addValue(out, value.toString(), maxCharacters);
    }
  }

  private static void addValue(StringBuilder out, String text, int maxCharacters) {
    int end = Math.min(text.length(), maxCharacters);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    int start = out.length();
    boolean plain = end > 0;
    for (int i = 0, codePoint; i < end; i += Character.charCount(codePoint)) {
      codePoint = text.codePointAt(i);
      if (isHarmless(codePoint)) {
        plain &= codePoint != ' ' && codePoint != '=';
        out.appendCodePoint(codePoint);
      } else {
        plain = false;
        escape(out, codePoint);
      }
    }
    if (end < text.length()) {
      out.append('…');
    }
    if (!plain) {
      out.insert(start, '"').append('"');
    }
  }

  private static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      // Format characters turn the direction of what follows, or are not seen at all.
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
          Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      case Character.SPACE_SEPARATOR -> codePoint == ' ';
      default -> codePoint != '"' && codePoint != '\\';
    };
  }

  /** As in JSON and in Java. */
  private static void escape(StringBuilder out, int codePoint) {
    switch (codePoint) {
      case '"', '\\' -> out.append('\\').append((char) codePoint);
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        for (char unit : Character.toChars(codePoint)) {
          out.append(String.format("\\u%04x", (int) unit));
        }
      }
    }
  }
}
