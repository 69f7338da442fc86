package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.notify.NotificationMetrics.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** B6, B11: the counters of mails, which an alert watches. */
class NotificationMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NotificationMetrics metrics = new NotificationMetrics(registry);

  /** Prometheus sees no increase from nothing to 1. */
  @Test
  void lostMailsAreCountedFromZero() {
    assertThat(counter("failed").count()).isZero();
    assertThat(counter("dropped").count()).isZero();
  }

  @Test
  void aLostMailIsCountedOnce() {
    metrics.count(Outcome.FAILED);
    assertThat(counter("failed").count()).isEqualTo(1);
    assertThat(counter("dropped").count()).isZero();
  }

  @Test
  void theAgeIsInSeconds() {
    metrics.watch(() -> 3, () -> 1.5);
    assertThat(registry.get("bulwark.notifications.age").gauge().value()).isEqualTo(1.5);
    assertThat(registry.get("bulwark.notifications.age").meter().getId().getBaseUnit())
        .isEqualTo("seconds");
    assertThat(registry.get("bulwark.notifications.waiting").gauge().value()).isEqualTo(3);
  }

  private Counter counter(String outcome) {
    return registry.get("bulwark.notifications").tag("outcome", outcome).counter();
  }
}
