package dev.bulwark.app.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The Redis that Keycloak feeds with revoked tokens, and what holds while it cannot be asked.
 *
 * @param port 1 to 65535
 * @param username ACL user; empty for the default one
 * @param password empty for none; never printed
 * @param tls whether to use TLS
 * @param prefix as at Keycloak's {@code redis-connection}
 * @param staleness zero: fail closed, requests are refused with 503. Else how old a revocation may
 *     get before it is missed for certain, 1 s to 1 h
 */
@ConfigurationProperties("app.redis")
public record RedisSettings(
    String host,
    int port,
    @Nullable String username,
    @Nullable String password,
    boolean tls,
    @Nullable String prefix,
    Duration staleness) {

  /** Checks the address; the checker checks the rest. */
  public RedisSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("app.redis.host (REDIS_HOST) is empty");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("app.redis.port (REDIS_PORT) must be 1 to 65535: " + port);
    }
  }

  @Override
  public String toString() {
    return "RedisSettings[host=" + host + ", port=" + port + ", tls=" + tls + "]";
  }
}
