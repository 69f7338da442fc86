package dev.bulwark.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The meters of a delivery: a counter (tag {@code outcome}), the gauges {@code waiting}, {@code
 * age} (seconds) and {@code dead}, and the timer {@code requests}. Thread-safe.
 */
public final class DeliveryMeters implements AutoCloseable {

  private final MeterRegistry registry;
  private final String prefix;
  private final String messages;
  private final List<Meter> meters = new ArrayList<>();
  private final Timer requests;
  private volatile Backlog backlog = Backlog.EMPTY;

  /**
   * Registers the meters.
   *
   * @param prefix of all names
   * @param messages name of the counter, the plural of what is delivered
   * @param outcomes that are counted
   * @param clock of the times in messages, epoch milliseconds
   */
  public DeliveryMeters(
      MeterRegistry registry,
      String prefix,
      String messages,
      Set<Outcome> outcomes,
      LongSupplier clock) {
    this.registry = registry;
    this.prefix = prefix;
    this.messages = messages;
    requests =
        Timer.builder(prefix + ".requests")
            .description("Requests to receivers of " + messages)
            .register(registry);
    meters.add(requests);
    outcomes.forEach(outcome -> meters.add(counter(outcome)));
    meters.add(
        Gauge.builder(prefix + ".waiting", () -> backlog.waiting())
            .description("Number of " + messages + " that wait for their receiver")
            .register(registry));
    meters.add(
        Gauge.builder(prefix + ".age", () -> backlog.age(clock.getAsLong()) / 1000.0)
            .description("Age of the oldest of the " + messages + " that wait")
            .baseUnit("seconds")
            .register(registry));
    meters.add(
        Gauge.builder(prefix + ".dead", () -> backlog.dead())
            .description("Number of " + messages + " that are no longer sent")
            .register(registry));
  }

  /** Returns the timer of requests. */
  public Timer requests() {
    return requests;
  }

  /** Shows what waits. */
  public void show(Backlog newBacklog) {
    backlog = newBacklog;
  }

  /** Counts the answers of a round. */
  public <C> void count(List<Sent<C>> round) {
    for (Sent<C> sent : round) {
      count(
          switch (sent.answer().kind()) {
            case DELIVERED -> Outcome.DELIVERED;
            case REJECTED, SERVER_ERROR -> Outcome.REJECTED;
            case UNREACHABLE -> Outcome.UNREACHABLE;
          },
          1);
    }
  }

  /** Counts messages. */
  public void count(Outcome outcome, long number) {
    if (number > 0) {
      counter(outcome).increment(number);
    }
  }

  private Counter counter(Outcome outcome) {
    return Counter.builder(prefix + "." + messages)
        .description("Number of " + messages + ", by the result of an attempt")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
