package dev.bulwark.it.social;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A Keycloak whose realm {@code app}, imported at its start, has both providers on, and whose way
 * out leads to the stand-ins: to Google's fixed addresses by Keycloak's proxy mappings and trust
 * store, to GitHub by the base addresses of its settings. The brokers are Keycloak's own.
 *
 * <p>Shared by the classes of this package; started at first use, ended with the test run.
 */
final class SocialServer {

  /** How long the server waits for a provider's answer; Keycloak's default is 5 seconds. */
  static final int PATIENCE_MILLIS = 1500;

  private static @Nullable SocialServer shared;

  private final Google google;
  private final GitHub gitHub;
  private final ProviderCertificate certificate;
  private final ProviderProxy proxy;
  private final OwnServer keycloak;

  private SocialServer() {
    certificate = new ProviderCertificate(Google.HOSTS);
    google = new Google(certificate);
    gitHub = new GitHub();
    proxy = new ProviderProxy(google.address());
    keycloak =
        OwnServer.startUntilTheEnd(
            TestStack.manyFromOneAddress(
                    TestStack.spec("social", TestStack.get().redisOf("social")))
                .option(
                    "spi-connections-http-client--default--proxy-mappings",
                    ".*\\.google\\.com;" + proxy.url() + ",.*\\.googleapis\\.com;" + proxy.url())
                .option(
                    "spi-connections-http-client--default--socket-timeout-millis",
                    Integer.toString(PATIENCE_MILLIS))
                .option("truststore-paths", certificate.file().toString())
                .environment("GOOGLE_ENABLED", "true")
                .environment("GOOGLE_CLIENT_ID", google.clientId())
                .environment("GOOGLE_CLIENT_SECRET", google.clientSecret())
                // GitHub's addresses never count as proven, and this server has no mail to ask by:
                // ProviderAddressIT switches it on.
                .environment("VERIFY_EMAIL", "false")
                .environment("GITHUB_ENABLED", "true")
                .environment("GITHUB_CLIENT_ID", gitHub.clientId())
                .environment("GITHUB_CLIENT_SECRET", gitHub.clientSecret())
                .environment("GITHUB_URL", gitHub.url().toString())
                .environment("GITHUB_API_URL", gitHub.apiUrl().toString()));
    google.register(realm().url() + "/broker/google/endpoint");
    gitHub.register(realm().url() + "/broker/github/endpoint");
  }

  static synchronized SocialServer get() {
    if (shared == null) {
      shared = new SocialServer();
    }
    return shared;
  }

  Google google() {
    return google;
  }

  GitHub gitHub() {
    return gitHub;
  }

  ProviderProxy proxy() {
    return proxy;
  }

  ProviderCertificate certificate() {
    return certificate;
  }

  AdminApi admin() {
    return keycloak.admin();
  }

  Realm realm() {
    return new Realm(keycloak.url(), "app");
  }

  URI url() {
    return keycloak.url();
  }

  String log() {
    return keycloak.log();
  }

  /** Makes both providers honest and reachable again. */
  void mend() {
    google.mend();
    gitHub.mend();
    proxy.goUp();
  }
}
