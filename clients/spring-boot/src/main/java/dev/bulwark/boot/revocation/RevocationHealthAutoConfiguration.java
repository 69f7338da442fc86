package dev.bulwark.boot.revocation;

import dev.bulwark.checker.FeedStatus;
import dev.bulwark.checker.RevocationChecker;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The health component {@code revocation}: down while Redis cannot tell which tokens are revoked.
 * It reports what the last check found. While that is bad, it asks Redis itself, since no request
 * may come any more.
 */
@AutoConfiguration(after = RevocationAutoConfiguration.class)
@ConditionalOnBean(RevocationChecker.class)
@ConditionalOnProperty(name = "management.health.revocation.enabled", matchIfMissing = true)
public class RevocationHealthAutoConfiguration {

  /** Spring Boot 4. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
  static class Boot4 {

    @Bean
    @ConditionalOnMissingBean(name = "revocationHealthIndicator")
    org.springframework.boot.health.contributor.HealthIndicator revocationHealthIndicator(
        RevocationChecker checker) {
      return () -> {
        FeedStatus status = checker.probe();
        var health =
            Health.isUp(status)
                ? org.springframework.boot.health.contributor.Health.up()
                : org.springframework.boot.health.contributor.Health.down();
        return health.withDetail(Health.DETAIL, status).build();
      };
    }
  }

  /** Spring Boot 3. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
  static class Boot3 {

    @Bean
    @ConditionalOnMissingBean(name = "revocationHealthIndicator")
    org.springframework.boot.actuate.health.HealthIndicator revocationHealthIndicator(
        RevocationChecker checker) {
      return () -> {
        FeedStatus status = checker.probe();
        var health =
            Health.isUp(status)
                ? org.springframework.boot.actuate.health.Health.up()
                : org.springframework.boot.actuate.health.Health.down();
        return health.withDetail(Health.DETAIL, status).build();
      };
    }
  }

  /** What both say. */
  private static final class Health {

    static final String DETAIL = "status";

    static boolean isUp(FeedStatus status) {
      return switch (status) {
        case KNOWING, NOT_ASKED -> true;
        case UNFED, AWAY -> false;
      };
    }
  }
}
