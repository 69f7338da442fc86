package dev.bulwark.app.security.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.app.security.token.Tokens;
import dev.bulwark.app.settings.CertificateSettings;
import dev.bulwark.app.settings.KeycloakSettings;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** L7, J4: whose word on a client's certificate counts, and what a bound token is held against. */
class ForwardedCertificateTest {

  private static final String PROXY = "10.0.0.5";

  /** Any certificate: self-signed, made for this test; nobody has its key. */
  private static final String BASE64 =
      """
      MIIBbjCCARWgAwIBAgIUGkm6wHARW5JrFxgXZ9C2PbNm5kowCgYIKoZIzj0EAwIw
      DDEKMAgGA1UEAwwBYTAgFw0yNjExMjUxNTQzNDFaGA8yMTI2MTEwMTE1NDM0MVow
      DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNp/U21PySib
      yXlhXoiFB673zHnDH1WDRanV34NqsACYxGemObqcHzsp7ke98SO7iJ/76pJ2Su9T
      rdR8OUG2EuWjUzBRMB0GA1UdDgQWBBSkuEnM8YKQY/lkB8saRIdHtIby7jAfBgNV
      HSMEGDAWgBSkuEnM8YKQY/lkB8saRIdHtIby7jAPBgNVHRMBAf8EBTADAQH/MAoG
      CCqGSM49BAMCA0cAMEQCICBMuFsHFv1Az61plYdzSUoAetmyGOWzJCPpUQweYjcQ
      AiAncgkyeDHOJCWR24vqRBZwXJcTNpzMdixWrpnVhbLNaQ==
      """;

  /** As {@code openssl x509 -outform der | openssl dgst -sha256 -binary} has it, in base64url. */
  private static final String THUMBPRINT = "aNGQW0BdOUzHkDkt9w8qZAB8QtIK-g6ZzmV3Ab-DeoY";

  private static final String RFC9440 = ":" + BASE64.replace("\n", "") + ":";
  private static final String NGINX =
      URLEncoder.encode(
              "-----BEGIN CERTIFICATE-----\n" + BASE64 + "-----END CERTIFICATE-----\n",
              StandardCharsets.US_ASCII)
          .replace("+", "%20");

  private static final KeycloakSettings KEYCLOAK =
      new KeycloakSettings(
          URI.create("https://id.example.org/realms/app"), null, "relying-app", "secret");

  @Test
  void aTrustedProxysWordIsTheCertificate() throws Exception {
    for (String value : List.of(RFC9440, NGINX)) {
      assertThat(isAccepted(PROXY, value)).as(value).isTrue();
    }
  }

  @Test
  void anybodyElsesWordIsNone() throws Exception {
    for (String address : List.of("10.0.0.6", "127.0.0.1", "::1")) {
      assertThat(isAccepted(address, RFC9440)).as(address).isFalse();
    }
    MockHttpServletRequest request = request(PROXY, RFC9440);
    assertThat(passes(new ForwardedCertificate(new CertificateSettings(List.of())), request))
        .as("by default")
        .isFalse();
  }

  @Test
  void withoutTheHeaderThereIsNoCertificate() throws Exception {
    assertThat(isAccepted(PROXY)).isFalse();
  }

  /** Whoever appends to what a stranger has sent does not make it his own. */
  @Test
  void twoHeadersAreNone() throws Exception {
    assertThat(isAccepted(PROXY, RFC9440, RFC9440)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", "::", ":abc:", ":%%%:", "abc", "%", "-----BEGIN CERTIFICATE-----"})
  void whatIsNoCertificateIsNone(String value) throws Exception {
    assertThat(isAccepted(PROXY, value)).isFalse();
  }

  @Test
  void aHeaderThatIsTooLongIsNotRead() throws Exception {
    assertThat(isAccepted(PROXY, NGINX + "%0A".repeat(6000))).isFalse();
  }

  /** The proxy's own certificate is not its client's. */
  @Test
  void theProxysOwnCertificateDoesNotCount() throws Exception {
    MockHttpServletRequest request = request(PROXY);
    request.setAttribute(ForwardedCertificate.ATTRIBUTE, certificate());
    assertThat(passes(filter(), request)).isFalse();
  }

  /** TLS that ends here. */
  @Test
  void theConnectionsOwnCertificateCountsElsewhere() throws Exception {
    MockHttpServletRequest request = request("192.0.2.9");
    request.setAttribute(ForwardedCertificate.ATTRIBUTE, certificate());
    assertThat(passes(filter(), request)).isTrue();
  }

  @Test
  void anAddressThatIsNoneStopsTheStart() {
    CertificateSettings settings = new CertificateSettings(List.of("proxy.example.org"));
    assertThatThrownBy(() -> new ForwardedCertificate(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CERTIFICATE_PROXIES")
        .hasMessageContaining("proxy.example.org");
  }

  private static ForwardedCertificate filter() {
    return new ForwardedCertificate(new CertificateSettings(List.of(PROXY, "2001:db8::/64")));
  }

  private static boolean isAccepted(String address, String... values) throws Exception {
    return passes(filter(), request(address, values));
  }

  private static MockHttpServletRequest request(String address, String... values) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setRemoteAddr(address);
    for (String value : values) {
      request.addHeader(ForwardedCertificate.HEADER, value);
    }
    return request;
  }

  /** Whether a token that is bound to the certificate passes the rules behind the filter. */
  private static boolean passes(ForwardedCertificate filter, MockHttpServletRequest request)
      throws ServletException, IOException {
    AtomicBoolean accepted = new AtomicBoolean();
    filter.doFilter(
        request,
        new MockHttpServletResponse(),
        (seen, response) -> accepted.set(isAccepted((HttpServletRequest) seen)));
    return accepted.get();
  }

  private static boolean isAccepted(HttpServletRequest request) {
    Instant now = Instant.now();
    Jwt token =
        Jwt.withTokenValue("token")
            .header("alg", "RS256")
            .issuer(KEYCLOAK.issuer().toString())
            .audience(List.of("relying-app"))
            .subject("4f1c")
            .claim("typ", "Bearer")
            .claim("cnf", Map.of("x5t#S256", THUMBPRINT))
            .issuedAt(now.minusSeconds(120))
            .expiresAt(now.plusSeconds(60))
            .build();
    RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
    try {
      return !Tokens.rules(KEYCLOAK).validate(token).hasErrors();
    } finally {
      RequestContextHolder.resetRequestAttributes();
    }
  }

  private static X509Certificate[] certificate() throws CertificateException {
    return new X509Certificate[] {
      (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Base64.getMimeDecoder().decode(BASE64)))
    };
  }
}
