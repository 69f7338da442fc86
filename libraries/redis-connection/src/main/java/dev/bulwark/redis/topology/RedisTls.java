package dev.bulwark.redis.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS to Redis. */
final class RedisTls {

  private RedisTls() {}

  /**
   * A factory that trusts the given authorities.
   *
   * @param caFile PEM file; null for the authorities of the JVM
   * @throws IllegalArgumentException if the file cannot be used; the message names the option
   */
  static SSLSocketFactory socketFactory(@Nullable String caFile) {
    if (caFile == null) {
      return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
    try (InputStream pem = Files.newInputStream(Path.of(caFile))) {
      Collection<? extends Certificate> authorities =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (authorities.isEmpty()) {
        throw new GeneralSecurityException("it holds no certificate");
      }
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate authority : authorities) {
        trusted.setCertificateEntry("ca-" + number++, authority);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException | InvalidPathException e) {
      throw new IllegalArgumentException(
          RedisConfig.OPTION_PREFIX
              + "tls-ca-file '"
              + caFile
              + "' cannot be used: "
              + (e instanceof java.nio.file.NoSuchFileException
                  ? "there is no such file"
                  : e.getMessage()),
          e);
    }
  }

  static SSLParameters parameters(boolean verifyHostname) {
    SSLParameters parameters = new SSLParameters();
    if (verifyHostname) {
      // RFC 2818 rules: the certificate bears the host's name or address.
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    return parameters;
  }
}
