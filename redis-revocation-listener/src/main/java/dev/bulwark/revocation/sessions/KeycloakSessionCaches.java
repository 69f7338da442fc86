package dev.bulwark.revocation.sessions;

import org.infinispan.Cache;
import org.infinispan.context.Flag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.infinispan.InfinispanConnectionProvider;
import org.keycloak.models.KeycloakSession;

/**
 * The caches in which Keycloak keeps user sessions beside their table. Each can be missing: {@code
 * spi-user-sessions--infinispan--use-caches=false} does without. Thread-safe.
 */
public final class KeycloakSessionCaches implements EndedSessionEviction.Cache {

  private static final Logger LOG = Logger.getLogger(KeycloakSessionCaches.class);

  private final @Nullable Cache<String, ?> online;
  private final @Nullable Cache<String, ?> offline;

  private KeycloakSessionCaches(
      @Nullable Cache<String, ?> online, @Nullable Cache<String, ?> offline) {
    this.online = online;
    this.offline = offline;
  }

  /** The caches of a server. */
  public static KeycloakSessionCaches of(KeycloakSession session) {
    InfinispanConnectionProvider caches = session.getProvider(InfinispanConnectionProvider.class);
    return new KeycloakSessionCaches(
        cache(caches, InfinispanConnectionProvider.USER_SESSION_CACHE_NAME),
        cache(caches, InfinispanConnectionProvider.OFFLINE_USER_SESSION_CACHE_NAME));
  }

  private static @Nullable Cache<String, ?> cache(
      @Nullable InfinispanConnectionProvider caches, String name) {
    try {
      Cache<String, ?> cache = caches == null ? null : caches.getCache(name, false);
      return cache == null ? null : cache.getAdvancedCache().withFlags(Flag.IGNORE_RETURN_VALUES);
    } catch (RuntimeException e) {
      LOG.debugf(e, "Keycloak has no cache %s", name);
      return null;
    }
  }

  /** Does not wait for other nodes: one that is halted must not hold up a logout. */
  @Override
  public void remove(String sessionId, boolean ofOffline) {
    Cache<String, ?> cache = ofOffline ? offline : online;
    if (cache != null) {
      var unused =
          cache
              .removeAsync(sessionId)
              .exceptionally(
                  failure -> {
                    LOG.debugf(failure, "Session %s was not taken out of the cache", sessionId);
                    return null;
                  });
    }
  }
}
