package dev.bulwark.it.apikey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** K3: a lost answer can be had again, and a request sent twice makes one key. */
@SharedRealm
class RepeatedRequestIT {

  private static final String PATH = "/realms/app/api-keys";

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

  private String adminToken() {
    return Http.postForm(
            stack.url() + "/realms/master/protocol/openid-connect/token",
            Map.of(
                "grant_type",
                "password",
                "client_id",
                "admin-cli",
                "username",
                TestStack.ADMIN_USERNAME,
                "password",
                TestStack.ADMIN_PASSWORD))
        .expect(200)
        .text("access_token");
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
    String token = adminToken();
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
    String request =
        String.join(
            "\n",
            admin.get("/realms/app").expect(200).text("id"),
            admin.userId(user),
            admin.clientUuid(Realm.claims(token).get("azp").asText()),
            "create",
            "");
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    byte place = sha256.digest((request + once).getBytes(UTF_8))[0];
    String other;
    do {
      other = UUID.randomUUID().toString();
    } while (sha256.digest((request + other).getBytes(UTF_8))[0] != place);
    return other;
  }

  @Test
  void atTheSameMomentOneKeyIsMade() {
    String token = keys.token(user);
    String body = Keys.body("at once", null, "tasks:read");
    List<CompletableFuture<Response>> all =
        Stream.generate(
                () -> CompletableFuture.supplyAsync(() -> post(keys.url(), token, once, body)))
            .limit(6)
            .toList();
    Set<String> made = new HashSet<>();
    for (CompletableFuture<Response> one : all) {
      Response answer = one.join();
      if (answer.status() == 201) {
        made.add(answer.text("key"));
      } else {
        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
      }
    }
    assertThat(made).hasSize(1);
    assertThat(listed()).hasSize(1);
  }

  @Test
  void whatCouldBeGuessedIsRefused() {
    Response refused = post(keys.url(), keys.token(user), "1", Keys.body("x", null));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("detail")).contains("Idempotency-Key");
    assertThat(listed()).isEmpty();
  }
}
