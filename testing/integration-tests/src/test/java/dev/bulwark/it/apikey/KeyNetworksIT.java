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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K10: a key is good in its networks only; the address is the one that the gateway tells. */
@SharedRealm
class KeyNetworksIT {

  private static final String OFFICE = "[\"192.0.2.0/24\",\"2001:db8:0ff1::/48\"]";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();

  @BeforeEach
  void believeAddresses() {
    Keys.believeAddresses(admin);
  }

  @AfterEach
  void shipped() {
    KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
  }

  private static String body(String networks) {
    return "{\"name\":\"bound\",\"scopes\":[\"tasks:read\"],\"allowedNetworks\":" + networks + "}";
  }

  private JsonNode make(String networks) {
    return keys.create(keys.token("alice"), body(networks)).expect(201).json();
  }

  private static String withoutReason(Response refused) {
    return refused.status() + refused.header("Content-Type") + refused.body();
  }

  @Test
  void aUseFromElsewhereLooksLikeAnUnknownKey() {
    JsonNode made = make(OFFICE);
    assertThat(made.get("allowedNetworks")).hasSize(2);
    String key = made.get("key").asText();
    keys.verifyFrom("192.0.2.77", key).expect(200);
    keys.verifyFrom("2001:db8:ff1:5::1", key).expect(200);
    Response unknown = keys.verifyFrom("203.0.113.1", key.substring(0, 40) + "x");
    assertThat(withoutReason(keys.verifyFrom("203.0.113.2", key)))
        .isEqualTo(withoutReason(unknown.expect(403)));
    assertThat(withoutReason(keys.verifyFrom("no address", key))).isEqualTo(withoutReason(unknown));
    // An expired or inactive key is refused for the same reason.
    String own = "/" + made.get("id").asText();
    keys.send("PATCH", own, keys.token("alice"), Json.object("active", false)).expect(200);
    keys.verifyFrom("203.0.113.2", key).expect(403);

    List<String> reasons = new ArrayList<>();
    admin
        .get("/realms/app/events?type=OAUTH2_EXTENSION_GRANT_ERROR&user=" + admin.userId("alice"))
        .expect(200)
        .json()
        .forEach(
            event -> {
              if (event.at("/details/api_key").asText().equals(made.get("id").asText())) {
                reasons.add(
                    event.at("/details/reason").asText()
                        + " "
                        + event.at("/details/api_key_address").asText());
              }
            });
    assertThat(reasons)
        .as("one of each address in a minute")
        .containsExactlyInAnyOrder(
            "api_key_network_not_allowed 203.0.113.2", "api_key_network_not_allowed no address");
  }

  /** Else the missing limit on wrong keys would tell a thief that the key exists. */
  @Test
  void usesFromElsewhereCountAsWrongKeys() {
    String key = make(OFFICE).get("key").asText();
    int refused = 0;
    int status = 403;
    while (status == 403 && refused < 100) {
      status = keys.verifyFrom("203.0.113.40", key).status();
      refused++;
    }
    assertThat(status).isEqualTo(429);
    assertThat(refused).isEqualTo(31);
    keys.verifyFrom("192.0.2.1", key).expect(200);
  }

  @Test
  void everyDoorAsks() {
    JsonNode here = make("[\"127.0.0.0/8\",\"::1\"]");
    JsonNode elsewhere = make("[\"203.0.113.0/24\"]");
    keys.exchange(here.get("key").asText(), null).expect(200);
    Response refused = keys.exchange(elsewhere.get("key").asText(), null).expect(400);
    assertThat(refused.text("error_description")).isEqualTo("Invalid or revoked API key");
    assertThat(introspect(elsewhere, "203.0.113.9")).isTrue();
    assertThat(introspect(elsewhere, "198.51.100.9")).isFalse();
  }

  private boolean introspect(JsonNode key, String address) {
    return Http.postForm(
            realm.endpoint("token/introspect"),
            Map.of("token", key.get("key").asText()),
            "Authorization",
            Keys.GATEWAY,
            "X-Real-IP",
            address)
        .expect(200)
        .json()
        .get("active")
        .asBoolean();
  }

  /** Fails closed: the address of the gateway is not that of the sender. */
  @Test
  void aGatewayThatTellsNoAddressIsTheSender() {
    String path = "/realms/app/clients/" + admin.clientUuid("gateway");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    ((ObjectNode) client.get("attributes")).put("api-key.verify.address-header", "");
    admin.put(path, client.toString()).expect(204);
    keys.verifyFrom("192.0.2.1", make(OFFICE).get("key").asText()).expect(403);
    keys.verifyFrom("192.0.2.1", make("[\"127.0.0.1\"]").get("key").asText()).expect(200);
  }

  @Test
  void aChangeHoldsAtOnceAndEndsTokensWhenItNarrows() {
    JsonNode made = keys.made("alice", "free", "tasks:read");
    assertThat(made.get("allowedNetworks").isNull()).isTrue();
    String key = made.get("key").asText();
    String own = "/" + made.get("id").asText();
    String token = keys.token("alice");
    String exchanged = keys.exchange(key, null).expect(200).text("access_token");
    keys.verifyFrom("203.0.113.60", key).expect(200);
    keys.send("PATCH", own, token, "{\"allowedNetworks\":" + OFFICE + "}").expect(200);
    keys.verifyFrom("203.0.113.60", key).expect(403);
    keys.verifyFrom("192.0.2.1", key).expect(200);
    assertThat(keys.introspect(exchanged).get("active").asBoolean()).isFalse();
    JsonNode next =
        keys.send("POST", own + "/rotate", token, Json.object("overlapSeconds", 0))
            .expect(201)
            .json();
    assertThat(next.get("allowedNetworks").toString()).isEqualTo(OFFICE);
    keys.verifyFrom("203.0.113.60", next.get("key").asText()).expect(403);
    own = "/" + next.get("id").asText();
    keys.send("PATCH", own, token, Json.object("allowedNetworks", null)).expect(200);
    keys.verifyFrom("203.0.113.61", next.get("key").asText()).expect(200);
  }

  @Test
  void keysOfClientsHaveNetworksToo() {
    JsonNode made =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read"], "allowedNetworks": ["192.0.2.0/24"],
                 "owner": {"type": "client", "id": "tasks-service"}}
                """)
            .expect(201)
            .json();
    String key = made.get("key").asText();
    keys.verifyFrom("192.0.2.5", key).expect(200);
    keys.verifyFrom("203.0.113.70", key).expect(403);
    String service =
        realm
            .clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of())
            .expect(200)
            .text("access_token");
    String own = "/" + made.get("id").asText();
    keys.send("PATCH", own, service, Json.object("allowedNetworks", null)).expect(403);
    keys.send("PATCH", own, service, Json.object("rateLimit", Map.of("requests", 9, "seconds", 60)))
        .expect(200);
    keys.send("PATCH", own, service, Json.object("rateLimit", null)).expect(403);
    admin
        .patch(
            "/realms/app/api-keys" + own, Json.object("allowedNetworks", List.of("203.0.113.0/24")))
        .expect(200);
    keys.verifyFrom("203.0.113.70", key).expect(200);
  }

  @Test
  void aRealmMayReserveNetworksForAdministrators() {
    KeyPages.limits(admin, Json.object("owner-networks", "false"));
    String token = keys.token("alice");
    assertThat(keys.create(token, body(OFFICE)).expect(403).text("detail"))
        .isEqualTo("Only an administrator of this realm sets allowedNetworks");
    Response settings = keys.send("GET", "/settings", token, null).expect(200);
    assertThat(settings.json().get("settable").toString()).doesNotContain("allowedNetworks");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "\"192.0.2.0/24\"",
        "[\"example.org\"]",
        "[\"192.0.2.0/33\"]",
        "[\"192.0.2.0/24\",7]",
        "{}",
      })
  void otherNetworksAreRefused(String networks) {
    keys.create(keys.token("alice"), body(networks)).expect(400);
  }
}
