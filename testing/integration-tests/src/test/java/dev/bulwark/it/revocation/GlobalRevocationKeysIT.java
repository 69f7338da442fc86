package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.GlobalRevoker;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * R10: tokens that no session carries end as well, above all those that were exchanged for API
 * keys. The keys stay unless the realm wants them to go.
 */
class GlobalRevocationKeysIT {

  /** More than a few only if each call takes longer than the rest of its second. */
  private static final int TRIES = 50;

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "global-revocation-keys");
  private static final GlobalRevoker REVOKER =
      GlobalRevoker.addTo(STACK.admin(), new Realm(STACK.url(), REALM.name()));
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  /** Not-before, by which Keycloak ends such tokens, has the grain of a second. */
  @Test
  void aTokenOfAKeyEndsInItsOwnSecondToo() {
    String id = REALM.createUser("fay");
    String key = newKey(id);
    assertEndsInItsOwnSecond(id, () -> exchange(key).expect(200));
  }

  @Test
  void aTokenOfAServiceAccountEndsInItsOwnSecondToo() {
    assertEndsInItsOwnSecond(REALM.userId("service-account-service"), REALM::service);
  }

  private static void assertEndsInItsOwnSecond(String userId, Supplier<Response> issue) {
    boolean seen = false;
    for (int i = 0; i < TRIES && !seen; i++) {
      Response token = issue.get();
      REVOKER.end(userId).expect(204);
      DEATHS.assertDead(token);
      seen = issuedAt(token) == notBefore(userId);
      Response later = issue.get();
      DEATHS.assertAlive(later);
    }
    assertThat(seen).as("a call in the second of a token").isTrue();
  }

  /** A program with the key goes on with its next exchange. */
  @Test
  void theKeyStaysByDefault() {
    String id = REALM.createUser("ida");
    String key = newKey(id);
    Response token = exchange(key).expect(200);
    REVOKER.end(id).expect(204);
    DEATHS.assertDead(token);
    Response next = exchange(key).expect(200);
    DEATHS.assertAlive(next);
    assertThat(keysOf(id)).isEqualTo(1);
  }

  @Test
  void theKeyGoesWithTheOption() {
    String id = REALM.createUser("jan");
    String key = newKey(id);
    String of = newKey(REALM.userId("ben"));
    REALM.update("", Map.of("attributes", Map.of("globalTokenRevocation.apiKeys", "true")));
    try {
      Response token = exchange(key).expect(200);
      Response others = exchange(of).expect(200);
      REVOKER.end(id).expect(204);
      DEATHS.assertDead(token);
      DEATHS.assertAlive(others);
      assertThat(exchange(key).expect(400).text("error")).isEqualTo("invalid_grant");
      assertThat(keysOf(id)).isZero();
      exchange(of).expect(200);
    } finally {
      REALM.update("", Map.of("attributes", Map.of("globalTokenRevocation.apiKeys", "false")));
    }
  }

  private static String newKey(String userId) {
    return REALM
        .admin()
        .post(
            REALM.path("/api-keys"),
            Json.object("name", "k", "owner", Map.of("type", "user", "id", userId)))
        .expect(201)
        .text("key");
  }

  private static int keysOf(String userId) {
    return REALM
        .admin()
        .get(REALM.path("/api-keys?owner=user:" + userId))
        .expect(200)
        .json()
        .size();
  }

  private static Response exchange(String key) {
    return Http.postForm(
        REALM.endpoint("token"),
        Map.of(
            "grant_type",
            "urn:bulwark:params:oauth:grant-type:api-key",
            "client_id",
            "cli",
            "client_secret",
            PathRealm.SECRET),
        "X-API-Key",
        key);
  }

  private static long issuedAt(Response token) {
    return Realm.claims(token.text("access_token")).get("iat").asLong();
  }

  /** The second of the last call. */
  private static long notBefore(String userId) {
    return REALM
        .admin()
        .get(REALM.path("/users/" + userId))
        .expect(200)
        .json()
        .get("notBefore")
        .asLong();
  }
}
