package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.outbox.LogoutOutbox.Backlog;
import dev.bulwark.backchannel.outbox.NoticeClock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The meters {@code bulwark.backchannel.logout.notices} (counter; tag {@code outcome}), {@code
 * bulwark.backchannel.logout.waiting}, {@code bulwark.backchannel.logout.age} (seconds), {@code
 * bulwark.backchannel.logout.dead} (gauges) and {@code bulwark.backchannel.logout.requests}
 * (timer). Thread-safe.
 */
public final class LogoutMetrics implements AutoCloseable {

  /** What became of a notice, or of an attempt to send it. */
  enum Outcome {
    DELIVERED,
    REJECTED,
    UNREACHABLE,
    /** It is no longer sent. */
    DEAD,
    /** Another notice says the same. */
    DUPLICATE,
    /** The client, its URL or the switch of its realm is gone. */
    DROPPED
  }

  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final Timer requests;
  private volatile Backlog backlog = Backlog.EMPTY;

  /**
   * Registers the meters.
   *
   * @param clock of the times in notices
   */
  public LogoutMetrics(MeterRegistry registry, NoticeClock clock) {
    this.registry = registry;
    requests =
        Timer.builder("bulwark.backchannel.logout.requests")
            .description("Requests to back-channel logout URLs of clients")
            .publishPercentileHistogram()
            .register(registry);
    meters.add(requests);
    for (Outcome outcome : Outcome.values()) {
      meters.add(counter(outcome));
    }
    meters.add(
        Gauge.builder("bulwark.backchannel.logout.waiting", () -> backlog.waiting())
            .description("Logout notices that wait for their receivers")
            .register(registry));
    meters.add(
        Gauge.builder("bulwark.backchannel.logout.age", () -> backlog.age(clock.millis()) / 1000.0)
            .description("Age of the oldest logout notice that waits")
            .baseUnit("seconds")
            .register(registry));
    meters.add(
        Gauge.builder("bulwark.backchannel.logout.dead", () -> backlog.dead())
            .description("Logout notices that are no longer sent")
            .register(registry));
  }

  Timer requests() {
    return requests;
  }

  void show(Backlog newBacklog) {
    backlog = newBacklog;
  }

  void count(Outcome outcome, long notices) {
    if (notices > 0) {
      counter(outcome).increment(notices);
    }
  }

  private Counter counter(Outcome outcome) {
    return Counter.builder("bulwark.backchannel.logout.notices")
        .description("Logout notices, by the result of an attempt")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
