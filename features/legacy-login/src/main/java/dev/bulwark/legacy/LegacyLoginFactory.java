package dev.bulwark.legacy;

import dev.bulwark.contract.ExternalPasswordCheck;
import dev.bulwark.legacy.endpoint.PasswordEndpoint;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.credential.CredentialProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Credential provider {@code legacy-login} (spec P5). The factory owns the HTTP client. */
public final class LegacyLoginFactory
    implements CredentialProviderFactory<LegacyLoginProvider>,
        ServerInfoAwareProviderFactory,
        ReportsPart {

  /** In every credential that waits for its first login: a data format, never to change. */
  static final String ID = ExternalPasswordCheck.PROVIDER;

  private static final String PART = "legacy-login";
  private static final Logger LOG = Logger.getLogger(LegacyLoginFactory.class);

  private @Nullable OldApplication application;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope scope) {
    LegacyLoginConfig config = LegacyLoginConfig.of(scope).orElse(null);
    if (config == null) {
      return;
    }
    application = OldApplication.of(config, Metrics.globalRegistry);
    LOG.infof(
        "At the first login of a user of realm %s whose password has no hash, %s "
            + "checks the password",
        config.realm(), config.endpoint().url());
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    OldApplication old = application;
    if (old == null || !old.realm().equals(realm.getName())) {
      return PartReport.off(PART, "not-configured");
    }
    PartReport report =
        old.endpoint().isCircuitOpen()
            ? PartReport.trouble(PART, "unreachable")
            : PartReport.working(PART, "ready");
    return report.with("url", old.endpoint().url().toString());
  }

  @Override
  public LegacyLoginProvider create(KeycloakSession session) {
    return new LegacyLoginProvider(session, application);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Needs no other provider.
  }

  @Override
  public void close() {
    if (application != null) {
      application.close();
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return LegacyLoginConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    if (application == null) {
      return Map.of("url", "not configured");
    }
    PasswordEndpoint endpoint = application.endpoint();
    return Map.of(
        "url",
        endpoint.url().toString(),
        "realm",
        application.realm(),
        "circuit-open",
        Boolean.toString(endpoint.isCircuitOpen()));
  }
}
