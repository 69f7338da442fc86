package dev.bulwark.it.social;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for the host names of a provider, made for this test run; nobody but the tests and
 * the Keycloak that is given {@link #file} trusts it. Immutable.
 */
final class ProviderCertificate {

  private static final String ALIAS = "provider";

  private final Path file;
  private final SSLContext context;

  /**
   * @param hosts the names that the certificate is for
   */
  ProviderCertificate(List<String> hosts) {
    try {
      Path folder = Files.createDirectories(Path.of("target", "https").toAbsolutePath());
      Path store = folder.resolve("provider.p12");
      Files.deleteIfExists(store);
      String password = UUID.randomUUID().toString();
      make(hosts, store, password);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, password.toCharArray());
      }
      Certificate certificate = keys.getCertificate(ALIAS);
      file =
          Files.writeString(
              folder.resolve("provider.pem"),
              "-----BEGIN CERTIFICATE-----\n"
                  + Base64.getMimeEncoder(64, new byte[] {'\n'})
                      .encodeToString(certificate.getEncoded())
                  + "\n-----END CERTIFICATE-----\n");
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys, password.toCharArray());
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(ALIAS, certificate);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The certificate as PEM, for a trust store. */
  Path file() {
    return file;
  }

  /** For the provider, which shows it, and for its visitors, who trust nothing else. */
  SSLContext context() {
    return context;
  }

  private static void make(List<String> hosts, Path store, String password) throws IOException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    ProcessBuilder builder =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=Stand-in",
                "-ext",
                hosts.stream()
                    .map(host -> "dns:" + host)
                    .collect(Collectors.joining(",", "SAN=", "")),
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:env",
                "KEY_STORE_PASSWORD")
            .redirectErrorStream(true);
    builder.environment().put("KEY_STORE_PASSWORD", password);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
