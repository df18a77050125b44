package io.plenum.bench;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadInfo;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A JVM of its own whose costs are read from outside: processor time and memory from /proc, allocation over JMX, pauses from its log. */
final class MeasuredProcess implements AutoCloseable {
  /** sysconf(_SC_CLK_TCK) is 100 on every Linux there is. */
  private static final double TICKS_PER_SECOND = 100;
  private static final Pattern PAUSE = Pattern.compile("\\[(\\d+)\\.(\\d+)s\\].*Safepoint \"(\\w+)\".*Total: +(\\d+) ns");
  private static final int STOP_SECONDS = 15;
  /** In which reference handlers come to what a collection found. */
  private static final long REFERENCES_MS = 500;

  /**
   * What it had used up by a moment.
   *
   * @param cpuSeconds user and system, of all its threads that ever were
   * @param allocatedBytes by all threads of now, but for those that serve this question
   * @param threadCpuNs by thread name, digits left out
   */
  record Usage(long uptimeMs, double cpuSeconds, long allocatedBytes, Map<String, Long> threadCpuNs) {}

  /** Times in which all its threads stood still. */
  record Pauses(int count, double sumMs, double maxMs) {}

  private final Process process;
  private final Path pauseLog;
  private final JMXConnector connector;
  private final ThreadMXBean threads;
  private final RuntimeMXBean runtime;
  private final MBeanServerConnection server;

  /** @param pauseLog what {@link #pauseFlag} made it write */
  MeasuredProcess(Process process, Path pauseLog) {
    this.process = process;
    this.pauseLog = pauseLog;
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
      try {
        connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
      } finally {
        machine.detach();
      }
      server = connector.getMBeanServerConnection();
      threads = ManagementFactory.newPlatformMXBeanProxy(
          server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
      runtime = ManagementFactory.getPlatformMXBean(server, RuntimeMXBean.class);
    } catch (Exception e) {
      process.destroyForcibly();
      throw new IllegalStateException("cannot look into process " + process.pid(), e);
    }
  }

  static String pauseFlag(Path log) {
    return "-Xlog:safepoint:file=" + log.toAbsolutePath() + ":uptime";
  }

  /** Gives a native agent that is loaded, or is now, its orders. */
  void tellAgent(String library, String orders) {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
      try {
        machine.loadAgentPath(library, orders);
      } finally {
        machine.detach();
      }
    } catch (Exception e) {
      throw new IllegalStateException(library, e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** @param first the dear part is asked first at the beginning of a window and last at its end, so that it is outside */
  Usage usage(boolean first) {
    if (first) {
      long allocated = allocatedBytes();
      return new Usage(runtime.getUptime(), cpuSeconds(), allocated, threadCpu());
    }
    Map<String, Long> threadCpu = threadCpu();
    double cpu = cpuSeconds();
    return new Usage(runtime.getUptime(), cpu, allocatedBytes(), threadCpu);
  }

  private double cpuSeconds() {
    return cpuSeconds(process.pid());
  }

  static double cpuSeconds(long pid) {
    String stat = read(Path.of("/proc/" + pid + "/stat"));
    // proc(5): behind the name, which may hold anything, come fields 3 and on; utime and stime are 14 and 15.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private Map<String, Long> threadCpu() {
    Map<String, Long> byName = new TreeMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/task"))) {
      for (Path task : tasks) {
        try {
          String name = Files.readString(task.resolve("comm")).strip().replaceAll("[-#]?\\d+", "");
          long ns = Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
          byName.merge(name, ns, Long::sum);
        } catch (IOException e) {
          // It has ended meanwhile.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return byName;
  }

  private long allocatedBytes() {
    List<Long> counted = new ArrayList<>();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && !thread.getThreadName().startsWith("RMI ") && !thread.getThreadName().startsWith("JMX ")) {
        counted.add(thread.getThreadId());
      }
    }
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(counted.stream().mapToLong(Long::longValue).toArray())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  /** After full collections, twice, so that what waited for the first (cleaners, references) is gone too. */
  LiveHeap liveHeap() {
    try {
      for (int i = 0; i < 2; i++) {
        ManagementFactory.getPlatformMXBean(server, MemoryMXBean.class).gc();
        Thread.sleep(REFERENCES_MS);
      }
      return LiveHeap.parse((String) server.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
          "gcClassHistogram", new Object[] {new String[0]}, new String[] {String[].class.getName()}));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (IOException | JMException e) {
      throw new IllegalStateException("cannot ask process " + process.pid(), e);
    }
  }

  /** Proportional share: ZGC before JDK 21 maps the same memory three times, and resident size counts it three times. */
  double residentMb() {
    for (String line : read(Path.of("/proc/" + process.pid() + "/smaps_rollup")).split("\n")) {
      if (line.startsWith("Pss:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1_024.0;
      }
    }
    return 0;
  }

  Pauses pauses(Usage from, Usage to) {
    int count = 0;
    double sum = 0;
    double max = 0;
    for (String line : read(pauseLog).split("\n")) {
      Matcher pause = PAUSE.matcher(line);
      if (pause.find()) {
        long atMs = Long.parseLong(pause.group(1)) * 1_000 + Long.parseLong(pause.group(2));
        double ms = Long.parseLong(pause.group(4)) / 1e6;
        if (atMs >= from.uptimeMs() && atMs <= to.uptimeMs()) {
          count++;
          sum += ms;
          max = Math.max(max, ms);
        }
      }
    }
    return new Pauses(count, sum, max);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      // It is going anyway.
    }
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
