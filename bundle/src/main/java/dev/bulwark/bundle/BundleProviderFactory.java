package dev.bulwark.bundle;

import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.common.Version;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Warns at the start of a Keycloak on which the bundle was not tested, and names what it lacks of
 * that which the bundle uses (B7). Shows the bundle's version on the admin console's page
 * <em>Provider info</em>. Thread-safe.
 */
public final class BundleProviderFactory
    implements ProviderFactory<BundleProvider>, ServerInfoAwareProviderFactory, ReportsPart {

  private static final Logger LOG = Logger.getLogger(BundleProviderFactory.class);

  /** A version that lacks more than these is far away. */
  private static final int NAMED = 20;

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
      logMissing(bundle);
    }
  }

  private static void logMissing(BundleInfo bundle) {
    List<String> missing;
    try {
      Path jar =
          Path.of(
              BundleProviderFactory.class
                  .getProtectionDomain()
                  .getCodeSource()
                  .getLocation()
                  .toURI());
      missing = MissingReferences.of(jar, BundleProviderFactory.class.getClassLoader());
    } catch (IOException | URISyntaxException | RuntimeException | LinkageError e) {
      // LinkageError: a server without ASM.
      LOG.warnf("Bulwark cannot compare its classes with this Keycloak: %s", e);
      return;
    }
    if (missing.isEmpty()) {
      LOG.infof(
          "Keycloak %s has all types and methods that Bulwark %s uses. No test shows whether they"
              + " behave as before",
          Version.VERSION, bundle.version());
      return;
    }
    String rest = missing.size() > NAMED ? " and %d more".formatted(missing.size() - NAMED) : "";
    LOG.warnf(
        "Keycloak %s lacks types or methods that Bulwark %s uses: %s%s. A part that looks for one"
            + " before it uses it is off, with a line of its own. Other parts fail when they need"
            + " one",
        Version.VERSION,
        bundle.version(),
        String.join(", ", missing.subList(0, Math.min(NAMED, missing.size()))),
        rest);
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    BundleInfo bundle = BundleInfo.get();
    PartReport report =
        bundle.isTestedOn(Version.VERSION)
            ? PartReport.working("bulwark", "tested")
            : PartReport.trouble("bulwark", "untested")
                .with("tested", String.join(", ", bundle.testedOn()));
    return report.with("version", bundle.version()).with("keycloak", Version.VERSION);
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
