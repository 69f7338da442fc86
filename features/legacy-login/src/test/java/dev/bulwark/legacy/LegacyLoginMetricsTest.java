package dev.bulwark.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.legacy.endpoint.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** B6, B11: the counters of checks at the old application, which an alert watches. */
class LegacyLoginMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final LegacyLoginMetrics metrics = new LegacyLoginMetrics(registry, () -> 0);

  @AfterEach
  void close() {
    metrics.close();
  }

  /** Prometheus sees no increase from nothing to 1. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOT_CONFIGURED")
  void checksWithoutAnAnswerAreCountedFromZero(Reason reason) {
    assertThat(counter(reason.label()).count()).isZero();
    metrics.checked(reason);
    assertThat(counter(reason.label()).count()).isEqualTo(1);
  }

  @Test
  void nothingElseIsThereBeforeItsFirstEvent() {
    assertThat(registry.find("bulwark.legacy.login.checks").counters())
        .hasSize(Reason.values().length - 1);
  }

  private Counter counter(String outcome) {
    return registry.get("bulwark.legacy.login.checks").tag("outcome", outcome).counter();
  }
}
