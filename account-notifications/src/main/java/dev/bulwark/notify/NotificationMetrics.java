package dev.bulwark.notify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.IntSupplier;

/**
 * The meters {@code bulwark.notifications} (counter; tags {@code occasion}, {@code outcome}) and
 * {@code bulwark.notifications.waiting} (gauge). Thread-safe.
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
    for (Occasion occasion : Occasion.values()) {
      counter(occasion, Outcome.FAILED);
      counter(occasion, Outcome.DROPPED);
    }
  }

  /** Shows how many mails wait. */
  void watch(IntSupplier waiting) {
    Gauge.builder("bulwark.notifications.waiting", waiting, IntSupplier::getAsInt)
        .description("Mails that wait for a mail server")
        .strongReference(true)
        .register(registry);
  }

  void count(Occasion occasion, Outcome outcome) {
    counter(occasion, outcome).increment();
  }

  private Counter counter(Occasion occasion, Outcome outcome) {
    return Counter.builder("bulwark.notifications")
        .description("Mails to users about their accounts")
        .tag("occasion", occasion.label())
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
