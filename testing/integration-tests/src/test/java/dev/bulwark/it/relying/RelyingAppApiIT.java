package dev.bulwark.it.relying;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.oidc.ForgedTokens;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.LocalRedis;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** J1, J2, J3, J4, R5, K5: the API of the relying app, used and attacked. */
@SharedRealm
class RelyingAppApiIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final AdminApi ADMIN = STACK.admin();
  private static final String BOTH = "openid tasks:read tasks:write";

  /** The reconciler finds a death without an event in its next rounds. */
  private static final Duration SILENT = Duration.ofSeconds(20);

  private static RunningApp app;

  @BeforeAll
  static void start() {
    app = RunningApp.get();
  }

  @BeforeEach
  void redisIsFed() {
    String token = token("alice", "openid tasks:read");
    await().atMost(Duration.ofSeconds(60)).until(() -> app.tasks(token).status() == 200);
  }

  private static String token(String user, String scope) {
    return REALM.login(user, Realm.PASSWORD, scope).expect(200).text("access_token");
  }

  /** RFC 6750, 3: without a token there is no error code. */
  @Test
  void withoutATokenTheChallengeSaysOnlyBearer() {
    for (String path : List.of("/api/tasks", "/api/admin/users", "/api/unknown")) {
      Response answer = Http.get(app.at(path));
      assertThat(answer.status()).as(path).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer").doesNotContain("error");
      assertThat(answer.header("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void tasksBelongToWhoeverMadeThem() {
    String alice = token("alice", BOTH);
    String id = app.create(alice, "Call the bank").expect(201).text("id");
    assertThat(id).isNotEmpty();
    assertThat(app.tasks(alice).expect(200).body()).contains("Call the bank");
    assertThat(app.tasks(token("bob", BOTH)).expect(200).body()).doesNotContain("Call the bank");
    Response service =
        REALM.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of("scope", BOTH));
    String machine = service.expect(200).text("access_token");
    app.create(machine, "Nightly job").expect(201);
    assertThat(app.tasks(machine).expect(200).body())
        .contains("Nightly job")
        .doesNotContain("Call the bank");
  }

  @Test
  void aTitleThatIsNoneIsRefused() {
    String token = token("alice", BOTH);
    app.create(token, "x".repeat(200)).expect(201);
    for (String title : List.of("", " ", "x".repeat(201), "a\0b", "a\nb")) {
      assertThat(app.create(token, title).status()).as("'" + title + "'").isEqualTo(400);
    }
  }

  /** J4: 403 names the scope that would do. */
  @Test
  void eachMethodNeedsItsScope() {
    String reader = token("alice", "openid tasks:read");
    insufficient(app.create(reader, "x"), "tasks:write");
    insufficient(app.tasks(token("alice", "openid tasks:write")), "tasks:read");
    insufficient(app.users(token("alice", BOTH)), "admin");
  }

  private static void insufficient(Response answer, String scope) {
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.header("WWW-Authenticate"))
        .startsWith("Bearer ")
        .contains("error=\"insufficient_scope\"", "scope=\"" + scope + "\"");
  }

  /** J2: the scope is granted to the role only, whoever asks for it. */
  @Test
  void onlyAnAdministratorSeesEverybody() {
    app.create(token("alice", BOTH), "mine").expect(201);
    insufficient(app.users(token("alice", "openid tasks:read admin")), "admin");
    String users = app.users(token("carol", "openid admin")).expect(200).body();
    assertThat(users).contains("\"alice\"", ADMIN.userId("alice"));
  }

  /** J1, J3, J4: none of these was ever signed as an access token for this application. */
  @Test
  void nothingButAnAccessTokenForThisAppIsTaken() {
    Response login = REALM.login("alice", Realm.PASSWORD, BOTH).expect(200);
    refused("ID token", login.text("id_token"));
    refused("refresh token", login.text("refresh_token"));
    refused("other audience", token("alice", "openid"));
    refused("no JWT", "abc");
    String key = Http.get(REALM.url()).expect(200).text("public_key");
    new ForgedTokens(login.text("access_token"), key).all().forEach(RelyingAppApiIT::refused);
    app.tasks(login.text("access_token")).expect(200);
  }

  /** J1: the other algorithm, for a client that is set to it. */
  @Test
  void aTokenSignedWithEs256IsTakenUntilItIsRevoked() {
    String realm = ADMIN.get("/realms/app").expect(200).text("id");
    ADMIN
        .post(
            "/realms/app/components",
            """
            {"name": "elliptic", "providerId": "ecdsa-generated", "parentId": "%s",
             "providerType": "org.keycloak.keys.KeyProvider"}
            """
                .formatted(realm))
        .expect(201);
    String path = "/realms/app/clients/" + ADMIN.clientUuid("dev-cli");
    String before = ADMIN.get(path).expect(200).body();
    try {
      ObjectNode client = (ObjectNode) ADMIN.get(path).expect(200).json();
      ((ObjectNode) client.get("attributes")).put("access.token.signed.response.alg", "ES256");
      ADMIN.put(path, client.toString()).expect(204);
      Response login = REALM.login("alice", Realm.PASSWORD, BOTH).expect(200);
      String token = login.text("access_token");
      assertThat(Realm.header(token).get("alg").asText()).isEqualTo("ES256");
      assertThat(Realm.header(login.text("id_token")).get("alg").asText()).isEqualTo("RS256");
      app.tasks(token).expect(200);
      REALM.userInfo(token).expect(200);
      Http.get(REALM.url() + "/api-keys", "Authorization", "Bearer " + token).expect(200);
      REALM.revoke(token).expect(200);
      refused("revoked", token);
    } finally {
      ADMIN.put(path, before).expect(204);
    }
  }

  /** The ID token that the app itself gets has the app as its audience. */
  @Test
  void anIdTokenMeantForThisAppIsNoAccessToken() {
    Response answer = app.tasks(IdTokens.of(REALM, app, "bob"));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
  }

  private static void refused(String what, String token) {
    Response answer = app.tasks(token);
    assertThat(answer.status()).as(what).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .as(what)
        .startsWith("Bearer ")
        .contains("error=\"invalid_token\"");
  }

  /** RFC 9700, 4.3.2: an address is logged and handed on. */
  @Test
  void aTokenInTheAddressIsNone() {
    String token = token("alice", BOTH);
    assertThat(Http.get(app.at("/api/tasks?access_token=" + token)).status()).isEqualTo(401);
  }

  /** Without leeway: Redis forgets a revoked token when it ends. */
  @Test
  void anExpiredTokenIsRefusedFromItsEndOn() {
    ADMIN.put("/realms/app", Json.object("accessTokenLifespan", 2)).expect(204);
    try {
      String token = token("alice", BOTH);
      long end = Realm.claims(token).get("exp").asLong() * 1000;
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> System.currentTimeMillis() > end);
      refused("expired", token);
    } finally {
      ADMIN.put("/realms/app", Json.object("accessTokenLifespan", 900)).expect(204);
    }
  }

  @Test
  void aLogoutOrARevocationCountsAtTheNextRequest() {
    Response login = REALM.login("alice", Realm.PASSWORD, BOTH).expect(200);
    Response other = REALM.login("alice", Realm.PASSWORD, BOTH).expect(200);
    REALM.logout(login.text("refresh_token")).expect(204);
    refused("logged out", login.text("access_token"));
    app.tasks(other.text("access_token")).expect(200);
    REALM.revoke(other.text("access_token")).expect(200);
    refused("revoked", other.text("access_token"));
  }

  @Test
  void aDisabledAndADeletedUsersTokensAreRefused() {
    for (boolean deleted : List.of(false, true)) {
      String name = deleted ? "deleted-one" : "disabled-one";
      ADMIN
          .post(
              "/realms/app/users",
              """
              {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
               "emailVerified": true, "firstName": "Some", "lastName": "One",
               "credentials": [{"type": "password", "value": "%2$s"}]}
              """
                  .formatted(name, Realm.PASSWORD))
          .expect(201);
      String token = token(name, BOTH);
      app.tasks(token).expect(200);
      String path = "/realms/app/users/" + ADMIN.userId(name);
      (deleted ? ADMIN.delete(path) : ADMIN.put(path, Json.object("enabled", false))).expect(204);
      await().atMost(SILENT).until(() -> app.tasks(token).status() == 401);
      refused(name, token);
    }
  }

  /** R5: fail closed. A dead token never passes, a good one is not called bad. */
  @Test
  void withoutRedisNobodyIsLetInAndNoTokenIsCalledBad() {
    Response dies = REALM.login("alice", Realm.PASSWORD, BOTH).expect(200);
    String lives = token("bob", BOTH);
    String otherAudience = token("alice", "openid");
    app.tasks(dies.text("access_token")).expect(200);
    STACK.redis().stop();
    try {
      Response answer = app.tasks(lives);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isNotEmpty();
      assertThat(answer.header("WWW-Authenticate")).isEmpty();
      REALM.logout(dies.text("refresh_token")).expect(204);
      assertThat(app.tasks(dies.text("access_token")).status()).isEqualTo(503);
      assertThat(app.tasks("abc").status()).as("is bad whatever Redis says").isEqualTo(401);
      refused("other audience while Redis is away", otherAudience);
      STACK.redis().startAgain();
      List<Integer> seen = new ArrayList<>();
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                seen.add(app.tasks(dies.text("access_token")).status());
                return app.tasks(lives).status() == 200;
              });
      assertThat(seen).doesNotContain(200);
      refused("logged out while Redis was away", dies.text("access_token"));
    } finally {
      if (!LocalRedis.answers(STACK.redis().port())) {
        STACK.redis().startAgain();
      }
    }
  }

  /** K5: what the gateway says counts when the gateway says it. */
  @Test
  void theGatewaysHeadersAreBelievedFromItsAddressOnly() {
    String[] request = {
      "GET /api/tasks HTTP/1.1",
      "X-Auth-Key-Id: some-key",
      "X-Auth-Subject: somebody",
      "X-Auth-Username: some%20body",
      "X-Auth-Client: ",
      "X-Auth-Scopes: tasks:read"
    };
    assertThat(RawHttp.status(RawHttp.sendFrom(RunningApp.GATEWAY, app.url(), request)))
        .isEqualTo(200);
    String spoofed = RawHttp.sendFrom("127.0.0.2", app.url(), request);
    assertThat(RawHttp.status(spoofed)).isEqualTo(401);
    for (String more :
        List.of("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1")) {
      String[] longer = java.util.Arrays.copyOf(request, request.length + 1);
      longer[request.length] = more;
      assertThat(RawHttp.status(RawHttp.sendFrom("127.0.0.2", app.url(), longer)))
          .as(more)
          .isEqualTo(401);
    }
    request[0] = "GET /api/admin/users HTTP/1.1";
    String narrow = RawHttp.sendFrom(RunningApp.GATEWAY, app.url(), request);
    assertThat(RawHttp.status(narrow)).isEqualTo(403);
    assertThat(narrow).contains("insufficient_scope");
  }

  /** K9: where no gateway verifies keys, the application has Keycloak do it. */
  @Test
  void aKeyWithoutAGatewayIsVerifiedByKeycloak() {
    app.create(token("bob", BOTH), "Read by a key").expect(201);
    String owner = token("bob", "openid");
    Response made =
        Http.send(
            Http.request(REALM.url() + "/api-keys")
                .header("Authorization", "Bearer " + owner)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.object("name", "reader", "scopes", List.of("tasks:read")))));
    String key = made.expect(201).text("key");
    assertThat(withKey(key).expect(200).body()).contains("Read by a key");
    assertThat(
            Http.get(app.at("/api/tasks"), "X-API-Key", key, "Authorization", "Bearer x").status())
        .as("the key alone decides")
        .isEqualTo(200);
    Response write =
        Http.send(
            Http.request(app.at("/api/tasks"))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.object("title", "x"))));
    insufficient(write, "tasks:write");

    String wrong = key.substring(0, 10) + (key.charAt(10) == 'x' ? 'y' : 'x') + key.substring(11);
    assertThat(withKey(wrong).expect(403).text("error")).isEqualTo("invalid_api_key");
    assertThat(
            Http.get(
                    app.at("/api/tasks"),
                    "X-API-Key",
                    wrong,
                    "Authorization",
                    "Bearer " + token("bob", BOTH))
                .status())
        .as("a good token does not help a wrong key")
        .isEqualTo(403);
    Http.send(
            Http.request(REALM.url() + "/api-keys/" + made.text("id"))
                .header("Authorization", "Bearer " + owner)
                .DELETE())
        .expect(204);
    assertThat(withKey(key).expect(403).text("error")).isEqualTo("invalid_api_key");
    assertThat(app.log()).doesNotContain(key.substring(10));
  }

  private static Response withKey(String key) {
    return Http.get(app.at("/api/tasks"), "X-API-Key", key);
  }

  /** L6: what was sent to be refused is not in the log. */
  @Test
  void noTokenIsLogged() {
    String token = token("alice", BOTH);
    app.tasks(token).expect(200);
    app.tasks(token + "x").expect(401);
    assertThat(app.log()).isNotEmpty().doesNotContain(token, token.split("\\.")[1]);
  }

  @Test
  void theDescriptionOfTheApiIsServed() {
    Response document = Http.get(app.at("/docs/openapi")).expect(200);
    assertThat(document.json().get("paths").properties().stream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder("/api/tasks", "/api/admin/users");
    assertThat(document.body()).contains("tasks:read", "tasks:write", "admin", "X-API-Key");
    document
        .json()
        .get("paths")
        .forEach(
            path ->
                path.forEach(
                    operation -> {
                      assertThat(operation.get("security").toString())
                          .contains("\"token\"", "\"key\"");
                      assertThat(operation.get("responses").properties())
                          .extracting(Map.Entry::getKey)
                          .contains("401", "403", "429", "503");
                    }));
  }
}
