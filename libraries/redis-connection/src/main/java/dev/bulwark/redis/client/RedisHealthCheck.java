package dev.bulwark.redis.client;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisStatus;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Redis in {@code /health/ready}. It is up while Redis is unreachable, unless option {@code
 * health-required} is set, because Keycloak works without Redis.
 *
 * <p>Quarkus finds the class by the bundle's Jandex index. The check costs nothing: it looks at
 * what the prober has seen last. Thread-safe.
 */
@Readiness
@Singleton
public final class RedisHealthCheck implements HealthCheck {

  /** Name of the check. */
  public static final String NAME = "Bulwark Redis";

  @Override
  public HealthCheckResponse call() {
    DefaultRedisConnectionProviderFactory factory = DefaultRedisConnectionProviderFactory.running();
    return factory == null
        ? HealthCheckResponse.named(NAME).up().withData("status", "not used").build()
        : response(factory.connection(), factory.isRequiredForHealth());
  }

  static HealthCheckResponse response(RedisConnection redis, boolean required) {
    RedisStatus status = redis.status();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named(NAME).status(status.available() || !required);
    if (!redis.isConfigured()) {
      return response.withData("status", "not configured").build();
    }
    response
        .withData("status", status.available() ? "available" : "away")
        .withData("since", status.since().toString());
    String reason = status.reason();
    if (reason != null) {
      // Not the error: the page is for everybody who can reach it.
      response.withData("error", reason);
    }
    return response.build();
  }
}
