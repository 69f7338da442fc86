package dev.bulwark.revocation;

import dev.bulwark.revocation.metrics.RevocationMetrics;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * How far Redis is behind, in {@code /health/ready}. Always up: a lag is no reason to send logins
 * elsewhere, for every node has the same. Only the node that does the background work knows the
 * lag. "stalled" on any node means that its rounds do not come to their end. Thread-safe.
 */
@Readiness
@Singleton
public final class RevocationHealthCheck implements HealthCheck {

  /** Name of the check. */
  public static final String NAME = "Bulwark revocations in Redis";

  /** A round comes every few seconds at most; one that drains a mass logout takes longer. */
  private static final Duration MAX_ROUND_AGE = Duration.ofSeconds(30);

  /** The default of the checkers: with an older heartbeat they answer 503. */
  private static final Duration MAX_COMPLETE_AGE = Duration.ofSeconds(60);

  @Override
  public HealthCheckResponse call() {
    RevocationService service = RevocationListenerProviderFactory.running();
    return response(
        service == null ? null : service.metrics(),
        RevocationListenerProviderFactory.off(),
        Clock.systemUTC());
  }

  static HealthCheckResponse response(
      @Nullable RevocationMetrics metrics, @Nullable String off, Clock clock) {
    HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME).up();
    if (metrics == null) {
      return response.withData("status", off == null ? "not running" : off).build();
    }
    response.withData("status", status(metrics));
    if (isStalled(metrics)) {
      response.withData("roundAgeSeconds", metrics.roundAge().toSeconds());
    }
    if (metrics.isLeading()) {
      long oldest = metrics.oldestPending();
      response
          .withData("pending", metrics.pending())
          .withData("oldestPendingSeconds", oldest == 0 ? 0 : (clock.millis() - oldest) / 1000)
          .withData("completeAgeSeconds", metrics.completeAge().toSeconds())
          .withData("tokensInDoubt", metrics.inDoubt())
          .withData("realmsHeld", metrics.heldRealms());
    }
    return response.build();
  }

  /** In a word. */
  static String status(RevocationMetrics metrics) {
    if (isStalled(metrics)) {
      return "stalled";
    }
    if (!metrics.isLeading()) {
      return "another node does the background work";
    }
    if (metrics.completeAge().compareTo(MAX_COMPLETE_AGE) > 0) {
      return "applications are told that nothing is known";
    }
    if (metrics.heldRealms() > 0) {
      return "some realms are held";
    }
    if (metrics.inDoubt() > 0) {
      return "some tokens are in doubt";
    }
    return metrics.pending() == 0 ? "in step" : "behind";
  }

  /** Whether the rounds of this node do not end. */
  static boolean isStalled(RevocationMetrics metrics) {
    return metrics.roundAge().compareTo(MAX_ROUND_AGE) > 0;
  }
}
