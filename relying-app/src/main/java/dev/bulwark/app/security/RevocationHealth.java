package dev.bulwark.app.security;

import dev.bulwark.checker.RevocationChecker;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Says in {@code /actuator/health} whether revoked tokens can be told; asks nobody. Thread-safe.
 */
@Component("revocation")
final class RevocationHealth implements HealthIndicator {

  private final RevocationChecker checker;

  RevocationHealth(RevocationChecker checker) {
    this.checker = checker;
  }

  @Override
  public Health health() {
    Health.Builder health =
        switch (checker.status()) {
          case KNOWING, NOT_ASKED -> Health.up();
          case UNFED, AWAY -> Health.down();
        };
    return health.withDetail("status", checker.status()).build();
  }
}
