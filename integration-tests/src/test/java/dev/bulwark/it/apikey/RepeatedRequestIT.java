package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K3: a lost answer can be had again, and a request sent twice makes one key. */
@SharedRealm
class RepeatedRequestIT {

  private static final String PATH = "/realms/app/api-keys";
  private static final int AT_ONCE = 6;

  /** How many requests wait for the lock of an owner. */
  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query ILIKE '%from bulwark_api_key_owner%'";

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();
  private final Keys keys = new Keys(realm);
  private final AdminApi admin = stack.admin();
  private final String once = UUID.randomUUID().toString();
  private String user = "";

  @BeforeEach
  void createUser() {
    user = "repeats-" + once.substring(0, 8);
    KeyPages.createUser(admin, user);
  }

  private static Response post(String url, String token, String idempotencyKey, String json) {
    return Http.send(
        Http.request(url)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", idempotencyKey)
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private JsonNode listed() {
    return keys.send("GET", "", keys.token(user), null).expect(200).json();
  }

  @Test
  void anOwnersRequestMakesOneKey() {
    String token = keys.token(user);
    String body = Keys.body("once", null, "tasks:read");
    Response first = post(keys.url(), token, once, body).expect(201);
    // As RFC 8941 writes it; by another token of the same user and client.
    Response again = post(keys.url(), keys.token(user), '"' + once + '"', body).expect(201);
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(again.header("Location")).isEqualTo(first.header("Location"));
    assertThat(again.header("Cache-Control")).isEqualTo("no-store");
    assertThat(keys.isGood(again.text("key"))).isTrue();
    assertThat(listed()).hasSize(1);

    Response other = post(keys.url(), token, once, Keys.body("other", null, "tasks:read"));
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.text("error")).isEqualTo("idempotency_key_reused");
    assertThat(other.header("Content-Type")).startsWith("application/problem+json");
    assertThat(listed()).hasSize(1);
    post(keys.url(), token, UUID.randomUUID().toString(), body).expect(201);
    assertThat(listed()).hasSize(2);
  }

  @Test
  void theAnswerIsForTheSameCallerOnly() {
    String body = Keys.body("mine", null, "tasks:read");
    JsonNode mine = post(keys.url(), keys.token(user), once, body).expect(201).json();
    JsonNode theirs = post(keys.url(), keys.token("alice"), once, body).expect(201).json();
    assertThat(theirs.get("id")).isNotEqualTo(mine.get("id"));
    assertThat(theirs.get("key")).isNotEqualTo(mine.get("key"));
  }

  @Test
  void aLostRotationIsFoundAgain() {
    String token = keys.token(user);
    JsonNode old = keys.create(token, Keys.body("r", null, "tasks:read")).expect(201).json();
    String url = keys.url() + "/" + old.get("id").asText() + "/rotate";
    JsonNode lost = post(url, token, once, "{}").expect(201).json();
    assertThat(keys.isGood(old.get("key").asText())).isFalse();
    JsonNode found = post(url, token, once, "{}").expect(201).json();
    assertThat(found).isEqualTo(lost);
    assertThat(keys.isGood(found.get("key").asText())).isTrue();
    assertThat(listed()).hasSize(1);
    assertThat(post(url, token, once, Json.object("overlapSeconds", 5)).status()).isEqualTo(422);
  }

  @Test
  void administratorsTooForOthers() {
    String token = AdminApi.token(stack.url());
    String url = stack.url() + "/admin" + PATH;
    String body =
        """
        {"name": "s", "owner": {"type": "user", "id": "%s"}}
        """
            .formatted(admin.userId(user));
    JsonNode made = post(url, token, once, body).expect(201).json();
    assertThat(post(url, token, once, body).expect(201).json()).isEqualTo(made);
    String rotate = url + "/" + made.get("id").asText() + "/rotate";
    JsonNode rotated = post(rotate, token, once, "").expect(201).json();
    assertThat(admin.get(PATH + "/" + made.get("id").asText()).status()).isEqualTo(404);
    assertThat(post(rotate, token, once, "").expect(201).json()).isEqualTo(rotated);
    assertThat(keys.isGood(rotated.get("key").asText())).isTrue();
    assertThat(listed()).hasSize(1);
  }

  @Test
  void aKeyThatIsGoneDoesNotComeBack() {
    String token = keys.token(user);
    String body = Keys.body("gone", null, "tasks:read");
    String id = post(keys.url(), token, once, body).expect(201).text("id");
    keys.send("DELETE", "/" + id, token, null).expect(204);
    Response again = post(keys.url(), token, once, body);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body()).doesNotContain("atk_");
    assertThat(listed()).isEmpty();
  }

  /** Nor when its answer is forgotten: here another answer has taken its place. */
  @Test
  void aKeyThatIsGoneDoesNotComeBackWhenTheAnswerIsForgotten() throws Exception {
    String token = keys.token(user);
    String body = Keys.body("gone", null, "tasks:read");
    String id = post(keys.url(), token, once, body).expect(201).text("id");
    keys.send("DELETE", "/" + id, token, null).expect(204);
    post(keys.url(), token, withTheSamePlace(token), body).expect(201);
    Response again = post(keys.url(), token, once, body);
    assertThat(again.status()).as(again.body()).isEqualTo(409);
    assertThat(again.text("detail"))
        .isEqualTo("A key was created with this Idempotency-Key already");
    assertThat(listed()).hasSize(1);
  }

  /** The hash of a request chooses the place of its answer, of 256 that a caller has. */
  private String withTheSamePlace(String token) throws NoSuchAlgorithmException {
    String request = request(token);
    byte place = hashOf(request + once)[0];
    String other;
    do {
      other = UUID.randomUUID().toString();
    } while (hashOf(request + other)[0] != place);
    return other;
  }

  /** What is hashed of a request for a new key, up to its Idempotency-Key. */
  private String request(String token) {
    return String.join(
        "\n",
        admin.get("/realms/app").expect(200).text("id"),
        admin.userId(user),
        admin.clientUuid(Realm.claims(token).get("azp").asText()),
        "create",
        "");
  }

  private static byte[] hashOf(String text) throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
  }

  /** Those that come while the first is being processed get its answer, with the key. */
  @Test
  void atTheSameMomentOneKeyIsMade() throws Exception {
    lockable();
    String token = keys.token(user);
    String body = Keys.body("at once", null, "tasks:read");
    assertOneKey(atOnce(() -> post(keys.url(), token, once, body)));
  }

  /** The key that is made takes the room of its repetitions. */
  @Test
  void atTheSameMomentTheLastKeyIsMade() throws Exception {
    lockable();
    KeyPages.limits(admin, Json.object("max-keys", "1"));
    try {
      String token = keys.token(user);
      String body = Keys.body("the last", null, "tasks:read");
      assertOneKey(atOnce(() -> post(keys.url(), token, once, body)));
    } finally {
      KeyPages.limits(admin, ApiKeySetup.SHIPPED_LIMITS);
    }
  }

  /** Without an overlap the key to rotate is gone for the repetitions, with one it is rotated. */
  @ParameterizedTest
  @ValueSource(ints = {0, 600})
  void atTheSameMomentAKeyIsRotatedOnce(int overlapSeconds) throws Exception {
    String token = keys.token(user);
    String url = keys.url() + "/" + keys.made(user, "r", "tasks:read").get("id").asText();
    String body = Json.object("overlapSeconds", overlapSeconds);
    assertOneKey(atOnce(() -> post(url + "/rotate", token, once, body)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 600})
  void atTheSameMomentAnAdministratorRotatesOnce(int overlapSeconds) throws Exception {
    String token = AdminApi.token(stack.url());
    String id = keys.made(user, "r", "tasks:read").get("id").asText();
    String url = stack.url() + "/admin" + PATH + "/" + id + "/rotate";
    String body = Json.object("overlapSeconds", overlapSeconds);
    assertOneKey(atOnce(() -> post(url, token, once, body)));
  }

  /** Those that find it gone when they have the lock are told so. */
  @Test
  void atTheSameMomentAKeyIsRevokedOnce() throws Exception {
    String token = keys.token(user);
    String path = "/" + keys.made(user, "r", "tasks:read").get("id").asText();
    List<Integer> answers =
        atOnce(() -> keys.send("DELETE", path, token, null)).stream()
            .map(Response::status)
            .sorted()
            .toList();
    assertThat(answers).containsExactly(204, 404, 404, 404, 404, 404);
  }

  private void assertOneKey(List<Response> answers) {
    Set<String> made = new HashSet<>();
    answers.forEach(answer -> made.add(answer.expect(201).text("key")));
    assertThat(made).hasSize(1);
    assertThat(keys.isGood(made.iterator().next())).isTrue();
    assertThat(listed())
        .filteredOn(key -> key.get("graceUntil").isNull())
        .as("a key that was rotated may be there")
        .hasSize(1);
  }

  /**
   * Sends a request six times. On PostgreSQL all of them have begun before the first can go on: the
   * test holds the lock of the owner until then.
   */
  private List<Response> atOnce(Callable<Response> request) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<Response>> sent;
      if (stack.database().orElse(null) instanceof PostgresProcess database) {
        try (OpenTransaction owner = database.hold(ownerRow() + " FOR UPDATE")) {
          sent = send(pool, request);
          await()
              .atMost(SOON)
              .until(() -> database.sql(WAITING), Integer.toString(AT_ONCE)::equals);
        }
      } else {
        sent = send(pool, request);
      }
      List<Response> answers = new ArrayList<>();
      for (Future<Response> one : sent) {
        answers.add(one.get());
      }
      return answers;
    } finally {
      pool.shutdown();
    }
  }

  private static List<Future<Response>> send(ExecutorService pool, Callable<Response> request) {
    return Stream.generate(() -> pool.submit(request)).limit(AT_ONCE).toList();
  }

  /** The first key of an owner makes the row that is locked. */
  private void lockable() {
    String id = keys.made(user, "first", "tasks:read").get("id").asText();
    keys.send("DELETE", "/" + id, keys.token(user), null).expect(204);
  }

  private String ownerRow() {
    return "SELECT 1 FROM bulwark_api_key_owner WHERE id = 'user:" + admin.userId(user) + "'";
  }

  /** A commit can fail after the answer was kept: then there is no key. */
  @Test
  void aRequestWhoseCommitFailedIsMadeByItsRepetition() {
    PostgresProcess database = postgres();
    String token = keys.token(user);
    String body = Keys.body("committed late", null, "tasks:read");
    failAtTheCommit(database, token, body);
    assertThat(listed()).isEmpty();
    Response made = post(keys.url(), token, once, body).expect(201);
    assertThat(keys.isGood(made.text("key"))).isTrue();
    assertThat(post(keys.url(), token, once, body).expect(201).json()).isEqualTo(made.json());
    assertThat(listed()).hasSize(1);
  }

  /** A key that another repetition has made is not the one of the failed request. */
  @Test
  void theAnswerOfAFailedRequestIsNotGivenForAnotherKey() throws Exception {
    PostgresProcess database = postgres();
    String token = keys.token(user);
    String body = Keys.body("committed late", null, "tasks:read");
    failAtTheCommit(database, token, body);
    String made = keys.made(user, "of another", "tasks:read").get("id").asText();
    for (String table : List.of("credential", "bulwark_api_key")) {
      database.sql(
          "UPDATE %s SET id = '%s' WHERE id = '%s'".formatted(table, idOfItsKey(token), made));
    }
    Response again = post(keys.url(), token, once, body);
    assertThat(again.status()).as(again.body()).isEqualTo(409);
    assertThat(again.body()).doesNotContain("atk_");
  }

  private PostgresProcess postgres() {
    Assumptions.assumeTrue(stack.database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    return (PostgresProcess) stack.database().orElseThrow();
  }

  private void failAtTheCommit(PostgresProcess database, String token, String body) {
    database.sql(
        """
        CREATE FUNCTION fail_late() RETURNS trigger LANGUAGE plpgsql
          AS $$ BEGIN RAISE EXCEPTION 'for a test'; END $$;
        CREATE CONSTRAINT TRIGGER fail_late AFTER INSERT ON bulwark_api_key
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_late();
        """);
    try {
      assertThat(post(keys.url(), token, once, body).status()).isEqualTo(500);
    } finally {
      database.sql("DROP FUNCTION fail_late CASCADE");
    }
  }

  /** The id that the request gives to its key. */
  private String idOfItsKey(String token) throws NoSuchAlgorithmException {
    ByteBuffer bits = ByteBuffer.wrap(hashOf(request(token) + once), 8, 16);
    long high = (bits.getLong() & ~0xF000L) | 0x8000L;
    long low = (bits.getLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(high, low).toString();
  }

  @Test
  void whatCouldBeGuessedIsRefused() {
    Response refused = post(keys.url(), keys.token(user), "1", Keys.body("x", null));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("detail")).contains("Idempotency-Key");
    assertThat(listed()).isEmpty();
  }
}
