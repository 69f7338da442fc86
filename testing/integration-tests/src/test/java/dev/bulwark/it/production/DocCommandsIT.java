package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.Programs;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B1: commands of documents that need a server and nothing else. Those of a guide have a test of
 * their own.
 */
@SharedRealm
@Tag("slow")
class DocCommandsIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final AdminApi ADMIN = STACK.admin();

  /** Fails where the server answers with an error. */
  private static final String CURL = "curl() { command curl -sS --fail-with-body \"$@\"; }\n";

  private static final Pattern KEY = Pattern.compile("\"key\":\"(atk_[^\"]+)\"");

  @TempDir Path folder;

  @BeforeAll
  static void tools() {
    Programs.require("curl", "curl");
  }

  @Test
  void anOwnerManagesKeys() {
    JsonNode key = created("managed");
    String output =
        curl(
            Map.of("TOKEN", token(), "ID", key.get("id").asText()),
            ShellBlock.of("apikey-authenticator/README.md", "Use").commands());
    assertThat(KEY.matcher(output).results())
        .as("one made, one in the place of the other")
        .hasSize(2);
    assertThat(ownedBy("alice")).isEmpty();
  }

  @Test
  void aKeyIsExchangedAndVerified() {
    Map<String, String> environment =
        Map.of("KEY", created("used").get("key").asText(), "GATEWAY_SECRET", "gateway-dev-secret");
    String token =
        curl(environment, ShellBlock.of("apikey-authenticator/README.md", "Use", 2).commands());
    assertThat(Json.parse(token).get("token_type").asText()).isEqualTo("Bearer");
    assertThat(
            curl(environment, ShellBlock.of("apikey-authenticator/README.md", "Use", 3).commands()))
        .contains("X-Auth-Scopes: tasks:read", "\"active\":true");
  }

  @Test
  void aKeyHasARateLimitAndTheAdministratorListsUnusedOnes() {
    String made =
        curl(
            Map.of("TOKEN", token()),
            ShellBlock.of("docs/api-keys/restrict.md", "Rate limit of a key").commands());
    assertThat(Json.parse(made).at("/rateLimit/requests").asInt()).isEqualTo(100);
    String listed =
        curl(
            Map.of("TOKEN", AdminApi.token(STACK.url()), "KEYCLOAK", STACK.url().toString()),
            ShellBlock.of("docs/api-keys/rest.md", "The administrator's list").commands());
    assertThat(Json.parse(listed).isArray()).isTrue();
  }

  @Test
  void aKeyTakesThePlaceOfThePassword() {
    kcadm(
        Map.of(),
        ShellBlock.of("docs/api-keys/grants.md", "Clients that know only Keycloak's own grants")
            .commands());
    String flows = "/realms/app/authentication/flows";
    for (JsonNode execution : ADMIN.get(flows + "/password-or-key/executions").expect(200).json()) {
      String requirement = execution.get("level").asInt() == 0 ? "ALTERNATIVE" : "REQUIRED";
      ((ObjectNode) execution).put("requirement", requirement);
      ADMIN.put(flows + "/password-or-key/executions", execution.toString()).expect(204);
    }
    ADMIN
        .post(
            "/realms/app/clients",
            Json.object(
                "clientId",
                "legacy",
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "optionalClientScopes",
                List.of("tasks:read"),
                "authenticationFlowBindingOverrides",
                Map.of("direct_grant", flow("password-or-key"))))
        .expect(201);
    String token =
        curl(
            Map.of("KEY", created("password").get("key").asText()),
            ShellBlock.of(
                    "docs/api-keys/grants.md", "Clients that know only Keycloak's own grants", 2)
                .commands());
    assertThat(Realm.claims(Json.parse(token).get("access_token").asText()).get("scope").asText())
        .isEqualTo("tasks:read");
  }

  private static String flow(String alias) {
    for (JsonNode flow : ADMIN.get("/realms/app/authentication/flows").expect(200).json()) {
      if (flow.get("alias").asText().equals(alias)) {
        return flow.get("id").asText();
      }
    }
    throw new AssertionError("no flow " + alias);
  }

  @Test
  void clientsAuthenticateWithKeys() {
    ADMIN.post("/realms/app/clients", Json.object("clientId", "keyed")).expect(201);
    String uuid = ADMIN.clientUuid("keyed");
    kcadm(
        Map.of("UUID", uuid, "F", "authentication/flows"),
        ShellBlock.of("docs/api-keys/grants.md", "Clients that know only Keycloak's own grants", 3)
            .commands());
    assertThat(ADMIN.get("/realms/app/clients/" + uuid).expect(200).text("clientAuthenticatorType"))
        .isEqualTo("client-api-key");
    assertThat(ADMIN.get("/realms/app").expect(200).text("clientAuthenticationFlow"))
        .isEqualTo("clients-or-keys");
  }

  /** Each sets what its feature looks for; the tests of the feature set the same. */
  @Test
  void featuresAreSwitchedOn() {
    ADMIN
        .post(
            "/realms/app/identity-provider/instances",
            Json.object(
                "alias", "okta",
                "providerId", "oidc",
                "config", Map.of("clientId", "bulwark", "issuer", "https://okta.example.org")))
        .expect(201);
    String uuid = ADMIN.clientUuid("dev-cli");
    kcadm(
        Map.of("CALLER", "tasks-service", "CLIENT_UUID", uuid),
        ShellBlock.of("features/backchannel-logout/README.md", "Switch it on").commands()
            + ShellBlock.of("features/global-token-revocation/README.md", "A client of the realm")
                .commands()
            + ShellBlock.of(
                    "features/global-token-revocation/README.md", "An issuer with a signed JWT")
                .commands()
            + ShellBlock.of("features/token-status-list/README.md", "Quick use").commands());
    assertThat(ADMIN.get("/realms/app").json().at("/attributes/backchannelLogout.durable").asText())
        .isEqualTo("true");
    assertThat(
            ADMIN
                .get("/realms/app/identity-provider/instances/okta")
                .json()
                .at("/config/globalTokenRevocation")
                .asText())
        .isEqualTo("true");
    assertThat(
            ADMIN
                .get(
                    "/realms/app/clients/"
                        + ADMIN.clientUuid("tasks-service")
                        + "/optional-client-scopes")
                .json()
                .findValuesAsText("name"))
        .contains("global-token-revocation");
    assertThat(Realm.claims(REALM.login("bob").text("access_token")).has("status")).isTrue();
  }

  @Test
  void theStoredHashesAreCounted() throws Exception {
    String output =
        Commands.bash(
                folder,
                Map.of("TOKEN", AdminApi.token(STACK.url()), "KEYCLOAK", STACK.url().toString()),
                ShellBlock.of("docs/migration.md", "How far it is").commands())
            .expect(0)
            .output();
    assertThat(new ObjectMapper().readTree(output).get("total").asInt()).isPositive();
  }

  @Test
  void kcadmLogsInByTheSecretOfAClient() {
    ADMIN
        .post(
            "/realms/master/clients",
            Json.object(
                "clientId",
                "automation",
                "secret",
                "automation-test-secret",
                "serviceAccountsEnabled",
                true,
                "standardFlowEnabled",
                false))
        .expect(201);
    try {
      String commands =
          ShellBlock.of("docs/configuration.md", "The realm master", 2)
              .commands()
              .replace("https://admin.example.org", STACK.url().toString());
      kcadm(Map.of("KC_CLI_CLIENT_SECRET", "automation-test-secret"), commands);
    } finally {
      String client =
          ADMIN.get("/realms/master/clients?clientId=automation").json().get(0).get("id").asText();
      ADMIN.delete("/realms/master/clients/" + client).expect(204);
    }
  }

  private static JsonNode created(String name) {
    return ADMIN
        .post(
            "/realms/app/api-keys",
            Json.object(
                "name", name,
                "scopes", List.of("tasks:read"),
                "owner", Map.of("type", "user", "id", ADMIN.userId("alice"))))
        .expect(201)
        .json();
  }

  private static List<String> ownedBy(String user) {
    return ADMIN
        .get("/realms/app/api-keys?owner=user:" + ADMIN.userId(user))
        .expect(200)
        .json()
        .findValuesAsText("id");
  }

  private static String token() {
    return REALM.login("alice").text("access_token");
  }

  private String curl(Map<String, String> environment, String commands) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("REALM", REALM.url());
    return Commands.bash(folder, all, CURL + commands).expect(0).output();
  }

  private void kcadm(Map<String, String> environment, String commands) {
    Commands.kcadm(folder, STACK.url(), environment, commands).expect(0);
  }
}
