package dev.bulwark.boot.revocation;

import dev.bulwark.checker.CheckObserver;
import dev.bulwark.checker.RedisAccess;
import dev.bulwark.checker.RevocationChecker;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The revocation checker, and the connection to Redis that it uses: a bean of type {@link
 * RedisAccess}; else the one that {@code bulwark.revocation.url} names; else that of Spring Data
 * Redis. An application without any of them does not start, since no token would be checked. Where
 * {@link StatusListAutoConfiguration} checks by Token Status Lists, there is no such checker.
 */
@AutoConfiguration(
    afterName = {
      // Spring Boot 3, then 4.
      "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
      "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration"
    })
@ConditionalOnProperty(name = "bulwark.revocation.enabled", matchIfMissing = true)
@Conditional(RevocationAutoConfiguration.WithoutStatusLists.class)
@EnableConfigurationProperties(RevocationProperties.class)
@Import({RevocationRedis.ByJedis.class, RevocationRedis.BySpringData.class})
public class RevocationAutoConfiguration {

  /** No realm is named whose lists take the place of Redis. */
  static final class WithoutStatusLists extends NoneNestedConditions {

    WithoutStatusLists() {
      super(ConfigurationPhase.PARSE_CONFIGURATION);
    }

    @ConditionalOnProperty(StatusListAutoConfiguration.ISSUER)
    static class Issuer {}
  }

  @Bean
  @ConditionalOnMissingBean
  RevocationChecker revocationChecker(
      ObjectProvider<RedisAccess> redis,
      RevocationProperties properties,
      ObjectProvider<CheckObserver> observer) {
    RedisAccess access =
        redis.getIfAvailable(
            () -> {
              throw new IllegalStateException(
                  "No Redis to ask about revoked tokens. Set bulwark.revocation.url and have Jedis"
                      + " on the class path, or set up Spring Data Redis for the Redis that"
                      + " Keycloak feeds, or name a realm with status lists by"
                      + " bulwark.revocation.status-list-issuer, or switch the check off with"
                      + " bulwark.revocation.enabled=false");
            });
    return new RevocationChecker(access, properties.options(), observer.getIfAvailable());
  }

  /** Metrics, where there is Micrometer. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Metrics {

    @Bean
    @ConditionalOnMissingBean
    CheckObserver revocationMetrics(ObjectProvider<MeterRegistry> registry) {
      return new CheckMetrics(registry);
    }
  }
}
