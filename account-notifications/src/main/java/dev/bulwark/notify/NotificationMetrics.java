package dev.bulwark.notify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * The meter {@code bulwark.notifications} (counter; tags {@code occasion}, {@code outcome}).
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
    FAILED
  }

  private final MeterRegistry registry;

  NotificationMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void count(Occasion occasion, Outcome outcome) {
    Counter.builder("bulwark.notifications")
        .description("Mails to users about their accounts")
        .tag("occasion", occasion.label())
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }
}
