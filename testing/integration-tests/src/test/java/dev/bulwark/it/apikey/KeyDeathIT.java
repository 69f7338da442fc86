package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.RedisClient;

/**
 * K6: what ends a key ends it at once, and the tokens exchanged from it too: in introspection and
 * in Redis, which must agree.
 */
@SharedRealm
@Tag("slow")
class KeyDeathIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final Keys KEYS = new Keys(REALM);
  private static final AdminApi ADMIN = STACK.admin();
  private static final String CLIENT_ATTRIBUTES =
      "\"serviceAccountsEnabled\":true,\"optionalClientScopes\":[\"tasks:read\",\"tasks:write\"]";

  private static RedisClient redis;
  private static int names;

  @BeforeAll
  static void connect() {
    Keys.believeAddresses(ADMIN);
    redis = RedisClient.create(URI.create(STACK.redis().url()));
  }

  @AfterAll
  static void disconnect() {
    redis.close();
  }

  /** A key, whoever owns it, and its ways to end. */
  private record Subject(String id, String key, String owner) {

    String path() {
      return "/realms/app/api-keys/" + id;
    }

    /** Seen before: a key that is known is not kept out by the limit on wrong ones. */
    String token() {
      assertThat(KEYS.isGood(key)).isTrue();
      return KEYS.exchange(key, null).expect(200).text("access_token");
    }
  }

  private static Subject ofUser() {
    String name = "user-" + ++names;
    ADMIN
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "A", "lastName": "B"}
            """
                .formatted(name))
        .expect(201);
    return made("user", ADMIN.userId(name));
  }

  private static Subject ofClient() {
    String name = "client-" + ++names;
    ADMIN
        .post("/realms/app/clients", "{\"clientId\":\"" + name + "\"," + CLIENT_ATTRIBUTES + "}")
        .expect(201);
    return made("client", ADMIN.clientUuid(name));
  }

  private static Subject made(String type, String owner) {
    JsonNode made =
        ADMIN
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read", "tasks:write"],
                 "owner": {"type": "%s", "id": "%s"}}
                """
                    .formatted(type, owner))
            .expect(201)
            .json();
    return new Subject(made.get("id").asText(), made.get("key").asText(), owner);
  }

  private enum End {
    REVOKED(key -> ADMIN.delete(key.path()).expect(204)),
    DEACTIVATED(key -> ADMIN.patch(key.path(), Json.object("active", false)).expect(200)),
    ROTATED(
        key -> ADMIN.post(key.path() + "/rotate", Json.object("overlapSeconds", 0)).expect(201)),
    USER_DISABLED(key -> ADMIN.put(user(key), Json.object("enabled", false)).expect(204)),
    USER_DELETED(key -> ADMIN.delete(user(key)).expect(204)),
    CREDENTIAL_DELETED(key -> ADMIN.delete(user(key) + "/credentials/" + key.id()).expect(204)),
    CLIENT_DISABLED(key -> ADMIN.put(client(key), disabled(client(key))).expect(204)),
    CLIENT_DELETED(key -> ADMIN.delete(client(key)).expect(204));

    private final Consumer<Subject> way;

    End(Consumer<Subject> way) {
      this.way = way;
    }

    private static String user(Subject key) {
      return "/realms/app/users/" + key.owner();
    }

    private static String client(Subject key) {
      return "/realms/app/clients/" + key.owner();
    }

    private static String disabled(String path) {
      return ((ObjectNode) ADMIN.get(path).expect(200).json()).put("enabled", false).toString();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = End.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CLIENT_DISABLED", "CLIENT_DELETED"})
  void whatEndsAUsersKeyEndsItsTokens(End end) {
    endsWithItsTokens(ofUser(), end);
  }

  @ParameterizedTest
  @EnumSource(
      value = End.class,
      names = {"REVOKED", "DEACTIVATED", "ROTATED", "CLIENT_DISABLED", "CLIENT_DELETED"})
  void whatEndsAClientsKeyEndsItsTokens(End end) {
    endsWithItsTokens(ofClient(), end);
  }

  private static void endsWithItsTokens(Subject key, End end) {
    Subject other = ofUser();
    String token = key.token();
    String alive = other.token();
    assertAlive(token);
    end.way.accept(key);
    assertThat(KEYS.isGood(key.key())).isFalse();
    assertThat(KEYS.exchange(key.key(), null).status()).isIn(400, 429);
    assertThat(isActive(token)).isFalse();
    awaitInRedis(token);
    assertAlive(alive);
  }

  /** The client that holds the token is another than the owner of the key. */
  @Test
  void theClientThatHoldsTheTokenIsDisabled() {
    ADMIN
        .post(
            "/realms/app/clients",
            """
            {"clientId": "holder", "publicClient": true, "optionalClientScopes": ["tasks:read"]}
            """)
        .expect(201);
    Subject key = ofUser();
    String token =
        Http.postForm(
                REALM.endpoint("token"),
                Map.of("grant_type", Keys.GRANT, "client_id", "holder"),
                "X-API-Key",
                key.key())
            .expect(200)
            .text("access_token");
    assertAlive(token);
    String path = "/realms/app/clients/" + ADMIN.clientUuid("holder");
    ADMIN.put(path, End.disabled(path)).expect(204);
    assertThat(isActive(token)).isFalse();
    awaitInRedis(token);
    assertThat(KEYS.isGood(key.key())).isTrue();
  }

  @Test
  void aNarrowedKeysTokensDieAndNewOnesLive() {
    List<String> fresh = new ArrayList<>();
    for (String change :
        List.of(
            Json.object("scopes", List.of("tasks:read")),
            Json.object("expiresAt", Instant.now().plusSeconds(3600)))) {
      Subject key = ofUser();
      String before = key.token();
      ADMIN.patch(key.path(), change).expect(200);
      assertThat(isActive(before)).as(change).isFalse();
      awaitInRedis(before);
      String after = exchangedSoon(key);
      assertThat(isActive(after)).as(change).isTrue();
      fresh.add(after);
    }
    assertStayAlive(fresh);
  }

  /** These are user events; those of an administrator are admin events. */
  @Test
  void anOwnerDeactivatesOrRemovesAKey() {
    String owner = KEYS.token("alice");
    for (String method : List.of("PATCH", "DELETE")) {
      JsonNode made = KEYS.made("alice", "mine", "tasks:read");
      Subject key = new Subject(made.get("id").asText(), made.get("key").asText(), "alice");
      String token = key.token();
      assertAlive(token);
      String body = method.equals("PATCH") ? Json.object("active", false) : null;
      assertThat(KEYS.send(method, "/" + key.id(), owner, body).status()).isIn(200, 204);
      assertThat(isActive(token)).as(method).isFalse();
      awaitInRedis(token);
    }
  }

  @Test
  void aKeyThatIsActiveAgainDoesNotReviveItsTokens() {
    Subject key = ofUser();
    String before = key.token();
    ADMIN.patch(key.path(), Json.object("active", false)).expect(200);
    ADMIN.patch(key.path(), Json.object("active", true)).expect(200);
    assertThat(KEYS.isGood(key.key())).isTrue();
    assertThat(isActive(before)).isFalse();
    awaitInRedis(before);
    assertStayAlive(List.of(exchangedSoon(key)));
  }

  @Test
  void aRenamedKeysTokensLive() {
    Subject key = ofUser();
    String token = key.token();
    ADMIN.patch(key.path(), Json.object("name", "other")).expect(200);
    assertAlive(token);
    assertAlive(key.token());
  }

  /** Right after a change its tokens could not be told from those that it has ended. */
  private static String exchangedSoon(Subject key) {
    Response first = KEYS.exchange(key.key(), null);
    if (first.status() == 200) {
      return first.text("access_token");
    }
    assertThat(first.status()).isEqualTo(503);
    assertThat(first.text("error")).isEqualTo("temporarily_unavailable");
    assertThat(Integer.parseInt(first.header("Retry-After"))).isBetween(1, 2);
    return await()
        .atMost(SOON)
        .until(() -> KEYS.exchange(key.key(), null), answer -> answer.status() == 200)
        .text("access_token");
  }

  /** The tokens of the key before the rotation live as long as the key, and no longer. */
  @Test
  void tokensOfARotatedKeyEndWithItsOverlap() {
    Subject key = ofUser();
    String token = key.token();
    ADMIN.post(key.path() + "/rotate", Json.object("overlapSeconds", 4)).expect(201);
    Instant end = Instant.parse(ADMIN.get(key.path()).expect(200).text("graceUntil"));
    String later = key.token();
    assertThat(Realm.claims(later).get("exp").asLong()).isLessThanOrEqualTo(end.getEpochSecond());
    assertThat(Realm.claims(token).get("exp").asLong()).isGreaterThan(end.getEpochSecond() + 60);
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              boolean inRedis = isInRedis(token);
              if (inRedis && Instant.now().isBefore(end)) {
                throw new IllegalStateException("revoked before the end of the overlap");
              }
              boolean active = isActive(token);
              if (active && !Instant.now().minusSeconds(1).isBefore(end)) {
                throw new IllegalStateException("active after the end of the overlap");
              }
              return inRedis && !active;
            });
    assertThat(Instant.now()).isAfterOrEqualTo(end);
    assertThat(KEYS.isGood(key.key())).isFalse();
  }

  /** Millisecond by millisecond: good before its end, refused from its end on. */
  @Test
  void expiryCountsToTheMillisecond() {
    Subject key = ofUser();
    Instant end = Instant.now().plusSeconds(2).truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    ADMIN.patch(key.path(), Json.object("expiresAt", end)).expect(200);
    assertEndsAt(key, end);
  }

  @Test
  void overlapCountsToTheMillisecond() {
    Subject key = ofUser();
    ADMIN.post(key.path() + "/rotate", Json.object("overlapSeconds", 2)).expect(201);
    assertEndsAt(key, Instant.parse(ADMIN.get(key.path()).expect(200).text("graceUntil")));
  }

  private static void assertEndsAt(Subject key, Instant end) {
    int good = 0;
    int refused = 0;
    while (Instant.now().isBefore(end.plusMillis(300))) {
      Instant asked = Instant.now();
      boolean accepted = KEYS.isGood(key.key());
      Instant answered = Instant.now();
      if (answered.isBefore(end)) {
        assertThat(accepted).as("%s before %s", answered, end).isTrue();
        good++;
      } else if (!asked.isBefore(end)) {
        assertThat(accepted).as("%s from %s on", asked, end).isFalse();
        refused++;
      }
    }
    assertThat(good).isPositive();
    assertThat(refused).isPositive();
  }

  /** Exchanges run beside the revocation: no token escapes. */
  @Test
  void noTokenEscapesARevocationBesideIt() throws InterruptedException {
    Subject key = ofUser();
    Queue<String> tokens = new ConcurrentLinkedQueue<>();
    AtomicBoolean go = new AtomicBoolean(true);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 4; i++) {
        pool.execute(
            () -> {
              // A refused one is the last: wrong keys are limited, which is not what is shown here.
              Response answer = KEYS.exchange(key.key(), null);
              while (go.get() && answer.status() == 200) {
                tokens.add(answer.text("access_token"));
                answer = KEYS.exchange(key.key(), null);
              }
            });
      }
      await().atMost(SOON).until(() -> tokens.size() > 100);
      ADMIN.delete(key.path()).expect(204);
    } finally {
      go.set(false);
      pool.shutdown();
      assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(tokens).hasSizeGreaterThan(100);
    assertThat(tokens).noneMatch(KeyDeathIT::isActive);
    await().atMost(SOON).untilAsserted(() -> assertThat(tokens).allMatch(KeyDeathIT::isInRedis));
  }

  private static boolean isActive(String token) {
    return KEYS.introspect(token).get("active").asBoolean();
  }

  private static boolean isInRedis(String token) {
    return redis.exists("revoked:" + Realm.claims(token).get("jti").asText());
  }

  private static void awaitInRedis(String token) {
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> isInRedis(token));
  }

  private static void assertAlive(String token) {
    assertThat(isInRedis(token)).isFalse();
    assertThat(isActive(token)).isTrue();
  }

  /** Revocations are laid over the tokens again for a while. */
  private static void assertStayAlive(List<String> tokens) {
    await()
        .during(Duration.ofSeconds(7))
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(250))
        .until(() -> tokens.stream().allMatch(token -> !isInRedis(token) && isActive(token)));
  }
}
