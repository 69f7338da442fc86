package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.metrics.RevocationMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RevocationHealthCheckTest {

  private static final long T = 2_000_000_000_000L;

  private long now = T;

  @ParameterizedTest
  @CsvSource({
    "true, 0, 30000, in step",
    "true, 0, 30001, stalled",
    "true, 5, 30000, behind",
    "true, 5, 31000, stalled",
    "false, 0, 30000, another node does the background work",
    "false, 0, 31000, stalled",
    "true, 0, -5000, in step",
  })
  void saysStalledWhenNoRoundEnds(boolean leading, long pending, long age, String status) {
    InstantSource time = () -> Instant.ofEpochMilli(now);
    Clock clock = time.withZone(ZoneOffset.UTC);
    MeterRegistry registry = new SimpleMeterRegistry();
    RevocationMetrics metrics = new RevocationMetrics(registry, clock);
    now = T + 100_000;
    metrics.leading(leading);
    metrics.backlog(pending, pending == 0 ? 0 : now);
    metrics.roundCompleted(now);
    now += age;
    assertThat(RevocationHealthCheck.status(metrics)).isEqualTo(status);
    assertThat(registry.get("bulwark.revocation.round.age.seconds").gauge().value())
        .isEqualTo(Math.max(0, age) / 1000.0);
  }
}
