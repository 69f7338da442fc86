package dev.bulwark.it.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.server.RelyingApp;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * L7, J4, J5: the relying app takes a certificate-bound token with its certificate only (RFC 8705,
 * 3). TLS ends at a real nginx, which runs the configuration of the app's README.
 */
@Tag("full")
class BoundTokensIT {

  private static final Duration FED = Duration.ofSeconds(60);
  private static final String TASKS = "/api/tasks";

  private static MtlsServer server;
  private static RelyingApp app;
  private static TlsProxy proxy;

  @BeforeAll
  static void start() throws IOException {
    server = MtlsServer.get();
    int port = FreePort.next();
    proxy = TlsProxy.start(port, server.pki().trusted());
    app =
        RelyingApp.start(
            new RelyingApp.Spec(
                "relying-app-mtls",
                URI.create("http://127.0.0.1:" + port),
                server.https() + "/realms/app",
                server.redisPort(),
                WorkFolder.of("relying-app", "mtls"),
                Map.of(
                    "KEYCLOAK_INTERNAL_URL",
                    server.http() + "/realms/app",
                    "CERTIFICATE_PROXIES",
                    TlsProxy.ADDRESS),
                List.of("-XX:TieredStopAtLevel=1")));
    String token = boundToken();
    await()
        .atMost(FED)
        .until(() -> through(server.pki().service).get(TASKS, token).status() != 503);
  }

  @AfterAll
  static void stop() {
    if (app != null) {
      app.close();
    }
    if (proxy != null) {
      proxy.close();
    }
  }

  @Test
  void withItsCertificateTheTokenCounts() throws IOException {
    through(server.pki().service).get(TASKS, boundToken()).expect(200);
  }

  @Test
  void withoutItOrWithAnotherItDoesNot() throws IOException {
    String token = boundToken();
    assertRefused(through(null).get(TASKS, token));
    for (String other : List.of("another subject", "the subject of a sibling")) {
      assertRefused(through(server.pki().named(other)).get(TASKS, token));
    }
    // A renewed certificate of the same service: the token is the old one's.
    assertRefused(through(server.pki().issuing.client(Pki.SUBJECT)).get(TASKS, token));
  }

  /** Certificates are public: whoever has seen one can write it into a header. */
  @Test
  void aCertificateInAHeaderIsReplacedByTheProxyAndIgnoredFromOthers() throws IOException {
    String token = boundToken();
    String der = ":" + Base64.getEncoder().encodeToString(server.pki().service.der()) + ":";
    String pem = URLEncoder.encode(server.pki().service.pem(), StandardCharsets.US_ASCII);
    for (String value : List.of(der, pem.replace("+", "%20"))) {
      assertRefused(through(null).get(TASKS, token, "Client-Cert", value));
      assertRefused(
          through(server.pki().named("another subject")).get(TASKS, token, "Client-Cert", value));
      assertRefused(new Caller(app.url().toString(), null).get(TASKS, token, "Client-Cert", value));
    }
  }

  /** The others go on as before. */
  @Test
  void aTokenThatIsNotBoundNeedsNone() throws IOException {
    String token =
        new Realm(server.https(), "app")
            .clientCredentials(
                "tasks-service", "tasks-service-dev-secret", Map.of("scope", "tasks:read"))
            .expect(200)
            .text("access_token");
    through(null).get(TASKS, token).expect(200);
    through(server.pki().service).get(TASKS, token).expect(200);
    new Caller(app.url().toString(), null).get(TASKS, token).expect(200);
  }

  private static Caller through(@Nullable ClientCertificate own) {
    return new Caller(proxy.url(), own);
  }

  private static String boundToken() throws IOException {
    return Caller.ofRealm(server.https(), server.pki().service)
        .token("mtls-service", "tasks:read")
        .expect(200)
        .text("access_token");
  }

  private static void assertRefused(Response answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .startsWith("Bearer ")
        .contains("error=\"invalid_token\"");
  }
}
