package dev.bulwark.notify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/**
 * The meters {@code bulwark.notifications} (counter; tag {@code outcome}), {@code
 * bulwark.notifications.waiting} and {@code bulwark.notifications.age} (gauges; seconds).
 * Thread-safe.
 */
final class NotificationMetrics {

  /** The fate of one mail. */
  enum Outcome {
    SENT,
    /** The realm has no mail server, or the user no verified address. */
    NO_ADDRESS,
    /** The first login with a password: there is no known device yet. */
    FIRST_DEVICE,
    /** The queue was full. */
    DROPPED,
    /** It was not sent and is tried again. */
    RETRIED,
    /** It was not sent and is not tried again. */
    FAILED,
    /** The user has had enough of this occasion within the hour. */
    LIMITED
  }

  private final MeterRegistry registry;

  /**
   * Registers the lost mails: an alert sees no increase of a counter that begins with its first.
   */
  NotificationMetrics(MeterRegistry registry) {
    this.registry = registry;
    counter(Outcome.FAILED);
    counter(Outcome.DROPPED);
  }

  /**
   * Shows the mails that wait.
   *
   * @param waiting their number
   * @param ageSeconds age of the oldest one that has not failed by itself; 0 without one
   */
  void watch(IntSupplier waiting, DoubleSupplier ageSeconds) {
    Gauge.builder("bulwark.notifications.waiting", waiting, IntSupplier::getAsInt)
        .description("Mails that wait for a mail server")
        .strongReference(true)
        .register(registry);
    Gauge.builder("bulwark.notifications.age", ageSeconds, DoubleSupplier::getAsDouble)
        .description("Age of the oldest mail that waits, without those that failed alone")
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
  }

  void count(Outcome outcome) {
    counter(outcome).increment();
  }

  private Counter counter(Outcome outcome) {
    return Counter.builder("bulwark.notifications")
        .description("Mails to users about their accounts")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
