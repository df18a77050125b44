package io.plenum.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What could be reached in a heap at one moment, class by class: the JDK's class histogram. Exact where a collector's count of
 * what is in use is in pages.
 *
 * @param bytes of all objects
 * @param bytesByClass as the histogram names them: {@code [B} is {@code byte[]}
 */
record LiveHeap(long bytes, Map<String, Long> bytesByClass) {
  private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");
  private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)\\s*");

  /** @param histogram what {@code jcmd GC.class_histogram} prints */
  static LiveHeap parse(String histogram) {
    Map<String, Long> byClass = new HashMap<>();
    long total = -1;
    for (String line : histogram.split("\n")) {
      Matcher entry = LINE.matcher(line);
      if (entry.matches()) {
        // Two loaders may have a class of one name.
        byClass.merge(entry.group(2), Long.parseLong(entry.group(1)), Long::sum);
        continue;
      }
      Matcher end = TOTAL.matcher(line);
      if (end.matches()) {
        total = Long.parseLong(end.group(1));
      }
    }
    if (total < 0) {
      throw new IllegalArgumentException("no class histogram: " + histogram);
    }
    return new LiveHeap(total, Map.copyOf(byClass));
  }

  /** How much more of that class there is than there was. */
  long growth(String className, LiveHeap since) {
    return bytesByClass.getOrDefault(className, 0L) - since.bytesByClass.getOrDefault(className, 0L);
  }
}
