package dev.bulwark.apikey.provider;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.apikey.manage.OwnerRate;
import dev.bulwark.apikey.store.UsageCounter;
import dev.bulwark.apikey.verify.ApiKeyMetrics;
import dev.bulwark.apikey.verify.KeyMapping;
import dev.bulwark.apikey.verify.KeyQuotas;
import dev.bulwark.apikey.verify.NetworkWatch;
import dev.bulwark.apikey.verify.VerifierResources;
import dev.bulwark.apikey.verify.WrongKeyLimiter;
import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.limit.LocalLimiter;
import dev.bulwark.limit.RedisLimiter;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.quota.LocalQuotas;
import dev.bulwark.limit.quota.QuotaLimiter;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisConnectionProvider;
import dev.bulwark.redis.RedisConnectionProviderFactory;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ServerInfoAwareProviderFactory;
import org.keycloak.services.resources.ShutdownDelayInitiatedEvent;

/** Owns the cache, the counters and the thread that writes them. */
public final class DefaultApiKeyProviderFactory
    implements ApiKeyProviderFactory, ServerInfoAwareProviderFactory, ReportsPart {

  private static final String PART = "api-keys";

  /** Counts are written every few seconds. */
  private static final int MAX_LAG_SECONDS = 60;

  private @Nullable ApiKeyConfig options;
  private @Nullable VerifierResources resources;
  private @Nullable ApiKeyGenerator generator;
  private @Nullable OwnerRate ownerRate;
  private @Nullable UsageFlusher flusher;
  private @Nullable KeySweeper sweeper;

  @Override
  public String getId() {
    return "default";
  }

  @Override
  public void init(Config.Scope scope) {
    options = ApiKeyConfig.of(scope);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    ApiKeyConfig config = Objects.requireNonNull(options, "init() runs first");
    RedisConnectionProviderFactory redis =
        (RedisConnectionProviderFactory) factory.getProviderFactory(RedisConnectionProvider.class);
    WrongKeyLimiter limiter =
        new WrongKeyLimiter(
            config.wrongKeysPerMinute(),
            new SharedLimiter(
                "Wrong API keys",
                new LocalLimiter(WrongKeyLimiter.MAX_ADDRESSES, Ticker.systemTicker()),
                new RedisLimiter(redis.connection())));
    KeyQuotas quotas =
        new KeyQuotas(
            new QuotaLimiter(
                "Requests with API keys",
                new LocalQuotas(KeyQuotas.MAX_KEYS, Ticker.systemTicker()),
                redis.connection()));
    Cache<KeyMapping.Id, KeyMapping> cache =
        Caffeine.newBuilder().maximumSize(config.cacheSize()).build();
    UsageCounter usage = new UsageCounter();
    generator = new ApiKeyGenerator(new SecureRandom());
    resources =
        new VerifierResources(
            config,
            cache,
            limiter,
            quotas,
            usage,
            new NetworkWatch(config.newNetworkNotice()),
            new ApiKeyMetrics(Metrics.globalRegistry, usage::size, cache::estimatedSize));
    OwnerRate rate = ownerRate(config, redis.connection(), shared().metrics());
    ownerRate = rate;
    shared().metrics().watchLimiter(() -> limiter.isAlone() || quotas.isAlone() || rate.isAlone());
    UsageFlusher created = new UsageFlusher(factory, shared());
    flusher = created;
    KeySweeper remover = new KeySweeper(factory, config, shared().metrics());
    sweeper = remover;
    shared().metrics().watchLag(created::lagSeconds);
    factory.register(event -> onEvent(event, created, remover));
  }

  private static OwnerRate ownerRate(
      ApiKeyConfig config, RedisConnection redis, ApiKeyMetrics metrics) {
    return new OwnerRate(
        config,
        new QuotaLimiter(
            "Requests of owners about API keys",
            new LocalQuotas(OwnerRate.MAX_WINDOWS, Ticker.systemTicker()),
            redis),
        metrics::ownerLimited);
  }

  private static void onEvent(ProviderEvent event, UsageFlusher writer, KeySweeper remover) {
    if (event instanceof PostMigrationEvent) {
      writer.start();
      remover.start();
    } else if (KeycloakFeature.SHUTDOWN_DELAY.isPresent()
        && event instanceof ShutdownDelayInitiatedEvent) {
      writer.flush();
    } else {
      OwnerListener.onEvent(event);
    }
  }

  @Override
  public ApiKeyProvider create(KeycloakSession session) {
    return new DefaultApiKeyProvider(
        session,
        shared(),
        Objects.requireNonNull(generator, "postInit() runs first"),
        Objects.requireNonNull(ownerRate, "postInit() runs first"));
  }

  private VerifierResources shared() {
    return Objects.requireNonNull(resources, "postInit() runs first");
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    if (!RealmSwitches.hasApiKeys(realm)) {
      return PartReport.off(PART, "not-switched-on");
    }
    double lag = Objects.requireNonNull(flusher, "postInit() runs first").lagSeconds();
    if (lag > MAX_LAG_SECONDS) {
      return PartReport.trouble(PART, "usage-unwritten").with("seconds", Math.round(lag));
    }
    RedisConnection redis = session.getProvider(RedisConnectionProvider.class).connection();
    if (!redis.isConfigured()) {
      return PartReport.working(PART, "per-node");
    }
    return redis.status().available()
        ? PartReport.working(PART, "shared")
        : PartReport.trouble(PART, "alone");
  }

  /** Closed before the database is, so that {@link #close} can write. */
  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(JpaConnectionProvider.class);
  }

  /** Writes what is counted; the database is still there. */
  @Override
  public void close() {
    KeySweeper remover = sweeper;
    if (remover != null) {
      remover.close();
    }
    UsageFlusher running = flusher;
    if (running != null) {
      running.close();
    }
    VerifierResources shared = resources;
    if (shared != null) {
      shared.metrics().close();
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return ApiKeyConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    String version = getClass().getPackage().getImplementationVersion();
    return Map.of("bulwark", version == null ? "development" : version);
  }
}
