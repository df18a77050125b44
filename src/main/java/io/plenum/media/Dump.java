package io.plenum.media;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What an object holds, as a tree of names and plain values for people at night. Each class that has state writes
 * itself with {@code dump(Dump out)}; the server turns {@link #tree()} into JSON.
 */
public final class Dump {
  private final Map<String, Object> tree = new LinkedHashMap<>();

  /** A number, a boolean, a string or null; anything else is written with {@code toString}. */
  public Dump value(String name, Object value) {
    tree.put(name, value == null || value instanceof Number || value instanceof Boolean ? value : value.toString());
    return this;
  }

  /** One part, written by itself. */
  public Dump part(String name, java.util.function.Consumer<Dump> part) {
    Dump child = new Dump();
    part.accept(child);
    tree.put(name, child.tree);
    return this;
  }

  /** A list of parts. */
  public <T> Dump list(String name, Iterable<T> items, BiConsumer<T, Dump> write) {
    List<Object> list = new ArrayList<>();
    for (T item : items) {
      Dump child = new Dump();
      write.accept(item, child);
      list.add(child.tree);
    }
    tree.put(name, list);
    return this;
  }

  public Map<String, Object> tree() {
    return tree;
  }
}
