package io.plenum.server.web;

import static io.plenum.server.web.SignalingCounters.Refused.HOST;
import static io.plenum.server.web.SignalingCounters.Refused.ORIGIN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.CapturedLog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RefusedOriginsTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final RefusedOrigins refused = new RefusedOrigins();

  private void refuse(String origin, long nowNs) {
    refused.onRefused(ORIGIN, origin, "sfu.example:4443", "198.51.100.4:5000", nowNs);
  }

  @Test
  void theOriginIsNamedWithTheKeyThatLetsItIn() {
    try (CapturedLog log = CapturedLog.of(RefusedOrigins.class)) {
      refuse("https://app.example", 0);
      refused.onRefused(HOST, null, "call.example", "127.0.0.1:1", 0);
      assertEquals(List.of(
          "WARN page refused origin=https://app.example host=sfu.example:4443 remote=198.51.100.4:5000 reason=origin"
              + " refusals=1 hint=\"if this page may connect, add its origin to http.allowedOrigins; behind a proxy,"
              + " let it pass X-Forwarded-Proto and -Host\"",
          "WARN page refused host=call.example remote=127.0.0.1:1 reason=host refusals=1 hint=\"this node is on"
              + " loopback and was called by a name that is not localhost: set http.publicUrl to the address that"
              + " clients use\""), log.lines());
    }
  }

  @Test
  void aClientThatRetriesForEverIsALineInTenMinutes() {
    try (CapturedLog log = CapturedLog.of(RefusedOrigins.class)) {
      for (int second = 0; second < 1_500; second++) {
        refuse("https://app.example", second * SECOND_NS);
      }
      assertEquals(3, log.lines().size(), log.lines().toString());
      assertTrue(log.lines().get(1).contains(" refusals=600 "), log.lines().get(1));
    }
  }

  @Test
  void whoMakesUpOriginsFillsNeitherTheLogNorTheMemory() {
    try (CapturedLog log = CapturedLog.of(RefusedOrigins.class)) {
      for (int i = 0; i < 100_000; i++) {
        refuse("https://" + i + ".example", i * SECOND_NS / 1_000);
      }
      assertTrue(log.lines().size() <= RefusedOrigins.LINES_AT_ONCE + 2, log.lines().size() + " lines in 100 s");
      for (int minute = 2; minute < 200; minute++) {
        refuse("https://" + minute + "." + "x".repeat(10_000), minute * 60 * SECOND_NS);
      }
      assertEquals(RefusedOrigins.MAX_ORIGINS, refused.remembered());
      assertTrue(log.lines().stream().allMatch(line -> line.length() < 700), "the origin is shortened");
    }
  }

  @Test
  void anOriginCannotEndTheLineOrAddAKey() {
    try (CapturedLog log = CapturedLog.of(RefusedOrigins.class)) {
      refuse("x reason=none\nINFO all is well", 0);
      String line = log.lines().get(0);
      assertTrue(line.startsWith("WARN page refused origin=\"x reason=none\\nINFO all is well\" host="), line);
    }
  }
}
