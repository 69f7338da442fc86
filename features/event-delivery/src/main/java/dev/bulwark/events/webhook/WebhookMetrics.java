package dev.bulwark.events.webhook;

import dev.bulwark.events.outbox.Outbox.Backlog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The meters {@code bulwark.webhook.events} (counter; tag {@code outcome}), {@code
 * bulwark.webhook.waiting}, {@code bulwark.webhook.age} (seconds), {@code bulwark.webhook.dead}
 * (gauges) and {@code bulwark.webhook.requests} (timer). Thread-safe.
 */
final class WebhookMetrics implements AutoCloseable {

  /** What became of an event, or of an attempt to send it. */
  enum Outcome {
    TAKEN,
    REFUSED,
    FAILED,
    /** It is not tried any more. */
    DEAD,
    /** Too many wait; it was not stored. */
    DROPPED
  }

  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final Timer requests;
  private volatile Backlog backlog = Backlog.EMPTY;
  private volatile long dead;

  WebhookMetrics(MeterRegistry registry) {
    this.registry = registry;
    requests =
        Timer.builder("bulwark.webhook.requests")
            .description("Requests to the receiver of events")
            .publishPercentileHistogram()
            .register(registry);
    meters.add(requests);
    for (Outcome outcome : Outcome.values()) {
      meters.add(counter(outcome));
    }
    meters.add(
        Gauge.builder("bulwark.webhook.waiting", () -> backlog.events())
            .description("Number of events that wait for the receiver, below 1000 an upper bound")
            .register(registry));
    meters.add(
        Gauge.builder("bulwark.webhook.age", () -> backlog.age(System.currentTimeMillis()) / 1000.0)
            .description("Age of the oldest event that waits for the receiver")
            .baseUnit("seconds")
            .register(registry));
    meters.add(
        Gauge.builder("bulwark.webhook.dead", () -> dead)
            .description("Events that are no longer sent, in the table BULWARK_DEAD_EVENT")
            .register(registry));
  }

  Timer requests() {
    return requests;
  }

  void show(Backlog waiting, long deadLetters) {
    backlog = waiting;
    dead = deadLetters;
  }

  void count(Outcome outcome, long events) {
    counter(outcome).increment(events);
  }

  private Counter counter(Outcome outcome) {
    return Counter.builder("bulwark.webhook.events")
        .description("Events for the receiver, by the result of an attempt")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
