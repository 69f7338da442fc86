package dev.bulwark.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for {@code localhost} and 127.0.0.1, made for this test run, and who trusts it. */
public final class TestCertificate {

  private static final TestCertificate INSTANCE = new TestCertificate();

  private final ClientCertificate identity =
      CertificateAuthority.selfSigned("CN=localhost", CertificateAuthority.thisMachine());
  private final Path keyStore;
  private final String password = UUID.randomUUID().toString();
  private final TrustManager[] trustManagers;
  private final SSLContext context;

  private TestCertificate() {
    try {
      Path folder = Files.createDirectories(WorkFolder.of("https"));
      keyStore = identity.keyStore(folder.resolve("keycloak.p12"), password);
      KeyStore certificates = KeyStore.getInstance(KeyStore.getDefaultType());
      certificates.load(null, null);
      certificates.setCertificateEntry("keycloak", identity.certificate());
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
    return identity;
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
}
