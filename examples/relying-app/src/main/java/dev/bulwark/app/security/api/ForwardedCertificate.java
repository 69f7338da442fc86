package dev.bulwark.app.security.api;

import dev.bulwark.app.settings.CertificateSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The client's certificate, where a proxy ends TLS: what certificate-bound tokens are held against
 * (RFC 8705, section 3). A proxy that is trusted tells it in the header {@value #HEADER} (RFC 9440,
 * or as nginx escapes it); whatever anybody else writes there means nothing. Thread-safe.
 */
final class ForwardedCertificate extends OncePerRequestFilter {

  /** Must be replaced or removed by the proxy in every request. */
  static final String HEADER = "Client-Cert";

  /** Where servlets, and Spring's check of {@code cnf}, look for the certificate. */
  static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";

  /** Above any certificate, below what a header may be. */
  private static final int MAX_LENGTH = 16_384;

  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

  private final List<IpAddressMatcher> proxies;

  /**
   * @throws IllegalArgumentException naming the setting, if an address is none
   */
  ForwardedCertificate(CertificateSettings settings) {
    proxies = settings.proxies().stream().map(ForwardedCertificate::matcher).toList();
  }

  private static IpAddressMatcher matcher(String address) {
    try {
      return new IpAddressMatcher(address.trim());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "app.certificate.proxies (CERTIFICATE_PROXIES) must be addresses or networks: " + address,
          e);
    }
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (proxies.stream().anyMatch(proxy -> proxy.matches(request.getRemoteAddr()))) {
      // The certificate of the connection is the proxy's own, if there is one.
      request.removeAttribute(ATTRIBUTE);
      readHeader(request)
          .ifPresent(
              certificate -> request.setAttribute(ATTRIBUTE, new X509Certificate[] {certificate}));
    }
    chain.doFilter(request, response);
  }

  /** What the one header says; empty where there is none, more than one, or no certificate. */
  private static Optional<X509Certificate> readHeader(HttpServletRequest request) {
    List<String> values = Collections.list(request.getHeaders(HEADER));
    if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      byte[] encoded = decode(values.get(0).strip());
      return Optional.of(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(encoded)));
    } catch (IllegalArgumentException | CertificateException e) {
      return Optional.empty();
    }
  }

  /** {@code :BASE64:} of the DER form, or the PEM form percent-encoded. */
  private static byte[] decode(String value) {
    if (value.length() > 2 && value.startsWith(":") && value.endsWith(":")) {
      return Base64.getDecoder().decode(value.substring(1, value.length() - 1));
    }
    // A plus is one, and not a blank.
    String pem = URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    if (!pem.startsWith(BEGIN)) {
      throw new IllegalArgumentException("neither RFC 9440 nor PEM");
    }
    return pem.getBytes(StandardCharsets.US_ASCII);
  }
}
