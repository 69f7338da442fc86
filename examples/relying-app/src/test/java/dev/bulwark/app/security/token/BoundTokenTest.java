package dev.bulwark.app.security.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.app.settings.KeycloakSettings;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * L7, J4: a certificate-bound token counts on a connection with its certificate only (RFC 8705).
 */
class BoundTokenTest {

  /** Where servlets put the certificate of the connection. */
  private static final String CERTIFICATE = "jakarta.servlet.request.X509Certificate";

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

  /** Its SHA-256 by openssl, in base64url. */
  private static final String THUMBPRINT = "aNGQW0BdOUzHkDkt9w8qZAB8QtIK-g6ZzmV3Ab-DeoY";

  private static final KeycloakSettings KEYCLOAK =
      new KeycloakSettings(
          URI.create("https://id.example.org/realms/app"), null, "relying-app", "secret");

  @Test
  void withItsCertificateItCounts() throws CertificateException {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setAttribute(CERTIFICATE, certificate());
    assertThat(isAccepted(THUMBPRINT, request)).isTrue();
  }

  @Test
  void withAnotherOrNoneItDoesNot() throws CertificateException {
    MockHttpServletRequest request = new MockHttpServletRequest();
    assertThat(isAccepted(THUMBPRINT, request)).isFalse();
    request.setAttribute(CERTIFICATE, certificate());
    assertThat(isAccepted(THUMBPRINT.replace('a', 'b'), request)).isFalse();
  }

  /** Whoever has seen a certificate can write it into a header. */
  @Test
  void aHeaderIsNoCertificate() {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.addHeader("Client-Cert", ":" + BASE64.replace("\n", "") + ":");
    request.addHeader("ssl-client-cert", BASE64.replace("\n", ""));
    assertThat(isAccepted(THUMBPRINT, request)).isFalse();
  }

  private static boolean isAccepted(String thumbprint, MockHttpServletRequest request) {
    Instant now = Instant.now();
    Jwt token =
        Jwt.withTokenValue("token")
            .header("alg", "RS256")
            .issuer(KEYCLOAK.issuer().toString())
            .audience(List.of("relying-app"))
            .subject("4f1c")
            .claim("typ", "Bearer")
            .claim("cnf", Map.of("x5t#S256", thumbprint))
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
