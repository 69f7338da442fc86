package dev.bulwark.boot.revocation;

import dev.bulwark.checker.RedisAccess;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.checker.springdata.SpringDataAccess;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;
import redis.clients.jedis.UnifiedJedis;

/**
 * The connection to the Redis that Keycloak feeds. It is made for the checker that takes it: a
 * checker of the application may have its own. The checker closes it.
 */
final class RevocationRedis {

  private static final String LETTUCE = "io.lettuce.core.RedisClient";

  private RevocationRedis() {}

  /** The Redis of {@code bulwark.revocation.url}. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(UnifiedJedis.class)
  @ConditionalOnProperty("bulwark.revocation.url")
  @ConditionalOnMissingBean(RedisAccess.class)
  static class ByJedis {

    @Bean(destroyMethod = "")
    @Lazy
    RedisAccess revocationRedis(RevocationProperties properties) {
      JedisSettings.Builder settings =
          JedisSettings.builder()
              .connectTimeout(properties.connectTimeout())
              .commandTimeout(properties.commandTimeout())
              .poolSize(properties.poolSize())
              .nearCacheSize(properties.nearCacheSize());
      String password = properties.password();
      if (password != null && !password.isEmpty()) {
        String user = properties.username();
        settings.credentials(user == null || user.isEmpty() ? null : user, password);
      }
      String url = properties.url();
      if (url == null) {
        throw new IllegalStateException("bulwark.revocation.url is not set");
      }
      return JedisAccess.of(url, settings.build());
    }
  }

  /** The Redis of the application's own connection factory. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(RedisConnectionFactory.class)
  @ConditionalOnBean(RedisConnectionFactory.class)
  @Conditional(WithoutUrl.class)
  @ConditionalOnMissingBean(RedisAccess.class)
  static class BySpringData {

    @Bean(destroyMethod = "")
    @Lazy
    RedisAccess revocationRedis(RedisConnectionFactory factory, RevocationProperties properties) {
      if (ClassUtils.isPresent(LETTUCE, factory.getClass().getClassLoader())
          && factory instanceof LettuceConnectionFactory lettuce) {
        return SpringDataAccess.lettuce(
            lettuce, properties.connectTimeout(), properties.commandTimeout());
      }
      return SpringDataAccess.of(
          factory, properties.connectTimeout().plus(properties.commandTimeout()));
    }
  }

  /** A URL is not set: where it is, no other Redis may take its place. */
  static final class WithoutUrl extends NoneNestedConditions {

    WithoutUrl() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty("bulwark.revocation.url")
    static class Url {}
  }
}
