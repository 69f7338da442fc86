package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.CertificateAuthority;
import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.Repository;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B10: the job "certificates" of docker-compose.yml, without its container and as any user. */
class CertificatesScriptTest {

  private static final String SERVICES = "keycloak:1000:keycloak,localhost\nredis:999:redis";
  private static final String RECREATE = "docker compose up -d --force-recreate";

  @TempDir private Path folder;

  @BeforeAll
  static void tools() {
    Programs.require("openssl", "openssl");
  }

  @BeforeEach
  void volumes() throws IOException {
    for (String volume :
        List.of("certificates/keycloak", "certificates/redis", "trust", "state", "redis-data")) {
      Files.createDirectories(folder.resolve(volume));
    }
  }

  /** The health checks read the trust of today, the services the certificate of their start. */
  @Test
  void whatRunsIsTrustedAfterARenewal() throws Exception {
    assertThat(run(20)).contains("made the certificates").doesNotContain(RECREATE);
    X509Certificate former = certificate("redis");

    assertThat(run(365)).contains("the certificates are new: " + RECREATE + "\n");
    assertThat(certificate("redis")).isNotEqualTo(former);
    KeyStore trust = trust();
    assertThat(Collections.list(trust.aliases())).hasSize(2);
    for (X509Certificate each : List.of(former, certificate("redis"), certificate("keycloak"))) {
      assertTrusted(trust, each);
    }
    assertThat(run(365)).isEqualTo("the certificates are there\n");
    assertThat(Repository.text("docs/configuration.md")).contains('`' + RECREATE + '`');
  }

  @Test
  void anAuthorityThatHasExpiredIsRemovedAndOneOfYoursStays() throws Exception {
    run(20);
    Instant now = Instant.now();
    CertificateAuthority yours = CertificateAuthority.root("CN=Of yours");
    ClientCertificate expired =
        yours.client("CN=Of old", now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)));
    Files.writeString(
        folder.resolve("trust/authority.pem"),
        expired.pem() + ClientCertificate.pem(yours.certificate()),
        StandardOpenOption.APPEND);

    run(365);
    assertThat(authorities()).hasSize(3).contains(yours.certificate());
    assertThat(trust().size()).isEqualTo(3);
  }

  /** OpenSSL reads the file, Java the key store. */
  private void assertTrusted(KeyStore trust, X509Certificate certificate) throws Exception {
    PKIXParameters parameters = new PKIXParameters(trust);
    parameters.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)),
            parameters);
    Path file =
        Files.writeString(folder.resolve("checked.pem"), ClientCertificate.pem(certificate));
    Commands.bash(
            folder, Map.of(), "openssl verify -CAfile trust/authority.pem " + file.getFileName())
        .expect(0);
  }

  private X509Certificate certificate(String service) throws Exception {
    return certificates("certificates/" + service + "/certificate.pem").get(0);
  }

  private List<X509Certificate> authorities() throws Exception {
    return certificates("trust/authority.pem");
  }

  private List<X509Certificate> certificates(String file) throws Exception {
    List<X509Certificate> found = new ArrayList<>();
    try (InputStream pem = Files.newInputStream(folder.resolve(file))) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(pem)
          .forEach(each -> found.add((X509Certificate) each));
    }
    return found;
  }

  private KeyStore trust() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(folder.resolve("trust/authority.p12"))) {
      store.load(file, null);
    }
    return store;
  }

  /** Runs the script on folders of this test. Only root may give a file to another user. */
  private String run(int days) throws IOException {
    String script =
        Repository.text("deploy/docker/certificates.sh")
            .replaceAll(
                "(?<![\\w.])/(certificates|trust|redis-data|state)\\b",
                folder.toAbsolutePath() + "/$1")
            .replace("-days 365", "-days " + days);
    Files.writeString(
        folder.resolve("certificates.sh"), "chown() { :; }\nchmod() { :; }\n" + script);
    return Commands.bash(folder, Map.of("SERVICES", SERVICES), "sh certificates.sh")
        .expect(0)
        .output();
  }
}
