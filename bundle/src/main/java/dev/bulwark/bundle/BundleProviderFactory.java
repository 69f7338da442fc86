package dev.bulwark.bundle;

import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.common.Version;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Warns at the start of a Keycloak on which the bundle was not tested (B7), and shows the bundle's
 * version on the admin console's page <em>Provider info</em>. Thread-safe.
 */
public final class BundleProviderFactory
    implements ProviderFactory<BundleProvider>, ServerInfoAwareProviderFactory {

  private static final Logger LOG = Logger.getLogger(BundleProviderFactory.class);

  @Override
  public BundleProvider create(KeycloakSession session) {
    return new BundleProvider();
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    BundleInfo bundle = BundleInfo.get();
    if (!bundle.isTestedOn(Version.VERSION)) {
      LOG.warnf(
          "Bulwark %s was not tested on Keycloak %s, only on %s. Try it on a copy of your"
              + " installation first; docs/compatibility.md says what may be missing",
          bundle.version(), Version.VERSION, String.join(", ", bundle.testedOn()));
    }
  }

  @Override
  public void close() {}

  @Override
  public String getId() {
    return "default";
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    BundleInfo bundle = BundleInfo.get();
    return Map.of(
        "version", bundle.version(), "tested on Keycloak", String.join(", ", bundle.testedOn()));
  }
}
