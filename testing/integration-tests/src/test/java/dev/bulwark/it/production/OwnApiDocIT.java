package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** J2: the commands of docs/own-api.md give an API an audience and a scope of its own. */
@SharedRealm
class OwnApiDocIT {

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();

  @TempDir Path folder;

  @Test
  void aTokenWithTheScopeIsForTheApi() {
    run();
    JsonNode with = claims(realm.login("alice", Realm.PASSWORD, "openid orders:read"));
    assertThat(with.get("aud").toString()).contains("orders-api");
    assertThat(with.get("scope").asText().split(" ")).contains("orders:read");
    JsonNode without = claims(realm.login("alice", Realm.PASSWORD, "openid tasks:read"));
    assertThat(without.get("aud").toString()).doesNotContain("orders-api");

    JsonNode exchanged = claims(exchange(key("orders:read")));
    assertThat(exchanged.get("aud").toString()).contains("orders-api");
    assertThat(exchanged.get("scope").asText()).isEqualTo("orders:read");
  }

  private void run() {
    Commands.kcadm(
            folder,
            stack.url(),
            Map.of("CALLER", "dev-cli"),
            ShellBlock.of("docs/own-api.md", "Set it up").commands())
        .expect(0);
  }

  private String key(String scope) {
    String body =
        Json.of(
            Map.of(
                "name", "orders",
                "scopes", List.of(scope),
                "owner", Map.of("type", "user", "id", stack.admin().userId("alice"))));
    return stack.admin().post("/realms/app/api-keys", body).expect(201).text("key");
  }

  private Response exchange(String key) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key", "client_id", "dev-cli"),
        "X-API-Key",
        key);
  }

  private static JsonNode claims(Response tokens) {
    return Realm.claims(tokens.expect(200).text("access_token"));
  }
}
