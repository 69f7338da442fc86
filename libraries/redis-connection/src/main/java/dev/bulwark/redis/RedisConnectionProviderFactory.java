package dev.bulwark.redis;

import org.keycloak.provider.ProviderFactory;

/** Owns the Redis connection; the way to it for code that has a session factory but no session. */
public interface RedisConnectionProviderFactory extends ProviderFactory<RedisConnectionProvider> {

  /**
   * The connection of this server. It may be asked for at any time after {@code init}: nothing is
   * sent over the network before its first use. Thread-safe.
   */
  RedisConnection connection();
}
