package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.apikey.ApiKeySetup;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.ServerStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B2, L5: one JSON for every way of import, twice without harm, never with a placeholder left in
 * it.
 */
@SharedRealm(bruteForceProtection = true)
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
            // Keycloak itself refuses an address or a switch with a placeholder; here it is about
            // the
            // secrets.
            .replaceAll("\\$\\{(?:SMTP_[A-Z]+|[A-Z]+_ENABLED):([^}]*)}", "$1");
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

  @Test
  void aMissingVariableStopsTheStartWithItsName(@TempDir Path folder) {
    Map<String, String> incomplete = new HashMap<>(RealmFile.developmentEnvironment());
    incomplete.remove("GATEWAY_SECRET");
    ServerSpec spec =
        ServerSpec.builder()
            .name("placeholder")
            .environment(incomplete)
            .realmFile(RealmFile.shipped().writeTo(folder))
            .build();
    assertThatThrownBy(() -> KeycloakServer.start(spec).close())
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
        .as("P1, P8")
        .contains(
            "hashAlgorithm(argon2id)",
            "length(8)",
            "notUsername",
            "notEmail",
            "breachedPassword(1)");
    assertThat(app.get("otpPolicyAlgorithm").asText()).as("T1").isEqualTo("HmacSHA1");
    assertThat(app.get("otpPolicyLookAheadWindow").asInt()).as("T1").isEqualTo(1);
    assertThat(app.get("otpPolicyCodeReusable").asBoolean()).as("T1").isFalse();
    assertThat(app.get("bruteForceProtected").asBoolean()).as("L2").isTrue();
    assertThat(app.get("permanentLockout").asBoolean()).as("L2").isFalse();
    assertThat(app.get("eventsEnabled").asBoolean() && app.get("adminEventsEnabled").asBoolean())
        .as("L6")
        .isTrue();
    assertThat(app.get("browserSecurityHeaders").get("strictTransportSecurity").asText())
        .as("L4")
        .contains("max-age=31536000");
    assertThat(app.get("loginTheme").asText()).as("B5").isEqualTo("bulwark");
  }
}
