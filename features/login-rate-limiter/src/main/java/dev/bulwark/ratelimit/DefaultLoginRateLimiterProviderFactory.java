package dev.bulwark.ratelimit;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.contract.WorkerThreads;
import dev.bulwark.limit.AttemptIds;
import dev.bulwark.limit.LocalLimiter;
import dev.bulwark.limit.RedisLimiter;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.slot.SlotReturns;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisConnectionProvider;
import dev.bulwark.redis.RedisConnectionProviderFactory;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import dev.bulwark.status.SwitchedRealmsHealthCheck;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Owns the windows of this node and the thread that gives slots back. */
public final class DefaultLoginRateLimiterProviderFactory
    implements LoginRateLimiterProviderFactory, ServerInfoAwareProviderFactory, ReportsPart {

  /** Id of the provider. */
  public static final String ID = "default";

  private static final String PART = "login-limits";
  private static final Logger LOG = Logger.getLogger(DefaultLoginRateLimiterProviderFactory.class);

  private @Nullable LoginRateLimiterConfig config;
  private volatile @Nullable LimiterResources resources;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope scope) {
    config = LoginRateLimiterConfig.of(scope);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    LoginRateLimiterConfig options = Objects.requireNonNull(config, "init() runs first");
    RedisConnectionProviderFactory redis =
        (RedisConnectionProviderFactory) factory.getProviderFactory(RedisConnectionProvider.class);
    LocalLimiter local = new LocalLimiter(options.localKeys(), Ticker.systemTicker());
    SharedLimiter limiter =
        new SharedLimiter("Login attempts", local, new RedisLimiter(redis.connection()));
    LoginThreads threads = new LoginThreads(WorkerThreads.ofServer().logins());
    LoginRateLimiterMetrics metrics =
        new LoginRateLimiterMetrics(Metrics.globalRegistry, limiter::isAlone, local::size, threads);
    resources =
        new LimiterResources(
            options,
            limiter,
            threads,
            new SlotReturns(limiter, "bulwark-limiter-returns", metrics::returned),
            new AttemptIds(),
            new RightSecrets(),
            new SharedAddressWatch(
                !learnsAddresses(), DefaultLoginRateLimiterProviderFactory::warn),
            metrics);
    SwitchedRealmsHealthCheck.watch(factory);
  }

  /** Whether Keycloak has the clients' addresses from a proxy: its own options say so. */
  private static boolean learnsAddresses() {
    var config = ConfigProvider.getConfig();
    return config.getOptionalValue("kc.proxy-headers", String.class).isPresent()
        || config.getOptionalValue("kc.proxy-protocol-enabled", Boolean.class).orElse(false);
  }

  private static void warn(String address) {
    LOG.warnf(
        "Users with %d names tried to log in from %s, a private address. If that is a proxy, all"
            + " users share its login limit: set the options proxy-headers and"
            + " proxy-trusted-addresses of Keycloak",
        SharedAddressWatch.NAMES, address);
  }

  @Override
  public LoginRateLimiterProvider create(KeycloakSession session) {
    return new DefaultLoginRateLimiterProvider(
        session, Objects.requireNonNull(resources, "postInit() runs first"));
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    LimiterResources shared = Objects.requireNonNull(resources, "postInit() runs first");
    if (!RealmRules.isOn(shared.config(), realm::getAttribute)) {
      return PartReport.off(PART, "not-switched-on");
    }
    String proxy = shared.addresses().suspect();
    if (proxy != null) {
      return PartReport.trouble(PART, "unknown-proxy").with("address", proxy);
    }
    RedisConnection redis = session.getProvider(RedisConnectionProvider.class).connection();
    if (!redis.isConfigured()) {
      return PartReport.working(PART, "per-node");
    }
    return redis.status().available()
        ? PartReport.working(PART, "shared")
        : PartReport.trouble(PART, "alone");
  }

  @Override
  public void close() {
    SwitchedRealmsHealthCheck.watch(null);
    LimiterResources shared = resources;
    if (shared != null) {
      shared.returns().close();
      shared.metrics().close();
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return LoginRateLimiterConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    String version = getClass().getPackage().getImplementationVersion();
    return Map.of("bulwark", version == null ? "development" : version);
  }
}
