package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.ThemedPages;
import dev.bulwark.redis.process.RedisProcess;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** K3: one owner can neither flood the server with requests about its keys nor with new keys. */
@Tag("slow")
class OwnerRateIT {

  private static final int REQUESTS = 5;
  private static final int NEW_KEYS = 3;
  private static final String TOO_MANY_IN_FORM = "You have created too many API keys";

  private static RedisProcess redis;
  private static OwnServer server;
  private static Realm realm;
  private static Keys keys;
  private static AdminApi admin;
  private static int users;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    server =
        OwnServer.start(
            TestStack.manyFromOneAddress(TestStack.spec("owner-rate", redis.url()))
                .option(
                    "spi-api-key--default--owner-requests-per-minute", Integer.toString(REQUESTS))
                .option(
                    "spi-api-key--default--owner-new-keys-per-hour", Integer.toString(NEW_KEYS)));
    realm = new Realm(server.url(), "app");
    keys = new Keys(realm);
    admin = server.admin();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  private static String newUser() {
    String name = "owner-" + ++users;
    KeyPages.createUser(admin, name);
    return name;
  }

  private static Response list(String token) {
    return keys.send("GET", "", token, null);
  }

  private static Response make(String token) {
    return keys.create(token, Keys.body("k", null));
  }

  private static void assertTooMany(Response answer, String policy, int requests, int seconds) {
    answer.expect(429);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.text("type")).isEqualTo("tag:bulwark.dev,2026:error:slow_down");
    assertThat(answer.text("error")).isEqualTo("slow_down");
    assertThat(answer.text("detail"))
        .isEqualTo("Too many requests about your API keys. Try again later");
    assertThat(answer.header("RateLimit-Policy"))
        .isEqualTo("\"%s\";q=%d;w=%d".formatted(policy, requests, seconds));
    String wait = answer.header("Retry-After");
    assertThat(Integer.parseInt(wait)).isBetween(1, seconds);
    assertThat(answer.header("RateLimit")).isEqualTo("\"%s\";r=0;t=%s".formatted(policy, wait));
  }

  private static void assertTooManyRequests(Response answer) {
    assertTooMany(answer, "owner", REQUESTS, 60);
  }

  private static void assertTooManyKeys(Response answer) {
    assertTooMany(answer, "new-keys", NEW_KEYS, 3_600);
  }

  private static double rejected() {
    return Metrics.sum(server.managementUrl(), "bulwark_apikey_owner_limited_total");
  }

  /** Errors and reasons of the stored events of a user. */
  private static List<String> events(String user) {
    List<String> stored = new ArrayList<>();
    admin
        .get("/realms/app/events?type=UPDATE_CREDENTIAL_ERROR&user=" + admin.userId(user))
        .expect(200)
        .json()
        .forEach(
            event ->
                stored.add(
                    event.get("error").asText() + " " + event.at("/details/reason").asText()));
    return stored;
  }

  @Test
  void anOwnerWhoIsTooFastCanStillRevoke() {
    String user = newUser();
    String token = keys.token(user);
    String one = "/" + make(token).expect(201).text("id");
    make(token).expect(201);
    keys.send("GET", "/settings", token, null).expect(200);
    keys.send("GET", one, token, null).expect(200);
    list(token).expect(200);
    double before = rejected();
    // Whatever it is, before its body is read and whether the key exists or not.
    assertTooManyRequests(list(token));
    assertTooManyRequests(keys.send("GET", "/settings", token, null));
    assertTooManyRequests(keys.send("GET", "/nothing", token, null));
    assertTooManyRequests(keys.create(token, "{"));
    assertTooManyRequests(keys.send("PATCH", one, token, Json.object("name", "n")));
    assertTooManyRequests(keys.send("POST", one + "/rotate", token, "{}"));
    assertThat(rejected() - before).isEqualTo(6);

    keys.send("DELETE", one, token, null).expect(204);
    keys.send("DELETE", one, token, null).expect(404);
    keys.send("DELETE", "", token, null).expect(204);
    assertThat(rejected() - before).isEqualTo(6);
    assertThat(events(user)).containsExactly("slow_down api_key_owner_rate");
    assertThat(admin.get("/realms/app/api-keys?owner=user:" + admin.userId(user)).json()).isEmpty();
  }

  @Test
  void revocationsCountAsRequests() {
    String token = keys.token(newUser());
    for (int i = 0; i < REQUESTS; i++) {
      keys.send("DELETE", "", token, null).expect(204);
    }
    assertTooManyRequests(list(token));
  }

  @Test
  void othersAreNotAffected() {
    String user = newUser();
    String token = keys.token(user);
    for (int i = 0; i < REQUESTS; i++) {
      list(token).expect(200);
    }
    assertTooManyRequests(list(keys.token(user)));
    list(keys.token(newUser())).expect(200);
    String owner = "user:" + admin.userId(user);
    for (int i = 0; i <= REQUESTS; i++) {
      admin.get("/realms/app/api-keys?owner=" + owner).expect(200);
      Http.get(keys.url() + "/openapi.json").expect(200);
    }
    Response made =
        admin
            .post(
                "/realms/app/api-keys",
                Json.of(
                    Map.of("name", "k", "owner", Map.of("type", "user", "id", admin.userId(user)))))
            .expect(201);
    for (int i = 0; i <= REQUESTS; i++) {
      keys.verify(made.text("key")).expect(200);
    }
  }

  /** A stranger with a token of any application must not take an owner's requests away. */
  @Test
  void aCallerWhoIsRejectedCountsForNobody() {
    String user = newUser();
    String token = keys.token(user);
    for (int i = 0; i <= REQUESTS; i++) {
      keys.send("GET", "", token + "x", null).expect(401);
      keys.send("GET", "", null, null).expect(401);
    }
    for (int i = 0; i < REQUESTS; i++) {
      list(token).expect(200);
    }
  }

  @Test
  void aPageOfAnotherOriginMayReadWhenToComeAgain() {
    Response answer =
        Http.send(
            Http.request(keys.url())
                .header("Origin", "http://localhost")
                .header("Authorization", "Bearer " + keys.token(newUser()))
                .GET());
    assertThat(answer.expect(200).header("Access-Control-Expose-Headers"))
        .contains("Retry-After", "RateLimit", "RateLimit-Policy");
  }

  @Test
  void aServiceIsAnOwnerToo() {
    String id =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "owner": {"type": "client", "id": "tasks-service"}}
                """)
            .expect(201)
            .text("id");
    String token =
        realm
            .clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of())
            .expect(200)
            .text("access_token");
    for (int i = 0; i < NEW_KEYS; i++) {
      id = keys.send("POST", "/" + id + "/rotate", token, "{}").expect(201).text("id");
    }
    assertTooManyKeys(keys.send("POST", "/" + id + "/rotate", token, "{}"));
    keys.send("GET", "/" + id, token, null).expect(200);
    assertTooManyRequests(list(token));
    keys.send("DELETE", "/" + id, token, null).expect(204);
  }

  @Test
  void theFormMakesNoMoreKeysThanTheRest() {
    String user = newUser();
    String token = keys.token(user);
    for (int i = 0; i < NEW_KEYS; i++) {
      make(token).expect(201);
    }
    FormBrowser browser = new FormBrowser(server.url());
    FormBrowser.Page login = browser.open(ThemedPages.actionUrl(realm, KeyPages.ACTION));
    FormBrowser.Page form =
        browser.submit(login, Map.of("username", user, "password", Realm.PASSWORD));
    String tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(1).toString();
    form =
        browser.submit(
            form, Map.of("name", "one more", "scope", "tasks:read", "expires", tomorrow));
    assertThat(form.response().expect(200).body()).contains(TOO_MANY_IN_FORM);
    assertThat(list(token).expect(200).json()).hasSize(NEW_KEYS);
    assertThat(events(user)).containsExactly("slow_down api_key_owner_rate");
  }

  /** The node goes on from the requests that all nodes have counted. */
  @Test
  void withoutRedisTheNodeLimitsAlone() {
    String token = keys.token(newUser());
    for (int i = 0; i < REQUESTS - 2; i++) {
      list(token).expect(200);
    }
    redis.kill();
    try {
      list(token).expect(200);
      list(token).expect(200);
      assertTooManyRequests(list(token));
      assertThat(alone()).isEqualTo(1);
    } finally {
      redis.startAgain();
    }
    // The next request after its return shows that it is there.
    String next = keys.token(newUser());
    await()
        .atMost(SOON)
        .until(
            () -> {
              list(next);
              return alone() == 0;
            });
  }

  private static double alone() {
    return Metrics.sum(server.managementUrl(), "bulwark_apikey_limiter_alone");
  }
}
