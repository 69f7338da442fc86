package dev.bulwark.redis.client;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisConnectionProvider;
import dev.bulwark.redis.RedisConnectionProviderFactory;
import dev.bulwark.redis.RedisStatus;
import dev.bulwark.redis.topology.RedisConfig;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.Metrics;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Owns the one Redis connection of the server. */
public final class DefaultRedisConnectionProviderFactory
    implements RedisConnectionProviderFactory, ServerInfoAwareProviderFactory, ReportsPart {

  /** Id of the provider. */
  public static final String ID = "default";

  /** For the health check: Quarkus makes it, and Keycloak's session factory is no bean for it. */
  private static volatile @Nullable DefaultRedisConnectionProviderFactory running;

  private final Spans spans = new Spans();
  private @Nullable GuardedRedisConnection connection;
  private volatile boolean requiredForHealth;
  private @Nullable RedisMetrics metrics;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope scope) {
    // Options are checked here; nothing touches the network before the server has started.
    RedisConfig config = RedisConfig.from(scope);
    requiredForHealth = config.healthRequired();
    connection = new GuardedRedisConnection(config, Clock.systemUTC(), spans);
    running = this;
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(this::onEvent);
    spans.startWith(factory);
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

  /** The factory of this server, null before its start and after its end. */
  static @Nullable DefaultRedisConnectionProviderFactory running() {
    return running;
  }

  /** Whether a server whose Redis is away shall not count as ready. */
  boolean isRequiredForHealth() {
    return requiredForHealth;
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    return report(connection());
  }

  /** What a connection says of itself. */
  static PartReport report(RedisConnection redis) {
    RedisStatus status = redis.status();
    if (!redis.isConfigured()) {
      return PartReport.off("redis", "not-configured");
    }
    PartReport report =
        status.available()
            ? PartReport.working("redis", "available")
            : PartReport.trouble("redis", "away")
                .with("cause", Objects.requireNonNullElse(status.reason(), ""));
    return report.with("since", status.since());
  }

  @Override
  public synchronized void close() {
    running = null;
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
