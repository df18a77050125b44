package io.plenum.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Several windows of one side as one: medians, sums of what is counted, maxima of maxima. */
final class Rounds {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Rounds() {}

  static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return median(rounds.stream().mapToDouble(value).toArray());
  }

  private static double median(double[] values) {
    java.util.Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  /** Of the processor time for each packet, pair by pair: neighbours in time share the machine's mood. */
  static double medianRatio(List<Round> of, List<Round> to) {
    return median(IntStream.range(0, of.size()).mapToDouble(i -> of.get(i).cpuUs() / to.get(i).cpuUs()).toArray());
  }

  static ObjectNode summary(List<Round> rounds) {
    ObjectNode out = JSON.createObjectNode();
    long expected = rounds.stream().mapToLong(Round::expected).sum();
    long lost = rounds.stream().mapToLong(Round::lost).sum();
    out.put("packetsInPerSecond", median(rounds, Round::packetsInPerSecond))
        .put("packetsOutPerSecond", median(rounds, Round::packetsOutPerSecond))
        .put("expected", expected)
        .put("lost", lost)
        .put("cpuUsPerForwardedPacket", median(rounds, Round::cpuUs))
        .put("cores", median(rounds, Round::cores))
        .put("allocatedBytesPerForwardedPacket", median(rounds, Round::allocatedBytes))
        .put("benchCores", median(rounds, Round::benchCpu));
    out.putObject("pauses")
        .put("count", rounds.stream().mapToInt(round -> round.pauses().count()).sum())
        .put("sumMs", rounds.stream().mapToDouble(round -> round.pauses().sumMs()).sum())
        .put("maxMs", rounds.stream().mapToDouble(round -> round.pauses().maxMs()).max().orElse(0));
    out.putObject("latencyMs")
        .put("p50", median(rounds, Round::latencyP50Ms))
        .put("p99", median(rounds, Round::latencyP99Ms))
        .put("max", rounds.stream().mapToDouble(Round::latencyMaxMs).max().orElse(0));
    if (rounds.stream().anyMatch(round -> round.farP50Ms() > 0)) {
      out.putObject("latencyOverPipeMs")
          .put("p50", median(rounds, Round::farP50Ms))
          .put("p99", median(rounds, Round::farP99Ms));
    }
    Map<String, Double> share = new TreeMap<>();
    rounds.forEach(round -> round.cpuShare().forEach((name, part) -> share.merge(name, part / rounds.size(), Double::sum)));
    ObjectNode threads = out.putObject("cpuShareByThread");
    share.forEach(threads::put);
    var each = out.putArray("cpuUsOfEachWindow");
    rounds.forEach(round -> each.add(round.cpuUs()));
    return out;
  }
}
