package dev.bulwark.redis;

import io.micrometer.core.instrument.Metrics;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Owns the one Redis connection of the server. */
public final class DefaultRedisConnectionProviderFactory
    implements RedisConnectionProviderFactory, ServerInfoAwareProviderFactory {

  /** Id of the provider. */
  public static final String ID = "default";

  private @Nullable GuardedRedisConnection connection;
  private @Nullable RedisMetrics metrics;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope scope) {
    // Options are checked here; nothing touches the network before the server has started.
    connection = new GuardedRedisConnection(RedisConfig.from(scope), Clock.systemUTC());
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(this::onEvent);
  }

  private synchronized void onEvent(ProviderEvent event) {
    GuardedRedisConnection guarded = connection;
    if (event instanceof PostMigrationEvent && guarded != null && metrics == null) {
      metrics = new RedisMetrics(Metrics.globalRegistry, guarded, Clock.systemUTC());
      guarded.start();
    }
  }

  @Override
  public RedisConnectionProvider create(KeycloakSession session) {
    return this::connection;
  }

  @Override
  public RedisConnection connection() {
    GuardedRedisConnection guarded = connection;
    if (guarded == null) {
      throw new IllegalStateException("init() has not been called");
    }
    return guarded;
  }

  @Override
  public synchronized void close() {
    if (metrics != null) {
      metrics.close();
      metrics = null;
    }
    if (connection != null) {
      connection.close();
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return RedisConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    String version = getClass().getPackage().getImplementationVersion();
    return Map.of("bulwark-version", version == null ? "development" : version);
  }
}
