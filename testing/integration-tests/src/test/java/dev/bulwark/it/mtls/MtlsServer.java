package dev.bulwark.it.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestCertificate;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that asks for certificates and has the subject of the shipped client {@code
 * mtls-service} set.
 */
final class MtlsServer {

  private static final String PASSWORD = "correct-test-battery";

  private static @Nullable MtlsServer instance;

  private final Pki pki;
  private final LocalRedis redis;
  private final OwnServer server;
  private final URI https;

  private MtlsServer(Pki pki, LocalRedis redis, OwnServer server, URI https) {
    this.pki = pki;
    this.redis = redis;
    this.server = server;
    this.https = https;
  }

  static synchronized MtlsServer get() {
    if (instance == null) {
      instance = start(new Pki());
    }
    return instance;
  }

  private static MtlsServer start(Pki pki) {
    Path folder = WorkFolder.of("processes", "mtls");
    Folder.delete(folder);
    Folder.make(folder);
    Path trusted =
        ClientCertificate.trustStore(
            folder.resolve("trusted.p12"), PASSWORD, pki.trusted().toArray(X509Certificate[]::new));
    LocalRedis redis = LocalRedis.start(0);
    int port = FreePort.next();
    Map<String, String> documented =
        ShellBlock.of("realm-config/README.md", "A service with a certificate").options();
    assertThat(documented).containsOnlyKeys("https-client-auth", "https-trust-store-file");
    OwnServer server =
        OwnServer.startUntilTheEnd(
            TestStack.spec("mtls", redis.url())
                .buildOption(
                    "https-client-auth", String.valueOf(documented.get("https-client-auth")))
                .option("https-port", Integer.toString(port))
                .option("https-key-store-file", TestCertificate.get().keyStore().toString())
                .environment("KC_HTTPS_KEY_STORE_PASSWORD", TestCertificate.get().password())
                .option("https-trust-store-file", trusted.toString())
                .environment("KC_HTTPS_TRUST_STORE_PASSWORD", PASSWORD)
                .option("http-management-scheme", "http")
                .environment("MTLS_SERVICE_SUBJECT_DN", Pki.SUBJECT)
                .environment("MTLS_SERVICE_CA_DN", Pki.ROOT)
                .environment(
                    "MTLS_SERVICE_ISSUER_SHA256",
                    ClientCertificate.fingerprint(pki.issuing.certificate())));
    return new MtlsServer(pki, redis, server, URI.create("https://localhost:" + port));
  }

  /** Where it asks for certificates. */
  URI https() {
    return https;
  }

  /** Plain HTTP, where nobody can present one. */
  URI http() {
    return server.url();
  }

  AdminApi admin() {
    return server.admin();
  }

  /** The Redis that it feeds. */
  int redisPort() {
    return redis.port();
  }

  /** Who has issued what. */
  Pki pki() {
    return pki;
  }
}
