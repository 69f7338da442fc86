package dev.bulwark.legacy;

import dev.bulwark.credential.HashReplacement;
import dev.bulwark.legacy.endpoint.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the provider. Thread-safe.
 *
 * <ul>
 *   <li>{@code bulwark.legacy.login.checks} (counter; tag {@code outcome}): passwords to be checked
 *   <li>{@code bulwark.legacy.login.request} (timer; tag {@code outcome}): requests to the endpoint
 *   <li>{@code bulwark.legacy.login.stored} (counter; tag {@code outcome}): hashes stored after it
 *   <li>{@code bulwark.legacy.login.circuit.open} (gauge): 1 while the endpoint is left alone
 * </ul>
 */
final class LegacyLoginMetrics implements AutoCloseable {

  private final MeterRegistry registry;
  private final Gauge circuit;

  /**
   * Registers the checks without an answer: an alert sees no increase of a counter that begins with
   * its first.
   */
  LegacyLoginMetrics(MeterRegistry registry, Supplier<Number> circuitOpen) {
    this.registry = registry;
    for (Reason reason : Reason.values()) {
      // Meters belong to a configured application, so they do not count that there is none.
      if (reason != Reason.NOT_CONFIGURED) {
        checks(reason.label());
      }
    }
    circuit =
        Gauge.builder("bulwark.legacy.login.circuit.open", circuitOpen)
            .description("1 while the old application's endpoint gets no requests after failures")
            .register(registry);
  }

  void checked(boolean right) {
    checks(right ? "right" : "wrong").increment();
  }

  void checked(Reason failure) {
    checks(failure.label()).increment();
  }

  private Counter checks(String outcome) {
    return Counter.builder("bulwark.legacy.login.checks")
        .description("Passwords to be checked at the old application")
        .tag("outcome", outcome)
        .register(registry);
  }

  void requested(long nanos, @Nullable Reason failure) {
    Timer.builder("bulwark.legacy.login.request")
        .description("Requests to the old application's endpoint")
        .tag("outcome", failure == null ? "answered" : failure.label())
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  void stored(HashReplacement.Outcome outcome) {
    Counter.builder("bulwark.legacy.login.stored")
        .description("Hashes of passwords that the old application has confirmed")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }

  @Override
  public void close() {
    registry.remove(circuit);
  }
}
