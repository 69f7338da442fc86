package dev.bulwark.revocation.sessions;

import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.remoting.transport.Address;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.Profile;
import org.keycloak.connections.infinispan.InfinispanConnectionProvider;
import org.keycloak.models.KeycloakSession;

/**
 * How many nodes of Keycloak share the database, as far as Keycloak's caches know; 0 where they do
 * not. Thread-safe.
 */
public final class ClusterSize implements IntSupplier {

  private static final Logger LOG = Logger.getLogger(ClusterSize.class);

  /** With these features, nodes share a database without knowing of each other. */
  private static final Set<String> APART = Set.of("stateless", "clusterless", "multi-site");

  private final @Nullable EmbeddedCacheManager caches;

  private ClusterSize(@Nullable EmbeddedCacheManager caches) {
    this.caches = caches;
  }

  /** That of a server. */
  public static ClusterSize of(KeycloakSession session) {
    return new ClusterSize(isApart() ? null : caches(session));
  }

  private static boolean isApart() {
    return Profile.getInstance().getEnabledFeatures().stream()
        .anyMatch(feature -> APART.contains(feature.getUnversionedKey()));
  }

  private static @Nullable EmbeddedCacheManager caches(KeycloakSession session) {
    try {
      InfinispanConnectionProvider provider =
          session.getProvider(InfinispanConnectionProvider.class);
      return provider == null
          ? null
          : provider.getCache(InfinispanConnectionProvider.WORK_CACHE_NAME).getCacheManager();
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("Keycloak's caches do not say how many nodes there are", e);
      return null;
    }
  }

  @Override
  public int getAsInt() {
    if (caches == null) {
      return 0;
    }
    List<Address> members = caches.getMembers();
    // Null without a transport: Keycloak is told that it is alone.
    return members == null ? 1 : members.size();
  }
}
