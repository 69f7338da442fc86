package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** J5: a client policy that refuses a client's token requests refuses those with a key too. */
@SharedRealm
class ClientPoliciesIT {

  private static final String PROFILES =
      """
      {"profiles": [{"name": "refused", "executors":
         [{"executor": "reject-request", "configuration": {}}]},
        {"name": "no-keys", "executors":
         [{"executor": "secure-client-authenticator", "configuration":
           {"allowed-client-authenticators": ["client-secret"],
            "default-client-authenticator": "client-secret"}}]}]}
      """;

  private static final AdminApi ADMIN = TestStack.get().admin();

  private final Realm realm = TestStack.get().realm();
  private final Keys keys = new Keys(realm);

  @BeforeAll
  static void client() {
    KeyFlows flows = new KeyFlows(ADMIN);
    flows.clientAuthentication();
    ADMIN
        .post(
            "/realms/app/clients",
            """
            {"clientId": "worker", "secret": "worker-secret", "serviceAccountsEnabled": true,
             "optionalClientScopes": ["tasks:read"]}
            """)
        .expect(201);
    flows.authenticatesByKey("worker");
    ADMIN.put("/realms/app/client-policies/profiles", PROFILES).expect(204);
  }

  @Test
  void aPolicyRefusesTheKeyGrant() {
    String key = keys.made("carol", "policy", "tasks:read").get("key").asText();
    mark("dev-cli");
    keys.exchange(key, null).expect(200);
    policy("refused");
    assertRefused(keys.exchange(key, null), "Request not allowed");
    noPolicy();
    keys.exchange(key, null).expect(200);
  }

  @Test
  void aPolicyRefusesAClientThatAuthenticatesWithAKey() {
    JsonNode made =
        ADMIN
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read"], "expiresAt": null,
                 "owner": {"type": "client", "id": "worker"}}
                """)
            .expect(201)
            .json();
    String key = made.get("key").asText();
    mark("worker");
    clientToken(key).expect(200);
    policy("refused");
    assertRefused(clientToken(key), "Request not allowed");
    // A profile that names the allowed kinds of client authentication, as FAPI's do.
    policy("no-keys");
    Response refused = clientToken(key);
    assertThat(refused.status()).as(refused.body()).isBetween(400, 401);
    assertThat(refused.body()).doesNotContain("access_token");
    noPolicy();
    clientToken(key).expect(200);
  }

  private Response clientToken(String key) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "client_credentials", "client_id", "worker"),
        "X-API-Key",
        key);
  }

  private static void assertRefused(Response refused, String reason) {
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.text("error")).isEqualTo("invalid_request");
    assertThat(refused.text("error_description")).isEqualTo(reason);
    assertThat(refused.body()).doesNotContain("access_token");
  }

  /** Has the policy be about this client. */
  private static void mark(String client) {
    String path = "/realms/app/clients/" + ADMIN.clientUuid(client);
    ObjectNode representation = (ObjectNode) ADMIN.get(path).expect(200).json();
    representation.withObject("/attributes").put("policy.test", "yes");
    ADMIN.put(path, representation.toString()).expect(204);
  }

  private static void policy(String profile) {
    ADMIN
        .put(
            "/realms/app/client-policies/policies",
            """
            {"policies": [{"name": "test", "enabled": true, "profiles": ["%s"], "conditions":
              [{"condition": "client-attributes",
                "configuration": {"attributes": "[{\\"key\\":\\"policy.test\\",\\"value\\":\\"yes\\"}]"}}]}]}
            """
                .formatted(profile))
        .expect(204);
  }

  @AfterEach
  void noPolicyIsLeft() {
    noPolicy();
  }

  private static void noPolicy() {
    ADMIN
        .put("/realms/app/client-policies/policies", Json.object("policies", List.of()))
        .expect(204);
  }
}
