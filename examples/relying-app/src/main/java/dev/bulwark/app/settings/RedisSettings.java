package dev.bulwark.app.settings;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The Redis that Keycloak feeds with revoked tokens.
 *
 * @param port 1 to 65535
 * @param username ACL user; empty for the default one
 * @param password empty for none; never printed
 * @param tls whether to use TLS
 */
@ConfigurationProperties("app.redis")
public record RedisSettings(
    String host, int port, @Nullable String username, @Nullable String password, boolean tls) {

  /** Checks the address. */
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
