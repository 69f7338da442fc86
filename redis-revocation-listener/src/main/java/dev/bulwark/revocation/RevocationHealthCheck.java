package dev.bulwark.revocation;

import jakarta.inject.Singleton;
import java.time.Clock;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * How far Redis is behind, in {@code /health/ready}. Always up: a lag is no reason to send logins
 * elsewhere, for every node has the same. Only the node that does the background work knows the
 * lag. Thread-safe.
 */
@Readiness
@Singleton
public final class RevocationHealthCheck implements HealthCheck {

  /** Name of the check. */
  public static final String NAME = "Bulwark revocations in Redis";

  @Override
  public HealthCheckResponse call() {
    RevocationService service = RevocationListenerProviderFactory.running();
    return response(service == null ? null : service.metrics(), Clock.systemUTC());
  }

  static HealthCheckResponse response(@Nullable RevocationMetrics metrics, Clock clock) {
    HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME).up();
    if (metrics == null) {
      return response.withData("status", "not running").build();
    }
    if (!metrics.isLeading()) {
      return response.withData("status", "another node does the background work").build();
    }
    long oldest = metrics.oldestPending();
    return response
        .withData("status", metrics.pending() == 0 ? "in step" : "behind")
        .withData("pending", metrics.pending())
        .withData("oldestPendingSeconds", oldest == 0 ? 0 : (clock.millis() - oldest) / 1000)
        .build();
  }
}
