package io.plenum.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one window of one side showed.
 *
 * @param cpuUs processor time of what is measured, for each packet that reached a receiver
 * @param allocatedBytes by what is measured, for each such packet
 * @param benchCpu processors that the bench itself used
 * @param cpuShare of the measured processor time, by thread name
 */
record Round(double seconds, double packetsInPerSecond, double packetsOutPerSecond, long expected, long lost, double cpuUs,
    double cores, double allocatedBytes, MeasuredProcess.Pauses pauses, double latencyP50Ms, double latencyP99Ms,
    double latencyMaxMs, double farP50Ms, double farP99Ms, double benchCpu, Map<String, Double> cpuShare) {

  /** Measures for so long; the side publishes already. */
  static Round measure(Side side, int seconds) {
    Windows windows = side.windows();
    windows.open();
    // Past the lead of the window.
    Launcher.sleep(500);
    List<MeasuredProcess.Usage> before = side.processes().stream().map(process -> process.usage(true)).toList();
    double benchBefore = benchCpuSeconds();
    long startNs = System.nanoTime();
    long sentBefore = windows.packetsSent();
    long receivedBefore = windows.packetsReceived();
    Launcher.sleep(seconds * 1_000L);
    long sent = windows.packetsSent() - sentBefore;
    long received = windows.packetsReceived() - receivedBefore;
    double elapsed = (System.nanoTime() - startNs) / 1e9;
    double bench = (benchCpuSeconds() - benchBefore) / elapsed;
    List<MeasuredProcess.Usage> after = side.processes().stream().map(process -> process.usage(false)).toList();
    Windows.Count count = windows.close();
    LatencyHistogram near = windows.latency(false);
    LatencyHistogram far = windows.latency(true);

    double cpuSeconds = 0;
    long allocated = 0;
    List<MeasuredProcess.Pauses> pauses = new ArrayList<>();
    Map<String, Double> threads = new TreeMap<>();
    for (int i = 0; i < before.size(); i++) {
      MeasuredProcess.Usage from = before.get(i);
      MeasuredProcess.Usage to = after.get(i);
      cpuSeconds += to.cpuSeconds() - from.cpuSeconds();
      allocated += to.allocatedBytes() - from.allocatedBytes();
      pauses.add(side.processes().get(i).pauses(from, to));
      to.threadCpuNs().forEach((name, ns) -> threads.merge(
          name, (ns - from.threadCpuNs().getOrDefault(name, 0L)) / 1e9, Double::sum));
    }
    double total = Math.max(1e-9, cpuSeconds);
    Map<String, Double> share = new TreeMap<>();
    threads.forEach((name, used) -> {
      if (used / total > 0.005) {
        share.put(name, used / total);
      }
    });
    long packets = Math.max(1, received);
    return new Round(elapsed, sent / elapsed, received / elapsed, count.expected(), count.expected() - count.received(),
        cpuSeconds * 1e6 / packets, cpuSeconds / elapsed, (double) allocated / packets,
        new MeasuredProcess.Pauses(pauses.stream().mapToInt(MeasuredProcess.Pauses::count).sum(),
            pauses.stream().mapToDouble(MeasuredProcess.Pauses::sumMs).sum(),
            pauses.stream().mapToDouble(MeasuredProcess.Pauses::maxMs).max().orElse(0)),
        near.percentile(50) / 1e6, near.percentile(99) / 1e6, Math.max(near.max(), far.max()) / 1e6,
        far.percentile(50) / 1e6, far.percentile(99) / 1e6, bench, share);
  }

  static double benchCpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime() / 1e9;
  }
}
