package dev.bulwark.it.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for {@code localhost} and 127.0.0.1, made for this test run, and who trusts it. */
public final class TestCertificate {

  private static final TestCertificate INSTANCE = new TestCertificate();

  private final Path keyStore;
  private final String password = UUID.randomUUID().toString();
  private final TrustManager[] trustManagers;
  private final SSLContext context;

  private TestCertificate() {
    try {
      Path folder = Files.createDirectories(Path.of("target", "https").toAbsolutePath());
      keyStore = folder.resolve("keycloak.p12");
      Files.deleteIfExists(keyStore);
      make();
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(keyStore)) {
        trusted.load(in, password.toCharArray());
      }
      KeyStore certificates = KeyStore.getInstance(KeyStore.getDefaultType());
      certificates.load(null, null);
      certificates.setCertificateEntry("keycloak", trusted.getCertificate("keycloak"));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(certificates);
      trustManagers = trust.getTrustManagers();
      context = context(new KeyManager[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static TestCertificate get() {
    return INSTANCE;
  }

  /** The certificate with its key, for programs that want PEM. */
  public ClientCertificate identity() {
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password.toCharArray());
      return new ClientCertificate(
          (PrivateKey) store.getKey("keycloak", password.toCharArray()),
          List.of((X509Certificate) store.getCertificate("keycloak")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** PKCS#12, with the key. */
  public Path keyStore() {
    return keyStore;
  }

  public String password() {
    return password;
  }

  /** For clients: trusts this certificate and no other. */
  SSLContext context() {
    return context;
  }

  /** The same for clients that have a certificate of their own. */
  public SSLContext context(KeyManager... own) {
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(own, trustManagers, null);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void make() throws IOException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    ProcessBuilder builder =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                "keycloak",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore.toString(),
                "-storepass:env",
                "KEY_STORE_PASSWORD")
            .redirectErrorStream(true);
    builder.environment().put("KEY_STORE_PASSWORD", password);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
