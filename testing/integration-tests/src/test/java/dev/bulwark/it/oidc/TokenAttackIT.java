package dev.bulwark.it.oidc;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/**
 * J1–J3: tokens that are forged, meant for others, expired or used as another kind. Each attack is
 * tried at every door that takes a token: userinfo, introspection, Keycloak's Account and Admin
 * REST, and this bundle's own REST of the API keys; for comparison the real token opens them.
 */
@SharedRealm
class TokenAttackIT {

  /** A public client with the password grant whose tokens may manage account and keys. */
  private static final String CLIENT = "token-attack";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final AdminApi admin = stack.admin();

  @BeforeAll
  static void client() {
    AdminApi admin = TestStack.get().admin();
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "token-attack", "publicClient": true, "directAccessGrantsEnabled": true,
             "standardFlowEnabled": false, "fullScopeAllowed": true,
             "attributes": {"api-key.manage": "true"},
             "defaultClientScopes": ["acr", "basic", "roles", "profile", "web-origins", "gateway"]}
            """)
        .expect(201);
    String management = admin.clientUuid("realm-management");
    String roles =
        admin.get("/realms/app/clients/" + management + "/roles/view-users").expect(200).body();
    admin
        .post(
            "/realms/app/users/" + admin.userId("alice") + "/role-mappings/clients/" + management,
            "[" + roles + "]")
        .expect(204);
  }

  @Test
  void theRealTokenOpensEveryDoor() {
    String token = login().text("access_token");
    doors(token).forEach((door, open) -> assertThat(open).as(door).isTrue());
  }

  @Test
  void noForgedTokenOpensAnyDoor() {
    Response tokens = login();
    String publicKey = Http.get(realm.url()).expect(200).text("public_key");
    Map<String, String> forged = new ForgedTokens(tokens.text("access_token"), publicKey).all();
    assertThat(forged).hasSizeGreaterThan(40);
    forged.forEach(this::assertOpensNothing);
    new ForgedTokens(tokens.text("refresh_token"), publicKey)
        .all()
        .forEach(
            (attack, token) -> {
              Response refused = refresh(token).expect(400);
              assertThat(refused.text("error")).as(attack).isEqualTo("invalid_grant");
            });
    // None of it has hurt the session.
    refresh(tokens.text("refresh_token")).expect(200);
  }

  @Test
  void aTokenOfAnotherRealmOpensNothing() {
    String master =
        Http.postForm(
                stack.url() + "/realms/master/protocol/openid-connect/token",
                Map.of(
                    "grant_type",
                    "password",
                    "client_id",
                    "admin-cli",
                    "scope",
                    "openid",
                    "username",
                    TestStack.ADMIN_USERNAME,
                    "password",
                    TestStack.ADMIN_PASSWORD))
            .expect(200)
            .text("access_token");
    Map<String, Boolean> doors = doors(master);
    // The administrator of the server may administer every realm: that door is meant for him.
    doors.remove("admin REST");
    doors.forEach((door, open) -> assertThat(open).as(door).isFalse());
  }

  @Test
  void anIdTokenIsNoAccessToken() {
    assertOpensNothing("id token", login().text("id_token"));
    refresh(login().text("id_token")).expect(400);
  }

  @Test
  void aRefreshTokenIsNoAccessToken() {
    String refresh = login().text("refresh_token");
    // Introspection of a refresh token is for the client that got it, which gateway is not.
    assertOpensNothing("refresh token", refresh);
  }

  @Test
  void anAccessTokenIsNoRefreshToken() {
    Response tokens = login();
    Response refused = refresh(tokens.text("access_token")).expect(400);
    assertThat(refused.text("error")).isEqualTo("invalid_grant");
    refresh(tokens.text("refresh_token")).expect(200);
  }

  @Test
  void aTokenForAnotherAudienceIsNothingToAResourceServer() {
    String wide = realm.login("bob", Realm.PASSWORD, "openid tasks:read").text("access_token");
    String narrow = realm.login("bob").text("access_token");
    assertThat(introspectedBy("relying-app", wide)).isTrue();
    assertThat(introspectedBy("relying-app", narrow)).as("no relying-app in aud").isFalse();
    assertThat(introspectedBy("tasks-service", wide)).as("no tasks-service in aud").isFalse();
    assertThat(Realm.claims(narrow).get("aud").toString()).doesNotContain("relying-app");
    // Account and key management are for tokens that are meant for them.
    String service =
        realm
            .clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of())
            .expect(200)
            .text("access_token");
    Map<String, Boolean> doors = doors(service);
    assertThat(doors.get("account REST")).isFalse();
    assertThat(doors.get("admin REST")).isFalse();
    assertThat(doors.get("userinfo")).as("no scope openid").isFalse();
  }

  @Test
  void aRefreshTokenIsForTheClientThatGotIt() {
    String refresh = login().text("refresh_token");
    realm.refresh(refresh).expect(400);
    Http.postForm(
            realm.endpoint("token"),
            Map.of("grant_type", "refresh_token", "refresh_token", refresh),
            "Authorization",
            Realm.basic("relying-app", "relying-app-dev-secret"))
        .expect(400);
  }

  @Test
  void anExpiredTokenOpensNothing() {
    String path = "/realms/app/clients/" + admin.clientUuid(CLIENT);
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    ObjectNode short1 = client.deepCopy();
    ((ObjectNode) short1.get("attributes"))
        .put("access.token.lifespan", "1")
        .put("client.session.idle.timeout", "3");
    admin.put(path, short1.toString()).expect(204);
    try {
      Response tokens = login();
      String access = tokens.text("access_token");
      await().atMost(SOON).until(() -> !realm.isActive(access));
      assertOpensNothing("expired", access);
      awaitSecondAfter(Realm.claims(tokens.text("refresh_token")).get("exp").asLong());
      assertThat(refresh(tokens.text("refresh_token")).expect(400).text("error"))
          .isEqualTo("invalid_grant");
    } finally {
      ((ObjectNode) client.get("attributes"))
          .put("access.token.lifespan", "")
          .put("client.session.idle.timeout", "");
      admin.put(path, client.toString()).expect(204);
    }
  }

  @Test
  void reuseOfARotatedRefreshTokenEndsTheSessionAndIsInRedis() {
    Response first = login();
    // Keycloak knows an older token by its second: two refreshes within one look alike to it.
    awaitSecondAfter(Realm.claims(first.text("refresh_token")).get("iat").asLong());
    Response second = refresh(first.text("refresh_token")).expect(200);
    Response third = refresh(second.text("refresh_token")).expect(200);

    assertThat(refresh(first.text("refresh_token")).expect(400).text("error"))
        .isEqualTo("invalid_grant");

    refresh(third.text("refresh_token")).expect(400);
    try (RedisClient redis = RedisClient.create(stack.redis().url())) {
      for (Response tokens : List.of(first, second, third)) {
        String access = tokens.text("access_token");
        assertOpensNothing("session ended by reuse", access);
        String key = "revoked:" + Realm.claims(access).get("jti").asText();
        await().atMost(SOON).untilAsserted(() -> assertThat(redis.get(key)).isEqualTo("1"));
      }
    }
    String sid = Realm.claims(first.text("access_token")).get("sid").asText();
    for (JsonNode session :
        admin.get("/realms/app/users/" + admin.userId("alice") + "/sessions").expect(200).json()) {
      if (session.get("id").asText().equals(sid)) {
        assertThat(session.get("clients").toString()).doesNotContain(CLIENT);
      }
    }
  }

  @Test
  void aTokenInTheAddressIsNotTaken() {
    String token = login().text("access_token");
    assertThat(Http.get(realm.endpoint("userinfo") + "?access_token=" + token).status())
        .as("RFC 9700, 4.3.2: addresses are logged")
        .isEqualTo(401);
  }

  @Test
  void everyTokenHasItsOwnIdAndKindAndAlgorithm() {
    Response tokens = login();
    Response more = refresh(tokens.text("refresh_token")).expect(200);
    List<String> ids =
        List.of(
            id(tokens, "access_token"),
            id(tokens, "refresh_token"),
            id(more, "access_token"),
            id(more, "refresh_token"));
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.length() >= 36);
    assertThat(Realm.header(tokens.text("access_token")).get("alg").asText()).isEqualTo("RS256");
    assertThat(Realm.claims(tokens.text("access_token")).get("typ").asText()).isEqualTo("Bearer");
    assertThat(Realm.claims(tokens.text("refresh_token")).get("typ").asText()).isEqualTo("Refresh");
  }

  private static String id(Response tokens, String name) {
    return Realm.claims(tokens.text(name)).get("jti").asText();
  }

  private void assertOpensNothing(String attack, String token) {
    doors(token).forEach((door, open) -> assertThat(open).as(attack + " at " + door).isFalse());
  }

  /** Which doors the token opens; an answer that is neither yes nor no fails. */
  private Map<String, Boolean> doors(String token) {
    Map<String, Boolean> doors = new LinkedHashMap<>();
    doors.put("userinfo", opens(realm.endpoint("userinfo"), token));
    doors.put("introspection", introspects(token));
    doors.put("account REST", opens(realm.url() + "/account", token));
    doors.put("admin REST", opens(stack.url() + "/admin/realms/app/users?max=1", token));
    doors.put("key REST", opens(realm.url() + "/api-keys", token));
    return doors;
  }

  /** What cannot be read at all is a bad request instead of an inactive token. */
  private boolean introspects(String token) {
    Response answer = realm.introspect(token);
    assertThat(answer.status()).as(answer.body()).isIn(200, 400);
    return answer.status() == 200 && answer.json().get("active").asBoolean();
  }

  private static boolean opens(String url, String token) {
    Response answer =
        Http.get(url, "Authorization", "Bearer " + token, "Accept", "application/json");
    if (answer.status() == 500 && !url.endsWith("/api-keys")) {
      // Keycloak's own REST stumbles over a header without "alg": a refusal all the same.
      assertThat(Realm.header(token).path("alg").asText()).as(url).isEmpty();
      return false;
    }
    assertThat(answer.status()).as(url + ": " + answer.body()).isIn(200, 401, 403);
    return answer.status() == 200;
  }

  private static void awaitSecondAfter(long epochSecond) {
    await().atMost(SOON).until(() -> Instant.now().getEpochSecond() > epochSecond);
  }

  private boolean introspectedBy(String client, String token) {
    return Http.postForm(
            realm.endpoint("token/introspect"),
            Map.of("token", token),
            "Authorization",
            Realm.basic(client, client + "-dev-secret"))
        .expect(200)
        .json()
        .get("active")
        .asBoolean();
  }

  private Response login() {
    return Http.postForm(
            realm.endpoint("token"),
            Map.of(
                "grant_type",
                "password",
                "client_id",
                CLIENT,
                "scope",
                "openid",
                "username",
                "alice",
                "password",
                Realm.PASSWORD))
        .expect(200);
  }

  private Response refresh(String token) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "refresh_token", "client_id", CLIENT, "refresh_token", token));
  }
}
