package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.StatusListView.Place;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.Programs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R8: what is revoked in Redis is revoked in the token's status list, within 5 s. */
class TokenStatusIT {

  private static final System.Logger LOG = System.getLogger(TokenStatusIT.class.getName());
  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "token-status");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final StatusListView LISTS = new StatusListView();
  private static final Duration FRESH = Duration.ofSeconds(5);

  @BeforeAll
  static void optIn() {
    List.of("cli", "light", "service").forEach(REALM::addStatusLists);
  }

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  private static void assertListed(Response tokens, boolean revoked) {
    assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(revoked);
  }

  private static void awaitListed(Response tokens) {
    long began = System.nanoTime();
    await()
        .atMost(FRESH)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertListed(tokens, true));
    LOG.log(
        System.Logger.Level.INFO,
        "in the status list after {0} ms",
        Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  private static Place place(Response tokens) {
    return StatusListView.place(tokens.text("access_token")).orElseThrow();
  }

  @Test
  void aLogoutSetsTheBitOfEachTokenAndOfNoOther() {
    Response login = REALM.login("ann");
    Response refreshed = REALM.refresh(login);
    Response others = REALM.login("ben");
    for (Response tokens : List.of(login, refreshed, others)) {
      assertListed(tokens, false);
    }
    assertThat(place(login)).isNotEqualTo(place(refreshed));
    REALM.logout("cli", refreshed.text("refresh_token")).expect(204);
    KEYS.assertRevoked(login.text("access_token"));
    for (Response tokens : List.of(login, refreshed)) {
      awaitListed(tokens);
    }
    assertListed(others, false);
    KEYS.assertNotRevoked(others.text("access_token"));
  }

  @Test
  void aRevokedTokenOfAServiceAndALightweightTokenAreListed() {
    Response service = REALM.service();
    Response light = REALM.login("light", "ben", "openid");
    REALM.revoke("service", service.text("access_token")).expect(200);
    awaitListed(service);
    assertListed(light, false);
    REALM.revoke("light", light.text("access_token")).expect(200);
    awaitListed(light);
  }

  @Test
  void onlyClientsThatOptInHaveTheClaim() {
    Response without = REALM.login("other", "ann", "openid");
    assertThat(StatusListView.place(without.text("access_token"))).isEmpty();
    assertThat(Realm.claims(without.text("access_token")).get("jti").asText()).doesNotContain("~");
    createScope();
    Response asked = REALM.login("other", "ann", "openid token-status");
    assertListed(asked, false);
    REALM.revoke("other", asked.text("access_token")).expect(200);
    awaitListed(asked);
  }

  private static void createScope() {
    REALM
        .admin()
        .post(
            REALM.path("/client-scopes"),
            Json.object("name", "token-status", "protocol", "openid-connect"))
        .expect(201);
    for (JsonNode scope : REALM.admin().get(REALM.path("/client-scopes")).json()) {
      if (scope.get("name").asText().equals("token-status")) {
        REALM
            .admin()
            .put(
                REALM.path(
                    "/clients/"
                        + REALM.clientUuid("other")
                        + "/optional-client-scopes/"
                        + scope.get("id").asText()),
                "{}")
            .expect(204);
      }
    }
  }

  @Test
  void indexesAreRandomAndNeverRepeat() {
    Set<Place> places = new HashSet<>();
    int ascending = 0;
    int last = 0;
    for (int i = 0; i < 40; i++) {
      Place place = place(REALM.service());
      assertThat(places.add(place)).isTrue();
      ascending += place.index() > last ? 1 : 0;
      last = place.index();
    }
    assertThat(ascending).isBetween(8, 32);
  }

  /** A library that knows nothing of this project: PyJWT and the zlib of Python. */
  @Test
  void aForeignLibraryVerifiesAndReadsTheList() throws Exception {
    Response dead = REALM.login("ann");
    Response alive = REALM.login("ben");
    REALM.logout("cli", dead.text("refresh_token")).expect(204);
    awaitListed(dead);
    assertThat(python(dead)).isEqualTo("1");
    assertThat(python(alive)).isEqualTo("0");
  }

  private static String python(Response tokens) throws Exception {
    Path script = Path.of("src/test/python/token-status/status.py");
    Process process =
        new ProcessBuilder(
                Programs.requirePython(
                    Map.of("cryptography", "python3-cryptography", "jwt", "python3-jwt")),
                script.toString(),
                REALM.url() + "/protocol/openid-connect/certs")
            .redirectErrorStream(true)
            .start();
    process.outputWriter().append(tokens.text("access_token")).append('\n').close();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return answer.strip();
  }

  @Test
  void aListIsCacheableAndServedOnce() throws Exception {
    String uri = place(REALM.login("ben")).uri();
    Response list = Http.get(uri).expect(200);
    assertThat(list.header("Content-Type")).isEqualTo("application/statuslist+jwt");
    assertThat(list.header("Cache-Control")).isEqualTo("public, max-age=2, must-revalidate");
    assertThat(list.header("Vary")).contains("Accept-Encoding");
    assertThat(list.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(list.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    JsonNode claims = LISTS.verified(list, uri);
    assertThat(claims.get("ttl").asInt()).isEqualTo(2);
    assertThat(claims.get("exp").asLong() - Instant.now().getEpochSecond()).isBetween(15L, 30L);
    assertThat(claims.get("status_list").get("aggregation_uri").asText())
        .isEqualTo(REALM.url() + "/token-status");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              String tag = Http.get(uri).expect(200).header("ETag");
              for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
                Response same = Http.get(uri, "If-None-Match", known).expect(304);
                assertThat(same.body()).isEmpty();
                assertThat(same.header("ETag")).isEqualTo(tag);
              }
            });
    Http.get(uri, "If-None-Match", "\"other\"").expect(200);
    Http.get(uri, "If-None-Match", "garbage").expect(200);
    HttpResponse<byte[]> gzipped =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(uri)).header("Accept-Encoding", "gzip").build(),
                HttpResponse.BodyHandlers.ofByteArray());
    assertThat(gzipped.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(gzipped.headers().firstValue("ETag").orElseThrow()).contains("-gzip");
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzipped.body()))) {
      String jwt = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      LISTS.verified(new Response(200, list.headers(), jwt), uri);
    }
    assertThat(Http.get(uri, "Accept-Encoding", "gzip;q=0").header("Content-Encoding")).isEmpty();
  }

  @Test
  void aBrowserOfAnyOriginMayAsk() {
    String uri = place(REALM.login("ben")).uri();
    Response preflight =
        Http.send(
            Http.request(uri)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "https://app.example")
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "if-none-match"));
    assertThat(preflight.status()).isBetween(200, 204);
    assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(preflight.header("Access-Control-Allow-Headers")).contains("If-None-Match");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AAAAAAAAAAAAAAAA", "a", "%00", "..%2f..", "%F0%9F%92%A9", "a%20b", "' OR 1=1 --"})
  void aGuessedListIsAsUnknownAsAnOldOne(String id) {
    Response answer = Http.get(REALM.url() + "/token-status/" + id.replace(" ", "%20"));
    assertThat(answer.status()).isIn(400, 404);
    if (answer.status() == 404) {
      assertThat(answer.header("ETag")).isEmpty();
    }
  }

  @Test
  void aListOfAnotherRealmIsUnknown() {
    String uri = place(REALM.login("ben")).uri();
    Response own = Http.get(uri.replace("/realms/token-status/", "/realms/master/")).expect(404);
    Response guessed = Http.get(REALM.url() + "/token-status/AAAAAAAAAAAAAAAA").expect(404);
    assertThat(own.body()).isEqualTo(guessed.body());
    assertThat(own.header("Cache-Control")).isEqualTo("no-store");
    Http.get(uri + "?time=1686925000").expect(501);
  }

  @Test
  void theListsAreListedAndDiscovered() {
    String uri = place(REALM.login("ben")).uri();
    for (String document : List.of("openid-configuration", "oauth-authorization-server")) {
      JsonNode metadata = Http.get(REALM.url() + "/.well-known/" + document).expect(200).json();
      String endpoint = metadata.get("status_list_aggregation_endpoint").asText();
      assertThat(endpoint).isEqualTo(REALM.url() + "/token-status");
      assertThat(metadata.get("global_token_revocation_endpoint")).isNotNull();
      assertThat(metadata.get("issuer").asText()).isEqualTo(REALM.issuer());
      await()
          .atMost(FRESH)
          .untilAsserted(
              () ->
                  assertThat(Http.get(endpoint).expect(200).json().get("status_lists"))
                      .anyMatch(each -> each.asText().equals(uri)));
    }
  }

  /** Whatever is asked, the answer is clear, and nothing of a token is in it or in the log. */
  @Test
  void randomRequestsHaveClearAnswers() throws IOException {
    String accessToken = REALM.login("ben").text("access_token");
    String path = URI.create(StatusListView.place(accessToken).orElseThrow().uri()).getRawPath();
    long seed = Long.getLong("bulwark.seed", 14);
    Random random = new Random(seed);
    Set<Integer> seen = new HashSet<>();
    int begin = STACK.keycloak().log().length();
    for (int i = 0; i < 400; i++) {
      String method = pick(random, "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS");
      HttpRequest.Builder request =
          Http.request(STACK.url() + mutated(path, random))
              .method(method, HttpRequest.BodyPublishers.noBody());
      for (String header :
          List.of("If-None-Match", "Accept", "Accept-Encoding", "Range", "Authorization")) {
        if (random.nextInt(3) == 0) {
          request.header(header, value(random));
        }
      }
      Response answer = Http.send(request);
      seen.add(answer.status());
      String asked = "seed %d, request %d: %s %s".formatted(seed, i, method, request.build().uri());
      assertThat(answer.status()).as(asked).isIn(200, 204, 304, 400, 404, 405, 406, 415, 501);
      assertThat(answer.body()).as(asked).doesNotContain(secrets(accessToken));
      assertBodyIsClear(asked, request.build(), answer);
    }
    assertThat(seen).contains(200, 304, 404, 405);
    assertThat(STACK.errorsSince(begin)).isEmpty();
    assertThat(STACK.keycloak().log().substring(begin)).doesNotContain(secrets(accessToken));
  }

  /** Returns what nobody but its client knows of a token: its signature and its id. */
  private static String[] secrets(String accessToken) {
    return new String[] {
      accessToken.substring(accessToken.lastIndexOf('.') + 1),
      Realm.claims(accessToken).get("jti").asText()
    };
  }

  /**
   * A list, the list of lists, or an error as JSON; otherwise nothing. Where Keycloak itself
   * rejects the path or method, a client that asks for HTML gets its error page.
   */
  private static void assertBodyIsClear(String asked, HttpRequest request, Response answer) {
    String method = request.method();
    String type = answer.header("Content-Type");
    boolean asksForHtml = request.headers().firstValue("Accept").orElse("").startsWith("text/html");
    if (method.equals("HEAD") || answer.status() == 204 || answer.status() == 304) {
      assertThat(answer.body()).as(asked).isEmpty();
    } else if (answer.status() >= 400 && asksForHtml && type.startsWith("text/html")) {
      assertThat(answer.status()).as(asked).isIn(400, 404, 405, 406, 415);
    } else if (answer.status() >= 400) {
      assertThat(type).as(asked).startsWith("application/json");
      assertThat(answer.text("error")).as(asked).isNotBlank();
    } else if (type.equals("application/statuslist+jwt")) {
      boolean gzipped = !answer.header("Content-Encoding").isEmpty();
      assertThat(gzipped || answer.body().split("\\.", -1).length == 3).as(asked).isTrue();
    } else if (method.equals("OPTIONS")) {
      assertThat(answer.status()).as(asked).isEqualTo(200);
    } else {
      assertThat(answer.json().get("status_lists").isArray()).as(asked).isTrue();
    }
  }

  private static String mutated(String path, Random random) {
    String changed = path;
    switch (random.nextInt(6)) {
      case 0 -> changed = path.substring(0, path.length() - random.nextInt(16));
      case 1 -> changed = path + "/" + Http.encode(value(random));
      case 2 -> changed = path + "?" + Http.encode(Map.of("time", value(random)));
      case 3 -> changed = path + "?" + Http.encode(Map.of(value(random), value(random)));
      case 4 -> changed = path.substring(0, path.lastIndexOf('/') + 1) + Http.encode(value(random));
      default -> {
        return changed;
      }
    }
    return changed;
  }

  private static String value(Random random) {
    return pick(
        random,
        "*",
        "\"\"",
        "W/",
        ",,,",
        "\"a\", W/\"b\"",
        "gzip",
        "gzip;q=0, br",
        "*;q=0",
        "gzip;q=x",
        "application/statuslist+jwt",
        "text/html, */*;q=0.1",
        "bytes=0-10",
        "Bearer x",
        "a".repeat(2_000),
        "%",
        "\\\\",
        "-1");
  }

  private static String pick(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }
}
