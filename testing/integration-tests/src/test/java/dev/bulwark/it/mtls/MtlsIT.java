package dev.bulwark.it.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * L7: the client {@code mtls-service} of the shipped realm, over Keycloak's HTTPS, with
 * certificates made for this run.
 */
@Tag("slow")
class MtlsIT {

  private static final String CLIENT = "mtls-service";
  private static final String USER_INFO = "/protocol/openid-connect/userinfo";

  private static MtlsServer server;
  private static Pki pki;

  @BeforeAll
  static void start() {
    server = MtlsServer.get();
    pki = server.pki();
  }

  @Test
  void theRightCertificateGetsATokenThatIsBoundToIt() throws IOException {
    Response answer = caller("the service's").token(CLIENT, "tasks:read").expect(200);
    assertThat(answer.json().has("refresh_token")).isFalse();
    JsonNode claims = Realm.claims(answer.text("access_token"));
    assertThat(claims.get("cnf").get("x5t#S256").asText()).isEqualTo(pki.service.thumbprint());
    assertThat(claims.get("azp").asText()).isEqualTo(CLIENT);
    assertThat(claims.get("scope").asText().split(" ")).contains("tasks:read");
    assertThat(claims.get("aud").toString()).contains("relying-app", "gateway");
  }

  /** A certificate of the same issuer and subject that is new: renewals need no change here. */
  @Test
  void aRenewedCertificateIsTheSameClient() throws IOException {
    ClientCertificate renewed = pki.issuing.client(Pki.SUBJECT);
    Response answer =
        Caller.ofRealm(server.https(), renewed).token(CLIENT, "tasks:read").expect(200);
    assertThat(Realm.claims(answer.text("access_token")).get("cnf").get("x5t#S256").asText())
        .isEqualTo(renewed.thumbprint())
        .isNotEqualTo(pki.service.thumbprint());
  }

  /** The connection stands, for its authority is trusted; the client is refused. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "another subject",
        "the subject and more",
        "a part of the subject",
        "the subject in another order",
        "the subject of a sibling",
        "the subject of the issuer's namesake",
        "the subject of the root itself",
        "the subject of another root",
        "the subject of the root's namesake"
      })
  void aTrustedCertificateOfAnotherIsRefused(String certificate) throws IOException {
    assertRefused(caller(certificate).token(CLIENT, "tasks:read"));
  }

  /** No connection at all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "the subject of an untrusted root",
        "the subject under a service's certificate",
        "self-signed",
        "expired",
        "not yet valid",
        "of a server",
        "without its key"
      })
  void aCertificateThatIsNotGoodGetsNoConnection(String certificate) {
    assertThatThrownBy(() -> caller(certificate).token(CLIENT, "tasks:read"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void withoutCertificateTheClientIsRefused() throws IOException {
    assertRefused(nobody().token(CLIENT, "tasks:read"));
  }

  /** Neither a secret nor an assertion stands in for the certificate. */
  @Test
  void nothingElseAuthenticatesTheClient() throws IOException {
    for (String secret : List.of("", "mtls-service", "**********")) {
      assertRefused(
          nobody().token(Map.of("client_id", CLIENT, "client_secret", secret, "scope", "openid")));
      assertRefused(
          nobody().token(Map.of("scope", "openid"), "Authorization", Realm.basic(CLIENT, secret)));
    }
    assertRefused(
        nobody()
            .token(
                Map.of(
                    "client_id",
                    CLIENT,
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion",
                    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJtdGxzLXNlcnZpY2UifQ.")));
  }

  /** What proxies put into headers is nobody's certificate here: by HTTPS and by HTTP. */
  @Test
  void aCertificateInAHeaderIsNotBelieved() throws IOException {
    String pem = pki.service.pem();
    String line = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    Map<String, String> headers =
        Map.of(
            "ssl-client-cert",
            URLEncoder.encode(pem, StandardCharsets.UTF_8),
            "SSL_CLIENT_CERT",
            pem.replace('\n', ' '),
            "x-ssl-client-cert",
            line,
            "X-Client-Cert",
            line,
            "Client-Cert",
            ":" + line + ":",
            "X-SSL-Client-SHA1",
            "0".repeat(40),
            "X-Forwarded-Client-Cert",
            "Cert=\"" + URLEncoder.encode(pem, StandardCharsets.UTF_8) + "\"",
            "X-Forwarded-Tls-Client-Cert",
            line);
    for (URI url : List.of(server.https(), server.http())) {
      for (Map.Entry<String, String> header : headers.entrySet()) {
        assertRefused(
            Caller.ofRealm(url, null)
                .token(CLIENT, "tasks:read", header.getKey(), header.getValue()));
      }
    }
    for (Map.Entry<String, String> header : headers.entrySet()) {
      assertRefused(
          caller("another subject")
              .token(CLIENT, "tasks:read", header.getKey(), header.getValue()));
    }
  }

  /** RFC 8705, 3: what Keycloak itself serves wants the certificate with the token. */
  @Test
  void aStolenTokenIsOfNoUseWithAnotherCertificateOrNone() throws IOException {
    String token = token("openid");
    caller("the service's").get(USER_INFO, token).expect(200);
    for (Caller thief :
        List.of(
            nobody(),
            caller("another subject"),
            Caller.ofRealm(server.https(), pki.issuing.client(Pki.SUBJECT)))) {
      Response answer = thief.get(USER_INFO, token);
      assertThat(answer.status()).as(answer.body()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).contains("invalid_token");
    }
  }

  /** A resource server learns the binding by introspection too, and compares for itself. */
  @Test
  void introspectionTellsTheBinding() throws IOException {
    Response answer = new Realm(server.https(), "app").introspect(token("tasks:read")).expect(200);
    assertThat(answer.json().get("active").asBoolean()).isTrue();
    assertThat(answer.json().get("cnf").get("x5t#S256").asText())
        .isEqualTo(pki.service.thumbprint());
  }

  /** The REST of the API keys: a key had with a stolen token would outlive it. */
  @Test
  void noApiKeyIsHadWithAStolenToken() throws IOException {
    AdminApi admin = server.admin();
    String client = admin.clientUuid(CLIENT);
    String key =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read"], "expiresAt": null,
                 "owner": {"type": "client", "id": "%s"}}
                """
                    .formatted(client))
            .expect(201)
            .text("id");
    String rotate = "/api-keys/" + key + "/rotate";
    String token = token("tasks:read");
    for (Caller thief : List.of(nobody(), caller("another subject"))) {
      Response answer = thief.postJson(rotate, token, Json.object("overlapSeconds", 0));
      assertThat(answer.status()).as(answer.body()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).contains("invalid_token");
      assertThat(thief.get("/api-keys", token).status()).isEqualTo(401);
    }
    Caller service = caller("the service's");
    assertThat(service.get("/api-keys", token).expect(200).json()).hasSize(1);
    service.postJson(rotate, token, Json.object("overlapSeconds", 0)).expect(201);
  }

  /** As the realm is shipped, without the variables: nobody is the client. */
  @Test
  void aClientWithoutSubjectAcceptsNobody() throws IOException {
    server.admin().post("/realms/app/clients", client("unset", "", "", "")).expect(201);
    for (String certificate : List.of("the service's", "another subject")) {
      assertRefused(caller(certificate).token("unset", "openid"));
    }
    assertRefused(nobody().token("unset", "openid"));
  }

  /**
   * What the fingerprint is for: without it, Keycloak 26.7 accepts every authority below the named
   * root, and every trusted root of that name. Should this fail after an update of Keycloak, the
   * rule of this bundle may go.
   */
  @ParameterizedTest
  @ValueSource(strings = {"the subject of a sibling", "the subject of the root's namesake"})
  void withoutTheFingerprintKeycloakAccepts(String certificate) throws IOException {
    String id = "unpinned-" + Integer.toHexString(certificate.hashCode());
    server.admin().post("/realms/app/clients", client(id, Pki.SUBJECT, Pki.ROOT, "")).expect(201);
    caller(certificate).token(id, "openid").expect(200);
    assertRefused(caller("the subject of another root").token(id, "openid"));
  }

  /** The form of {@code openssl x509 -fingerprint -sha256}. */
  @Test
  void theFingerprintMayHaveColons() throws IOException {
    String colons =
        ClientCertificate.fingerprint(pki.issuing.certificate())
            .toUpperCase(java.util.Locale.ROOT)
            .replaceAll("(..)(?!$)", "$1:");
    server
        .admin()
        .post("/realms/app/clients", client("colons", Pki.SUBJECT, Pki.ROOT, colons))
        .expect(201);
    caller("the service's").token("colons", "openid").expect(200);
    assertRefused(caller("the subject of a sibling").token("colons", "openid"));
  }

  private static String client(String id, String subject, String authority, String fingerprint) {
    return """
    {"clientId": "%s", "clientAuthenticatorType": "client-x509", "serviceAccountsEnabled": true,
     "attributes": {"x509.subjectdn": "%s", "x509.casubjectdn": "%s", "x509.issuer.sha256": "%s",
                    "x509.allow.regex.pattern.comparison": "false"}}
    """
        .formatted(id, subject, authority, fingerprint);
  }

  private static String token(String scope) throws IOException {
    return caller("the service's").token(CLIENT, scope).expect(200).text("access_token");
  }

  private static Caller caller(String certificate) {
    return Caller.ofRealm(server.https(), pki.named(certificate));
  }

  private static Caller nobody() {
    return Caller.ofRealm(server.https(), null);
  }

  private static void assertRefused(Response answer) {
    assertThat(answer.status()).as(answer.body()).isBetween(400, 401);
    assertThat(answer.json().get("error").asText()).isIn("invalid_client", "unauthorized_client");
    assertThat(answer.json().has("access_token")).isFalse();
  }
}
