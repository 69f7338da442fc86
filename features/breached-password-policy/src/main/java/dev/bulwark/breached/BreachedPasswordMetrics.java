package dev.bulwark.breached;

import dev.bulwark.breached.range.RangeUnavailableException.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the breached-password policy (spec P9):
 *
 * <ul>
 *   <li>{@code bulwark.breached.checks} (counter; tags {@code source}, {@code outcome})
 *   <li>{@code bulwark.breached.unreachable} (counter; tags {@code reason}, {@code policy})
 *   <li>{@code bulwark.breached.request} (timer; tag {@code outcome}): requests to the range API
 *   <li>{@code bulwark.breached.circuit.open} (gauge): 1 while the range API is left alone
 *   <li>{@code bulwark.breached.index.entries} (gauge): hashes in the offline list
 * </ul>
 */
final class BreachedPasswordMetrics implements AutoCloseable {

  private final MeterRegistry registry;
  private final Queue<Meter> gauges = new ConcurrentLinkedQueue<>();

  BreachedPasswordMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void gauges(Supplier<Number> circuitOpen, Supplier<Number> indexEntries) {
    gauges.add(
        Gauge.builder("bulwark.breached.circuit.open", circuitOpen)
            .description("1 while the range API gets no requests after failures")
            .register(registry));
    gauges.add(
        Gauge.builder("bulwark.breached.index.entries", indexEntries)
            .description("Hashes in the offline list")
            .register(registry));
  }

  void checked(Verdict verdict) {
    Counter.builder("bulwark.breached.checks")
        .description("Passwords checked")
        .tag("source", verdict.source().label())
        .tag("outcome", verdict.outcome().label())
        .register(registry)
        .increment();
  }

  void unreachable(Reason reason, UnreachablePolicy policy) {
    Counter.builder("bulwark.breached.unreachable")
        .description("Checks for which the range API gave no reliable answer")
        .tag("reason", reason.label())
        .tag("policy", policy.label())
        .register(registry)
        .increment();
  }

  void requested(long nanos, @Nullable Reason failure) {
    Timer.builder("bulwark.breached.request")
        .description("Requests to the range API")
        .tag("outcome", failure == null ? "answered" : failure.label())
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    gauges.forEach(registry::remove);
    gauges.clear();
  }
}
