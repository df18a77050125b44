package io.plenum.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** The results as lines of a Markdown table. */
final class Table {
  static final String HEAD = """
      | scenario | in/s | out/s | lost | µs/packet | bare | ratio | bare, GSO | ratio | B/packet (bare) | pauses n, max ms | p50 / p99 / max ms (bare p99) | MB | joins/s (CPU ms) | bench cores |
      |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|""";

  private Table() {}

  static String row(JsonNode result) {
    JsonNode node = result.path("node");
    JsonNode bare = result.path("bare");
    JsonNode gso = result.path("bareGso");
    return String.format(Locale.ROOT,
        "| %s | %.0f | %.0f | %.4f %% | **%.2f** | %s | %s | %s | %s | %.0f (%s) | %d, %.2f | %.2f / %.2f / %.1f (%s)%s | %.0f | %.1f (%.0f) | %.2f |",
        result.path("scenario").asText(), number(node, "packetsInPerSecond"), number(node, "packetsOutPerSecond"),
        100.0 * number(node, "lost") / Math.max(1, number(node, "expected")), number(node, "cpuUsPerForwardedPacket"),
        optional(bare.path("cpuUsPerForwardedPacket")), optional(result.path("bareRatio")),
        optional(gso.path("cpuUsPerForwardedPacket")), optional(result.path("bareGsoRatio")),
        number(node, "allocatedBytesPerForwardedPacket"), optional(bare.path("allocatedBytesPerForwardedPacket")),
        node.path("pauses").path("count").asInt(), node.path("pauses").path("maxMs").asDouble(),
        node.path("latencyMs").path("p50").asDouble(), node.path("latencyMs").path("p99").asDouble(),
        node.path("latencyMs").path("max").asDouble(), optional(bare.path("latencyMs").path("p99")),
        node.has("latencyOverPipeMs") ? String.format(Locale.ROOT, "; over the pipe %.2f / %.2f",
            node.path("latencyOverPipeMs").path("p50").asDouble(),
            node.path("latencyOverPipeMs").path("p99").asDouble()) : "",
        result.path("residentMb").asDouble(), result.path("joinsPerSecond").asDouble(),
        result.path("joinCpuMs").asDouble(), number(node, "benchCores"));
  }

  private static double number(JsonNode node, String field) {
    return node.path(field).asDouble();
  }

  private static String optional(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, value.asDouble() < 100 ? "%.2f" : "%.0f", value.asDouble()) : "";
  }
}
