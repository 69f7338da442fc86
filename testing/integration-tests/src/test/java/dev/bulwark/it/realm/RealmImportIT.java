package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.apikey.ApiKeySetup;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.process.ServerStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * B2, L5: one JSON for every way of import, twice without harm, never with a placeholder left in
 * it.
 */
@SharedRealm
class RealmImportIT {

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();

  @Test
  void theShippedRealmHasNoUserAndNoSecret() {
    RealmFile shipped = RealmFile.shipped();
    assertThat(shipped.json())
        .doesNotContain("\"users\"", "dev-secret", "correct-dev-battery", "dev-cli");
    assertThatThrownBy(() -> shipped.resolve(Map.of()))
        .hasMessageContaining("RELYING_APP_SECRET")
        .hasMessageContaining("TASKS_SERVICE_SECRET")
        .hasMessageContaining("GATEWAY_SECRET");
  }

  /** L6: what Keycloak keeps by default, and refresh tokens that were refused: a reused one too. */
  @Test
  void everyKindOfEventThatKeycloakKeepsAndRefusedRefreshTokensAreKept() throws IOException {
    JsonNode shipped = new ObjectMapper().readTree(RealmFile.shipped().json());
    // Keycloak names its own choice for a realm that has made none.
    JsonNode master = admin.get("/realms/master/events/config").expect(200).json();
    List<String> expected = texts(master.get("enabledEventTypes"));
    assertThat(expected).contains("LOGIN").doesNotContain("REFRESH_TOKEN_ERROR");
    expected.add("REFRESH_TOKEN_ERROR");
    assertThat(texts(shipped.get("enabledEventTypes")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  /** As the admin console sends them. Keycloak rejects a global listener in a realm. */
  @Test
  void theEventSettingsCanBeSaved() {
    String path = "/realms/app/events/config";
    admin.put(path, admin.get(path).expect(200).body()).expect(204);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** RFC 9700, 2.1.1, 2.1.2 and 2.4, of every client that a person can log in to. */
  @Test
  void noShippedClientHasAPasswordOrImplicitGrantOrGoesWithoutPkce() throws IOException {
    for (JsonNode client : new ObjectMapper().readTree(RealmFile.shipped().json()).get("clients")) {
      String id = client.get("clientId").asText();
      assertThat(client.path("directAccessGrantsEnabled").asBoolean()).as(id).isFalse();
      assertThat(client.path("implicitFlowEnabled").asBoolean()).as(id).isFalse();
      boolean used =
          List.of("relying-app", "account-console", "security-admin-console").contains(id);
      if (used) {
        assertThat(client.get("standardFlowEnabled").asBoolean()).as(id).isTrue();
        assertThat(client.get("attributes").path("pkce.code.challenge.method").asText())
            .as(id)
            .isEqualTo("S256");
      }
    }
  }

  /** RFC 9700, 2.1: compared exactly; nothing in the realm lets a browser be sent elsewhere. */
  @Test
  void theApplicationHasOneAddressForTheLoginAndOneForTheLogout() throws IOException {
    String resolved = RealmFile.shipped().resolve(RealmFile.developmentEnvironment()).json();
    for (JsonNode client : new ObjectMapper().readTree(resolved).get("clients")) {
      if (client.get("clientId").asText().equals("relying-app")) {
        assertThat(client.get("redirectUris").toString())
            .isEqualTo("[\"http://localhost:8081/login/oauth2/code/keycloak\"]");
        assertThat(client.get("attributes").get("post.logout.redirect.uris").asText())
            .isEqualTo("http://localhost:8081/");
        assertThat(client.get("attributes").get("backchannel.logout.url").asText())
            .isEqualTo("http://localhost:8081/logout/connect/back-channel/keycloak");
        return;
      }
    }
    throw new AssertionError("no client relying-app");
  }

  @Test
  void partialImportTwiceIsSafe() {
    String resolved = RealmFile.shipped().resolve(RealmFile.developmentEnvironment()).json();
    String body = resolved.replaceFirst("\\{", "{\"ifResourceExists\":\"SKIP\",");
    Response first = admin.post("/realms/app/partialImport", body).expect(200);
    Response second = admin.post("/realms/app/partialImport", body).expect(200);
    assertThat(second.json().get("added").asInt()).isZero();
    assertThat(first.json().get("overwritten").asInt()).isZero();
    realm.login("alice");
    ApiKeySetup.assertReady(realm, admin);
  }

  @Test
  void theAdminApiRefusesUnresolvedPlaceholders() {
    String raw =
        RealmFile.shipped()
            .json()
            .replaceFirst("\"realm\": \"app\"", "\"realm\": \"raw\"")
            // Keycloak itself refuses a switch with a placeholder; here it is about the secrets.
            .replaceAll("\\$\\{(?:SMTP_[A-Z]+|[A-Z]+_ENABLED|VERIFY_EMAIL):([^}]*)}", "$1");
    Response response = admin.post("/realms", raw);
    assertThat(response.status()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).contains("not imported", "RELYING_APP_SECRET");
    assertThat(admin.get("/realms/raw").status()).isEqualTo(404);
  }

  /** O2: a button that leads nowhere. */
  @Test
  void aProviderThatIsOnWithoutItsSecretIsRefused() {
    Map<String, String> incomplete = new HashMap<>(RealmFile.developmentEnvironment());
    incomplete.put("GOOGLE_ENABLED", "true");
    incomplete.put("GOOGLE_CLIENT_ID", "an-id");
    String json =
        RealmFile.shipped()
            .resolve(incomplete)
            .json()
            .replaceFirst("\"realm\": \"app\"", "\"realm\": \"raw\"");
    Response response = admin.post("/realms", json);
    assertThat(response.status()).as(response.body()).isEqualTo(400);
    assertThat(response.body())
        .contains("not imported", "GOOGLE_CLIENT_SECRET")
        .doesNotContain("GOOGLE_CLIENT_ID", "GITHUB");
    assertThat(admin.get("/realms/raw").status()).isEqualTo(404);
  }

  /** L7: the shipped client half set, or set to what is no name. */
  @ParameterizedTest
  @CsvSource({
    "MTLS_SERVICE_SUBJECT_DN, '', x509.subjectdn is empty",
    "MTLS_SERVICE_CA_DN, '', x509.casubjectdn is empty",
    "MTLS_SERVICE_SUBJECT_DN, .*, x509.subjectdn is not a distinguished name",
    "MTLS_SERVICE_ISSUER_SHA256, abc, x509.issuer.sha256 is not the SHA-256 fingerprint"
  })
  void anInexactCertificateIsRefused(String variable, String value, String problem) {
    Map<String, String> environment = new HashMap<>(RealmFile.developmentEnvironment());
    environment.put("MTLS_SERVICE_SUBJECT_DN", "CN=service");
    environment.put("MTLS_SERVICE_CA_DN", "CN=root");
    environment.put(variable, value);
    String realmJson =
        RealmFile.shipped()
            .resolve(environment)
            .json()
            .replaceFirst("\"realm\": \"app\"", "\"realm\": \"certificates\"");
    Response response = admin.post("/realms", realmJson);
    assertThat(response.status()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).contains("client mtls-service is rejected: " + problem);
    assertThat(admin.get("/realms/certificates").status()).isEqualTo(404);
  }

  /** L7: nor can an administrator make one with less. */
  @Test
  void anAdministratorsInexactCertificateIsRefused() {
    Response set =
        admin.put(
            "/realms/app/clients/" + admin.clientUuid("mtls-service"),
            """
            {"clientId": "mtls-service", "attributes": {"x509.subjectdn": "CN=service"}}
            """);
    assertThat(set.status()).as(set.body()).isEqualTo(400);
    assertThat(set.body()).contains("x509.casubjectdn is empty: every trusted authority");
    Response made =
        admin.post(
            "/realms/app/clients",
            """
            {"clientId": "loose", "clientAuthenticatorType": "client-x509",
             "attributes": {"x509.subjectdn": "CN=.*"}}
            """);
    assertThat(made.status()).as(made.body()).isEqualTo(400);
    assertThat(made.body()).contains("x509.allow.regex.pattern.comparison must be false");
    assertThat(admin.get("/realms/app/clients?clientId=loose").json()).isEmpty();
  }

  @Test
  void aMissingVariableStopsTheStartWithItsName(@TempDir Path folder) {
    Map<String, String> incomplete = new HashMap<>(RealmFile.developmentEnvironment());
    incomplete.remove("GATEWAY_SECRET");
    ServerSpec.Builder spec =
        ServerSpec.builder()
            .name("placeholder")
            .shortLived()
            .environment(incomplete)
            .realmFile(RealmFile.shipped().writeTo(folder));
    assertThatThrownBy(() -> OwnServer.start(spec).close())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("GATEWAY_SECRET")
        .hasMessageNotContainingAny("RELYING_APP_SECRET, ", "relying-app-dev-secret");
  }

  @Test
  void theRealmHoldsWhatTheSpecPromises() {
    JsonNode app = admin.get("/realms/app").expect(200).json();
    assertThat(app.get("accessTokenLifespan").asInt()).as("J1").isEqualTo(900);
    assertThat(app.get("ssoSessionIdleTimeout").asInt()).as("S1").isEqualTo(86_400);
    assertThat(app.get("ssoSessionMaxLifespan").asInt()).as("J1").isEqualTo(2_592_000);
    assertThat(app.get("revokeRefreshToken").asBoolean()).as("J3").isTrue();
    assertThat(app.get("refreshTokenMaxReuse").asInt()).as("J3").isZero();
    assertThat(app.get("defaultSignatureAlgorithm").asText()).as("J1").isEqualTo("RS256");
    assertThat(app.get("passwordPolicy").asText())
        .as("P1, P8, P10")
        .contains(
            "length(8)",
            "notUsername",
            "notEmail",
            "breachedPassword(1)",
            "breachedPasswordAtLogin(warn)")
        .doesNotContain("hashAlgorithm");
    assertThat(app.get("otpPolicyAlgorithm").asText()).as("T1").isEqualTo("HmacSHA1");
    assertThat(app.get("otpPolicyLookAheadWindow").asInt()).as("T1").isEqualTo(1);
    assertThat(app.get("otpPolicyCodeReusable").asBoolean()).as("T1").isFalse();
    assertThat(app.get("bruteForceProtected").asBoolean()).as("L2").isTrue();
    assertThat(app.get("permanentLockout").asBoolean()).as("L2").isFalse();
    assertThat(app.get("failureFactor").asInt()).as("L2").isEqualTo(10);
    assertThat(app.get("quickLoginCheckMilliSeconds").asInt()).as("L2").isZero();
    assertThat(app.get("eventsEnabled").asBoolean() && app.get("adminEventsEnabled").asBoolean())
        .as("L6")
        .isTrue();
    assertThat(app.get("eventsExpiration").asLong()).as("L6").isEqualTo(7_776_000);
    assertThat(app.get("attributes").get("adminEventsExpiration").asText())
        .as("L6")
        .isEqualTo("7776000");
    assertThat(app.get("browserSecurityHeaders").get("strictTransportSecurity").asText())
        .as("L4")
        .contains("max-age=31536000");
    assertThat(app.get("verifyEmail").asBoolean()).as("VERIFY_EMAIL unset").isTrue();
    assertThat(app.get("loginTheme").asText()).as("B5").isEqualTo("bulwark");
  }
}
