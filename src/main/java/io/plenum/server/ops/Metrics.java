package io.plenum.server.ops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * The node's meters, as Prometheus reads them at {@code /metrics}.
 *
 * <p>What counts on the packet path is a plain {@code long} that its event loop owns; a meter here only looks at it
 * when somebody scrapes. Such a look from another thread may be a moment old, which a counter bears: the loops pay
 * nothing for being watched. Vert.x's own metrics stay off: they would time each read and write.
 */
public final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  /** A function counter refers weakly to what it counts; this list is what keeps them alive. */
  private final List<LongSupplier> counted = new CopyOnWriteArrayList<>();

  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    gc.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  public MeterRegistry registry() {
    return registry;
  }

  /**
   * Shows a number that only grows.
   *
   * @param name as Prometheus will show it, without its {@code _total}: {@code rtp_malformed}
   * @param help one sentence
   * @param value looked at when scraped, from any thread
   */
  public void counter(String name, String help, LongSupplier value) {
    count(FunctionCounter.builder(name, value, LongSupplier::getAsLong).description(help), value);
  }

  /** As {@link #counter(String, String, LongSupplier)}, one of several reasons: {@code name_total{reason="…"}}. */
  public void counter(String name, String reason, String help, LongSupplier value) {
    count(FunctionCounter.builder(name, value, LongSupplier::getAsLong).description(help).tag("reason", reason), value);
  }

  private void count(FunctionCounter.Builder<LongSupplier> counter, LongSupplier value) {
    counted.add(value);
    counter.register(registry);
  }

  /** Shows a number that goes up and down. */
  public void gauge(String name, String help, LongSupplier value) {
    Gauge.builder(name, value, LongSupplier::getAsLong).description(help).strongReference(true).register(registry);
  }

  /** Prometheus's text format 0.0.4. Takes milliseconds: not on an event loop. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
