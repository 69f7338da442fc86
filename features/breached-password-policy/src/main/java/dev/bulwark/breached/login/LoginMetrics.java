package dev.bulwark.breached.login;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Meters of the check at login (spec P10). Thread-safe.
 *
 * <ul>
 *   <li>{@code bulwark.breached.login} (timer; tags {@code action}, {@code outcome}): the time that
 *       a login spends in the check
 *   <li>{@code bulwark.breached.login.notices} (counter; tag {@code outcome}): events about
 *       breached passwords
 * </ul>
 */
final class LoginMetrics {

  /** The result of one check. */
  enum Outcome {
    ACCEPTED,
    BREACHED,
    /** The check failed, and the login went on. */
    FAILED
  }

  /** The fate of one notice. */
  enum Notice {
    SENT,
    /** The queue was full. */
    DROPPED,
    FAILED
  }

  private final MeterRegistry registry;

  LoginMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void checked(LoginAction action, Outcome outcome, long nanos) {
    Timer.builder("bulwark.breached.login")
        .description("Passwords checked at login")
        .tag("action", action.label())
        .tag("outcome", label(outcome))
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  void noticed(Notice outcome) {
    Counter.builder("bulwark.breached.login.notices")
        .description("Events about breached passwords found at login")
        .tag("outcome", label(outcome))
        .register(registry)
        .increment();
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
