package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.RedisClient;

/** What every token of a key must be, whichever way it was had (K4). */
final class KeyTokens {

  private KeyTokens() {}

  /** The claims of the token of an answer, which has no more than the scope and no role. */
  static JsonNode assertLimited(Response answer, String keyId, String scope) {
    assertThat(answer.expect(200).json().has("refresh_token")).isFalse();
    assertThat(answer.json().has("id_token")).isFalse();
    assertThat(answer.text("scope")).isEqualTo(scope);
    assertThat(answer.json().get("expires_in").asLong()).isBetween(1L, 300L);
    assertThat(answer.header("Cache-Control")).contains("no-store");
    JsonNode claims = Realm.claims(answer.text("access_token"));
    assertThat(claims.get("api_key_id").asText()).isEqualTo(keyId);
    assertThat(claims.get("scope").asText()).isEqualTo(scope);
    assertThat(claims.get("jti").asText()).startsWith("trrtbk:");
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isBetween(1L, 300L);
    for (String claim : List.of("sid", "resource_access", "email")) {
      assertThat(claims.has(claim)).as(claim).isFalse();
    }
    // Said to be none: where a token says nothing of roles, Keycloak takes those of the user.
    assertThat(claims.at("/realm_access/roles").isArray()).isTrue();
    assertThat(claims.at("/realm_access/roles")).isEmpty();
    return claims;
  }

  /** The token opens nothing of Keycloak, whatever roles its owner has. */
  static void assertOpensNothing(Realm realm, String token) {
    String bearer = "Bearer " + token;
    for (String path :
        List.of(
            "/admin/realms/app",
            "/admin/realms/app/users",
            "/admin/realms/app/clients",
            "/admin/realms/app/api-keys",
            "/admin/serverinfo",
            "/realms/app/account",
            "/realms/app/account/credentials",
            "/realms/app/api-keys")) {
      int status =
          Http.get(realm.server() + path, "Authorization", bearer, "Accept", "application/json")
              .status();
      assertThat(status).as(path).isIn(401, 403);
    }
    Response exchanged =
        Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                token,
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token"),
            "Authorization",
            Realm.basic("relying-app", "relying-app-dev-secret"));
    assertThat(exchanged.status()).isIn(400, 403);
  }

  /** The token is at Redis for relying apps, and inactive for whoever introspects. */
  static void assertRevoked(Keys keys, String token) {
    assertRevoked(keys, TestStack.get().redis().url(), token);
  }

  /** The same for a server that writes to another Redis, or another database of it. */
  static void assertRevoked(Keys keys, String redisUrl, String token) {
    String jti = Realm.claims(token).get("jti").asText();
    try (RedisClient redis = RedisClient.create(redisUrl)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(redis.get("revoked:" + jti)).isEqualTo("1"));
    }
    assertThat(keys.introspect(token).get("active").asBoolean()).isFalse();
  }
}
