package dev.bulwark.redis.client;

import dev.bulwark.redis.RedisConnection;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;

/** Metrics of the connection. */
final class RedisMetrics implements AutoCloseable {

  private final MeterRegistry registry;
  private final Gauge up;
  private final Gauge stateAge;

  RedisMetrics(MeterRegistry registry, RedisConnection connection, Clock clock) {
    this.registry = registry;
    this.up =
        Gauge.builder("bulwark.redis.up", connection, RedisMetrics::up)
            .description(
                "1 while Redis answers, 0 while it is unreachable, NaN where there is none")
            .register(registry);
    this.stateAge =
        Gauge.builder(
                "bulwark.redis.state.age",
                connection,
                c -> Duration.between(c.status().since(), clock.instant()).toMillis() / 1000.0)
            .baseUnit("seconds")
            .description("Time since Redis last became reachable or unreachable")
            .register(registry);
  }

  /** Not a number where no Redis is configured: no alert on 0 or 1 fires for that. */
  private static double up(RedisConnection connection) {
    if (connection.isConfigured()) {
      return connection.isAvailable() ? 1 : 0;
    }
    return Double.NaN;
  }

  @Override
  public void close() {
    registry.remove(up);
    registry.remove(stateAge);
  }
}
