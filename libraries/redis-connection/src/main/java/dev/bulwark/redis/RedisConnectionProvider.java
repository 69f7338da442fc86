package dev.bulwark.redis;

import org.keycloak.provider.Provider;

/** Hands the shared {@link RedisConnection} to code that has a Keycloak session. */
public interface RedisConnectionProvider extends Provider {

  /** The connection of this server; the same object for every session. Thread-safe. */
  RedisConnection connection();

  @Override
  default void close() {}
}
