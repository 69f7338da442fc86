package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K10: free names and values of a key. */
@SharedRealm
class KeyMetadataIT {

  private final TestStack stack = TestStack.get();
  private final Keys keys = new Keys(stack.realm());
  private final AdminApi admin = stack.admin();

  @AfterEach
  void shipped() {
    KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
  }

  private static String body(String metadata) {
    return "{\"name\":\"m\",\"scopes\":[\"tasks:read\"],\"metadata\":" + metadata + "}";
  }

  private String patched(String id, String metadata) {
    return Http.send(
            Http.request(keys.url() + "/" + id)
                .header("Authorization", "Bearer " + keys.token("alice"))
                .header("Content-Type", "application/merge-patch+json")
                .method(
                    "PATCH",
                    HttpRequest.BodyPublishers.ofString("{\"metadata\":" + metadata + "}")))
        .expect(200)
        .json()
        .get("metadata")
        .toString();
  }

  @Test
  void isReturnedAndChangedByName() {
    JsonNode made =
        keys.create(
                keys.token("alice"),
                body("{\"team\":\"Gr\u00fc\u00dfe, \\\"x\\\"\",\"env\":\"prod\"}"))
            .expect(201)
            .json();
    String all = "{\"env\":\"prod\",\"team\":\"Gr\u00fc\u00dfe, \\\"x\\\"\"}";
    assertThat(made.get("metadata").toString()).isEqualTo(all);
    String id = made.get("id").asText();
    Response verified = keys.verify(made.get("key").asText()).expect(200);
    assertThat(verified.json().get("metadata").toString()).isEqualTo(all);
    assertThat(verified.headers().map().toString()).as("in no header").doesNotContain("prod");

    assertThat(patched(id, Json.object("team", null, "ticket", "42")))
        .isEqualTo("{\"env\":\"prod\",\"ticket\":\"42\"}");
    assertThat(admin.get("/realms/app/api-keys/" + id).expect(200).json().get("metadata"))
        .hasSize(2);
    assertThat(patched(id, "{}")).isEqualTo("{\"env\":\"prod\",\"ticket\":\"42\"}");
    assertThat(patched(id, "null")).isEqualTo("{}");
    assertThat(keys.made("alice", "without", "tasks:read").get("metadata").toString())
        .isEqualTo("{}");
  }

  /** It gives a key nothing, so the age of the login does not matter, and tokens stay. */
  @Test
  void keysOfClientsKeepItInExportsAndRotations() {
    JsonNode made =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read"], "metadata": {"team": "billing"},
                 "owner": {"type": "client", "id": "tasks-service"}}
                """)
            .expect(201)
            .json();
    String id = made.get("id").asText();
    assertThat(
            admin
                .get("/realms/app/clients/" + admin.clientUuid("tasks-service"))
                .expect(200)
                .json()
                .at("/attributes/api-key.key." + id)
                .asText())
        .contains("\"metadata\":{\"team\":\"billing\"}");
    JsonNode next = admin.post("/realms/app/api-keys/" + id + "/rotate", "{}").expect(201).json();
    assertThat(next.at("/metadata/team").asText()).isEqualTo("billing");
  }

  @Test
  void aRealmMayReserveItForAdministrators() {
    KeyPages.limits(admin, Json.object("owner-metadata", "false"));
    String token = keys.token("alice");
    assertThat(keys.create(token, body(Json.object("a", "b"))).expect(403).text("detail"))
        .isEqualTo("Only an administrator of this realm sets metadata");
    keys.create(token, body("{}")).expect(201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "\"text\"",
        "{\"a\":1}",
        "{\"a\":{}}",
        "{\"a b\":\"c\"}",
        "{\"\":\"c\"}",
        "{\"a\":\"b\\u0000\"}",
      })
  void otherMetadataIsRefused(String metadata) {
    keys.create(keys.token("alice"), body(metadata)).expect(400);
  }
}
