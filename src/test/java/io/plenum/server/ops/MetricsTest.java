package io.plenum.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void plainNumbersAreShownAsTheyAreWhenLookedAt() {
    try (Metrics metrics = new Metrics()) {
      AtomicLong tooShort = new AtomicLong();
      metrics.counter("rtp_malformed", "too_short", "packets dropped", tooShort::get);
      metrics.counter("rtp_malformed", "bad_padding", "packets dropped", () -> 3);
      metrics.gauge("rooms", "rooms here", () -> 7);
      System.gc();
      tooShort.set(5);
      String text = metrics.scrape();
      assertTrue(text.contains("rtp_malformed_total{reason=\"too_short\"} 5.0"), text);
      assertTrue(text.contains("rtp_malformed_total{reason=\"bad_padding\"} 3.0"), text);
      assertTrue(text.contains("# HELP rtp_malformed_total packets dropped"), text);
      assertTrue(text.contains("rooms 7.0"), text);
      assertTrue(text.contains("jvm_gc_") && text.contains("jvm_memory_used_bytes"), text);
    }
  }

  @Test
  void aConditionNobodyRequiredIsNotWaitedFor() {
    Readiness readiness = new Readiness();
    assertTrue(readiness.ready());
    readiness.require(Readiness.DTLS_WARM);
    readiness.require(Readiness.CRYPTO_WARM);
    assertEquals(List.of("crypto-warm", "dtls-warm"), readiness.missing());
    readiness.met(Readiness.DTLS_WARM);
    assertEquals(List.of("crypto-warm"), readiness.missing());
    readiness.met(Readiness.CRYPTO_WARM);
    assertTrue(readiness.ready());
    readiness.require(Readiness.NOT_DRAINING);
    assertEquals(false, readiness.ready());
  }
}
