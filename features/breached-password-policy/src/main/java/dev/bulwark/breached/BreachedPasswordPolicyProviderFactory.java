package dev.bulwark.breached;

import dev.bulwark.breached.index.IndexFile;
import dev.bulwark.breached.login.AtLoginPolicyFactory;
import dev.bulwark.breached.range.RangeClient;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PasswordPolicyProviderFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Policy {@value #ID} (spec P8, P9): a realm has it as {@code breachedPassword(1)}, where the
 * number is how often a password must occur in breaches to be rejected. The factory owns the range
 * client and the offline list.
 */
public final class BreachedPasswordPolicyProviderFactory
    implements PasswordPolicyProviderFactory, ServerInfoAwareProviderFactory, ReportsPart {

  /** Part of every realm's stored password policy: a data format, never to change. */
  public static final String ID = "breachedPassword";

  private static final String PART = "breached-passwords";
  private static final Logger LOG = Logger.getLogger(BreachedPasswordPolicyProviderFactory.class);
  private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private @Nullable BreachedPasswordConfig config;
  private @Nullable BreachedPasswordMetrics metrics;
  private @Nullable RangeClient online;
  private @Nullable OfflineList offline;
  private @Nullable BreachedPasswordCheck check;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid, or whose file is no index
   */
  @Override
  public void init(Config.Scope scope) {
    BreachedPasswordConfig options = BreachedPasswordConfig.of(scope);
    BreachedPasswordMetrics meters = new BreachedPasswordMetrics(Metrics.globalRegistry);
    OfflineList list = openOffline(options);
    RangeClient client = options.online() ? openOnline(options, meters) : null;
    meters.gauges(() -> client != null && client.isCircuitOpen() ? 1 : 0, list::size);
    config = options;
    metrics = meters;
    offline = list;
    online = client;
    check = new BreachedPasswordCheck(client, list, options.unreachable(), meters);
  }

  /**
   * How often a password was seen, by the offline list alone: at once, and without a network.
   *
   * @return 0 to 65,535
   * @throws IllegalStateException before {@link #init}
   */
  public int offlineCount(String password) {
    if (check == null) {
      throw new IllegalStateException("init() has not run");
    }
    return check.offlineCount(password);
  }

  private static OfflineList openOffline(BreachedPasswordConfig options) {
    Path own = options.offlineIndex();
    IndexFile file = null;
    if (own != null) {
      try {
        file = new IndexFile(own, options.offlineCheckInterval());
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "Option "
                + BreachedPasswordConfig.PREFIX
                + BreachedPasswordConfig.OFFLINE_INDEX.name()
                + " names "
                + own
                + ", which cannot be used as an index: "
                + e,
            e);
      }
    }
    try {
      return new OfflineList(OfflineList.readShipped(), file);
    } catch (IOException e) {
      throw new UncheckedIOException("the shipped list of common passwords", e);
    }
  }

  private static RangeClient openOnline(
      BreachedPasswordConfig options, BreachedPasswordMetrics meters) {
    URI url = options.range().url();
    ProxySelector proxies = KeycloakProxies.configured();
    Authenticator authenticator = KeycloakProxies.authenticator(proxies, url);
    if (authenticator != null
        && "https".equalsIgnoreCase(url.getScheme())
        && System.getProperty(TUNNEL_SCHEMES) == null) {
      LOG.warnf(
          "The proxy for %s has credentials, which the JVM does not send for HTTPS unless it runs with -D%s=",
          url.getHost(), TUNNEL_SCHEMES);
    }
    if ("http".equalsIgnoreCase(url.getScheme())) {
      LOG.warnf(
          "Option %s%s is not an HTTPS address, so an attacker in the network can "
              + "forge the answers about breached passwords",
          BreachedPasswordConfig.PREFIX, BreachedPasswordConfig.URL.name());
    }
    return new RangeClient(options.range(), proxies, authenticator, meters::requested);
  }

  @Override
  public PasswordPolicyProvider create(KeycloakSession session) {
    if (check == null) {
      throw new IllegalStateException("init() has not run");
    }
    return new BreachedPasswordPolicyProvider(session, check);
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    Set<String> policies = realm.getPasswordPolicy().getPolicies();
    if (!policies.contains(ID) && !policies.contains(AtLoginPolicyFactory.ID)) {
      return PartReport.off(PART, "not-switched-on");
    }
    PartReport report;
    if (online == null) {
      report = PartReport.working(PART, "offline");
    } else if (!online.isCircuitOpen()) {
      report = PartReport.working(PART, "online");
    } else {
      UnreachablePolicy unreachable =
          Objects.requireNonNull(config, "init() runs first").unreachable();
      report = PartReport.trouble(PART, "service-unreachable-" + unreachable.label());
    }
    return report.with("entries", Objects.requireNonNull(offline, "init() runs first").size());
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Needs no other provider.
  }

  @Override
  public void close() {
    if (online != null) {
      online.close();
    }
    if (metrics != null) {
      metrics.close();
    }
  }

  @Override
  public String getId() {
    return ID;
  }

  /** Shown in the admin console. */
  @Override
  public String getDisplayName() {
    return "Not Breached (threshold)";
  }

  @Override
  public String getConfigType() {
    return PasswordPolicyProvider.INT_CONFIG_TYPE;
  }

  @Override
  public String getDefaultConfigValue() {
    return Integer.toString(BreachedPasswordPolicyProvider.DEFAULT_THRESHOLD);
  }

  @Override
  public boolean isMultiplSupported() {
    return false;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return BreachedPasswordConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    Map<String, String> info = new LinkedHashMap<>();
    String version = getClass().getPackage().getImplementationVersion();
    if (version != null) {
      info.put("version", version);
    }
    if (config != null && offline != null) {
      info.put("online", config.online() ? config.range().url().toString() : "off");
      info.put("unreachable", config.unreachable().label());
      info.put("offline-entries", Long.toString(offline.size()));
    }
    return Map.copyOf(info);
  }
}
