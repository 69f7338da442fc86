package dev.bulwark.it.social;

import dev.bulwark.it.support.CertificateAuthority;
import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.WorkFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.GeneralName;

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
      Path folder = Files.createDirectories(WorkFolder.of("https"));
      ClientCertificate identity =
          CertificateAuthority.selfSigned(
              "CN=Stand-in",
              hosts.stream()
                  .map(host -> new GeneralName(GeneralName.dNSName, host))
                  .toArray(GeneralName[]::new));
      file = Files.writeString(folder.resolve("provider.pem"), identity.pem());
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          ALIAS, identity.key(), new char[0], identity.chain().toArray(Certificate[]::new));
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys, new char[0]);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(ALIAS, identity.certificate());
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
}
