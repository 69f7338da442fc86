package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.notify.NotificationMetrics.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** B6, B11: the counters of mails, which an alert watches. */
class NotificationMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NotificationMetrics metrics = new NotificationMetrics(registry);

  /** Prometheus sees no increase from nothing to 1. */
  @ParameterizedTest
  @EnumSource(Occasion.class)
  void lostMailsAreCountedFromZero(Occasion occasion) {
    assertThat(counter(occasion, "failed").count()).isZero();
    assertThat(counter(occasion, "dropped").count()).isZero();
  }

  @Test
  void aLostMailIsCountedOnce() {
    metrics.count(Occasion.PASSWORD_CHANGED, Outcome.FAILED);
    assertThat(counter(Occasion.PASSWORD_CHANGED, "failed").count()).isEqualTo(1);
    assertThat(counter(Occasion.PASSWORD_CHANGED, "dropped").count()).isZero();
  }

  @Test
  void theAgeIsInSeconds() {
    metrics.watch(() -> 3, () -> 1.5);
    assertThat(registry.get("bulwark.notifications.age").gauge().value()).isEqualTo(1.5);
    assertThat(registry.get("bulwark.notifications.age").meter().getId().getBaseUnit())
        .isEqualTo("seconds");
    assertThat(registry.get("bulwark.notifications.waiting").gauge().value()).isEqualTo(3);
  }

  private Counter counter(Occasion occasion, String outcome) {
    return registry
        .get("bulwark.notifications")
        .tag("occasion", occasion.label())
        .tag("outcome", outcome)
        .counter();
  }
}
