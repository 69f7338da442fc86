package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.CLIENT_SECRET;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.SecretPath.PER_CLIENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * L1, K5: wrong client secrets and wrong API keys are limited per address, at every endpoint that
 * takes one. {@code LoginLimitTwoNodesIT} shows the same over two nodes.
 */
class WrongSecretsIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final String TOKEN = "/realms/limits/protocol/openid-connect/token";

  @BeforeAll
  static void prepare() {
    KeyPath.prepare(SERVER);
  }

  @ParameterizedTest
  @EnumSource
  void tenWrongSecretsOfAClientAtAnAddressAndNoEleventh(SecretPath path) {
    String address = newAddress();
    String client = path.newClient(SERVER);
    for (int i = 0; i < PER_CLIENT; i++) {
      Response wrong = path.send(SERVER, address, client, "wrong-" + i);
      assertThat(wrong.status()).as(wrong.body()).isIn(400, 401);
    }
    // The right one is not looked at either.
    for (String secret : List.of("wrong", CLIENT_SECRET)) {
      Response refused = path.send(SERVER, address, client, secret);
      assertThat(refused.status()).as(refused.body()).isEqualTo(path.refused());
      if (path.refused() == 429) {
        assertThat(refused.text("error")).isEqualTo("slow_down");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
      }
    }
    // Neither another client there nor this one elsewhere is concerned.
    assertIsHeard(path.send(SERVER, address, path.newClient(SERVER), CLIENT_SECRET));
    assertIsHeard(path.send(SERVER, newAddress(), client, CLIENT_SECRET));
  }

  /** The client has got in; what it asked for need not be there. */
  private static void assertIsHeard(Response response) {
    assertThat(response.status()).as(response.body()).isNotIn(401, 429);
    assertThat(response.body()).doesNotContain("invalid_client", "unauthorized_client");
  }

  /** Whatever others behind its address send, by cross-site forms for one (M3). */
  @Test
  void aSecretThatWasRightLatelyPassesThere() {
    String address = newAddress();
    String client = SecretPath.INTROSPECTION.newClient(SERVER);
    SecretPath.INTROSPECTION.send(SERVER, address, client, CLIENT_SECRET).expect(200);
    for (int i = 0; i < PER_CLIENT; i++) {
      SecretPath.INTROSPECTION.send(SERVER, address, client, "wrong-" + i).expect(401);
    }
    SecretPath.INTROSPECTION.send(SERVER, address, client, "wrong").expect(429);
    for (int i = 0; i < 20; i++) {
      SecretPath.INTROSPECTION.send(SERVER, address, client, CLIENT_SECRET).expect(200);
    }
    SecretPath.INTROSPECTION.send(SERVER, address, client, CLIENT_SECRET + "x").expect(429);
  }

  /** Each test of a short one beyond the limit would help somebody who guesses. */
  @Test
  void aShortSecretDoesNotPass() {
    String address = newAddress();
    String client = SERVER.newClient(Map.of("secret", "short-secret"));
    SecretPath.INTROSPECTION.send(SERVER, address, client, "short-secret").expect(200);
    for (int i = 0; i < PER_CLIENT; i++) {
      SecretPath.INTROSPECTION.send(SERVER, address, client, "wrong-" + i).expect(401);
    }
    SecretPath.INTROSPECTION.send(SERVER, address, client, "short-secret").expect(429);
  }

  /** A server uses its secret with every request; what counts is what is wrong. */
  @Test
  void rightSecretsAreNeverRefusedHoweverManyAtOnce() throws Exception {
    String address = newAddress();
    String client = SecretPath.INTROSPECTION.newClient(SERVER);
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String secret = i % 25 == 0 ? "wrong" : CLIENT_SECRET;
      calls.add(() -> SecretPath.INTROSPECTION.send(SERVER, address, client, secret).status());
    }
    List<Integer> statuses = concurrently(calls);
    assertThat(statuses).filteredOn(status -> status == 200).hasSize(192);
    assertThat(statuses).filteredOn(status -> status == 401).hasSize(8);
  }

  @Test
  void ofTwoHundredWrongOnesAtOnceTenAreToldThatTheyAre() throws Exception {
    String address = newAddress();
    String client = SecretPath.TOKEN_BY_BASIC.newClient(SERVER);
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      SecretPath path = SecretPath.values()[i % 2];
      String secret = "wrong-" + i;
      calls.add(() -> path.send(SERVER, address, client, secret).status());
    }
    List<Integer> statuses = concurrently(calls);
    assertThat(statuses).filteredOn(status -> status == 401).hasSize(PER_CLIENT);
    assertThat(statuses).filteredOn(status -> status == 429).hasSize(200 - PER_CLIENT);
  }

  @Test
  void manyClientsFromOneAddressShareALimitToo() {
    SERVER.setAttribute("loginRateLimiter.clientAddressLimit", "12");
    try {
      String address = newAddress();
      for (int i = 0; i < 12; i++) {
        String client = SecretPath.TOKEN_BY_BASIC.newClient(SERVER);
        assertThat(SecretPath.TOKEN_BY_BASIC.send(SERVER, address, client, "spray").status())
            .isEqualTo(401);
      }
      String client = SecretPath.TOKEN_BY_BASIC.newClient(SERVER);
      SecretPath.TOKEN_BY_BASIC.send(SERVER, address, client, CLIENT_SECRET).expect(429);
      SecretPath.TOKEN_BY_BASIC.send(SERVER, newAddress(), client, CLIENT_SECRET).expect(200);
      JsonNode event = SERVER.events("invalid_client_credentials", address).get(0);
      assertThat(event.get("clientId").asText()).isEqualTo(client);
      assertThat(event.get("details").get("reason").asText()).isEqualTo("rate_limited");
      assertThat(event.get("details").get("limited_by").asText()).isEqualTo("address");
    } finally {
      SERVER.setAttribute("loginRateLimiter.clientAddressLimit", "");
    }
  }

  /** Not from a trusted proxy: the headers say whatever the attacker likes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 10.66.%d.1",
        "X-Forwarded-For: 10.66.%d.1, 10.67.%d.1",
        "Forwarded: for=10.66.%d.1",
        "X-Real-IP: 10.66.%d.1",
        "X-Forwarded-For: 192.0.2.%d", // an allowed network
        "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 10.66.%d.1",
      })
  void aStrangersHeaderIsNotBelieved(String header) {
    String from = "127.3." + Math.floorMod(header.hashCode(), 250) + ".9";
    String client = SecretPath.TOKEN_BY_BASIC.newClient(SERVER);
    List<Integer> secrets = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    for (int i = 0; i < PER_CLIENT + 4; i++) {
      String told = header.replace("%d", Integer.toString(i));
      secrets.add(clientsGrant(from, client, "wrong-" + i, List.of(told)));
      keys.add(keysGrant(from, i, List.of(told)));
    }
    assertThat(secrets.subList(0, PER_CLIENT)).containsOnly(401);
    assertThat(secrets.subList(PER_CLIENT, secrets.size())).containsOnly(429);
    assertThat(keys.subList(0, KeyPath.PER_ADDRESS)).containsOnly(400);
    assertThat(keys.subList(KeyPath.PER_ADDRESS, keys.size())).containsOnly(429);
  }

  @Test
  void aFloodOfHeadersBuysNothing() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      many.add("X-Forwarded-For: 10.68." + i + ".1");
    }
    List<List<String>> floods =
        List.of(
            many,
            List.of("X-Forwarded-For: " + "10.69.1.1, ".repeat(300) + "10.69.1.2"),
            List.of("X-Forwarded-For: " + "a".repeat(4000)),
            List.of("X-Forwarded-For:"));
    String client = SecretPath.TOKEN_BY_BASIC.newClient(SERVER);
    List<Integer> secrets = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    for (int i = 0; i < PER_CLIENT + 6; i++) {
      List<String> flood = floods.get(i % floods.size());
      secrets.add(clientsGrant("127.0.3.10", client, "wrong-" + i, flood));
      keys.add(keysGrant("127.0.3.10", i, flood));
    }
    assertThat(secrets).filteredOn(status -> status == 401).hasSize(PER_CLIENT);
    assertThat(secrets.subList(PER_CLIENT, secrets.size())).containsOnly(429);
    assertThat(keys).filteredOn(status -> status == 400).hasSize(KeyPath.PER_ADDRESS);
    assertThat(keys.subList(KeyPath.PER_ADDRESS, keys.size())).containsOnly(429);
  }

  private static int clientsGrant(
      String from, String clientId, String secret, List<String> headers) {
    List<String> all = new ArrayList<>(headers);
    all.add("Authorization: " + Realm.basic(clientId, secret));
    return RawHttp.status(
        RawHttp.postFrom(
            from, SERVER.url(), TOKEN, Map.of("grant_type", "client_credentials"), all));
  }

  private static int keysGrant(String from, int number, List<String> headers) {
    List<String> all = new ArrayList<>(headers);
    all.add("X-API-Key: " + KeyPath.wrongKey(number));
    return RawHttp.status(
        RawHttp.postFrom(
            from,
            SERVER.url(),
            TOKEN,
            Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key", "client_id", "cli"),
            all));
  }

  @ParameterizedTest
  @EnumSource
  void wrongKeysOfAnAddressAreLimitedWhicheverWayTheyCome(KeyPath path) {
    String address = newAddress();
    for (int i = 0; i < KeyPath.PER_ADDRESS; i++) {
      Response wrong = path.send(SERVER, address, KeyPath.wrongKey(i | 1));
      assertThat(wrong.status()).as(wrong.body()).isEqualTo(path.wrong());
    }
    for (KeyPath other : KeyPath.values()) {
      Response refused = other.send(SERVER, address, KeyPath.wrongKey(99));
      assertThat(refused.status()).as(other + ": " + refused.body()).isEqualTo(429);
      assertThat(refused.body()).contains("slow_down");
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
    }
    assertThat(path.send(SERVER, newAddress(), KeyPath.wrongKey(1)).status())
        .isEqualTo(path.wrong());
  }

  /** Every door answers alike beyond the limit, and sends one event with the same details (K8). */
  @Test
  void everyDoorGivesTheSameAnswerAndEventBeyondTheLimit() {
    SERVER
        .admin()
        .put(
            "/realms/limits/events/config",
            Json.of(
                Map.of(
                    "eventsEnabled",
                    true,
                    "enabledEventTypes",
                    List.of(
                        "INTROSPECT_TOKEN_ERROR",
                        "OAUTH2_EXTENSION_GRANT_ERROR",
                        "LOGIN_ERROR",
                        "CLIENT_LOGIN_ERROR"))))
        .expect(204);
    try {
      String address = newAddress();
      for (int i = 0; i < KeyPath.PER_ADDRESS; i++) {
        KeyPath.VERIFY.send(SERVER, address, KeyPath.wrongKey(i)).expect(403);
      }
      for (KeyPath path : KeyPath.values()) {
        Response limited = path.send(SERVER, address, KeyPath.wrongKey(99)).expect(429);
        Response exchange = KeyPath.EXCHANGE.send(SERVER, address, KeyPath.wrongKey(99));
        for (String member : List.of("error", "error_description")) {
          assertThat(limited.json().get(member))
              .as("%s", path)
              .isNotNull()
              .isEqualTo(exchange.json().get(member));
        }
        // Beyond these, the endpoints that OAuth does not define answer with problem details.
        assertThat(limited.json().has("status")).as("%s", path).isEqualTo(path == KeyPath.VERIFY);
        assertThat(limited.header("Content-Type"))
            .as("%s", path)
            .startsWith(path == KeyPath.VERIFY ? "application/problem+json" : "application/json");
        // Keycloak sets its own for introspection.
        assertThat(limited.header("Cache-Control"))
            .as("%s", path)
            .contains(path == KeyPath.INTROSPECTION ? "no-cache" : "no-store");
      }
      // One of each way, and those that it was compared with; Keycloak has an error of its own for
      // a client that fails to authenticate.
      assertThat(limited("slow_down", address)).hasSize(2 * KeyPath.values().length - 1);
      assertThat(limited("invalid_client_credentials", address)).hasSize(1);
    } finally {
      SERVER
          .admin()
          .put(
              "/realms/limits/events/config",
              Json.of(Map.of("eventsEnabled", true, "enabledEventTypes", List.of())))
          .expect(204);
    }
  }

  private static List<JsonNode> limited(String error, String address) {
    return SERVER.events(error, address).stream()
        .map(event -> event.get("details"))
        .filter(details -> details.path("reason").asText().equals("too_many_wrong_api_keys"))
        .filter(details -> details.path("credential_type").asText().equals("api-key"))
        .toList();
  }

  @Test
  void aKeyThatTheNodeKnowsGoesOn() {
    String address = newAddress();
    String known = SERVER.newKey(SERVER.newUser());
    String unseen = SERVER.newKey(SERVER.newUser());
    KeyPath.VERIFY.send(SERVER, address, known).expect(200);
    for (int i = 0; i < KeyPath.PER_ADDRESS; i++) {
      KeyPath.VERIFY.send(SERVER, address, KeyPath.wrongKey(i)).expect(403);
    }
    KeyPath.VERIFY.send(SERVER, address, known).expect(200);
    KeyPath.VERIFY.send(SERVER, address, unseen).expect(429);
    KeyPath.VERIFY.send(SERVER, newAddress(), unseen).expect(200);
    assertThat(SERVER.redis().admin("KEYS", "limit:*k:" + address)).isNotBlank();
  }

  /** An imported key may be short enough to be guessed: its limit holds for known ones too (L5). */
  @Test
  void aShortImportedKeyIsNotTestedBeyondTheLimit() {
    String address = newAddress();
    String shortKey = "imported-key-" + System.nanoTime() % 1_000_000;
    String longKey = "imported-key-of-another-application-" + System.nanoTime();
    importKey(shortKey);
    importKey(longKey);
    KeyPath.VERIFY.send(SERVER, address, shortKey).expect(200);
    KeyPath.VERIFY.send(SERVER, address, longKey).expect(200);
    for (int i = 0; i < KeyPath.PER_ADDRESS; i++) {
      KeyPath.VERIFY.send(SERVER, address, KeyPath.wrongKey(i)).expect(403);
    }
    KeyPath.VERIFY.send(SERVER, address, shortKey).expect(429);
    KeyPath.VERIFY.send(SERVER, address, longKey).expect(200);
    KeyPath.VERIFY.send(SERVER, newAddress(), shortKey).expect(200);
  }

  /** By the password grant, where the server has an authentication session (K4, H1). */
  @Test
  void goodKeysAreAcceptedHoweverManyAtOnceUnderBruteForceDetection() throws Exception {
    String address = newAddress();
    String key = SERVER.newKey(SERVER.newUser());
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      calls.add(
          () -> {
            int accepted = 0;
            for (int i = 0; i < 10; i++) {
              accepted += KeyPath.PASSWORD_GRANT.send(SERVER, address, key).status() == 200 ? 1 : 0;
            }
            return accepted;
          });
    }
    assertThat(concurrently(calls)).containsOnly(10);
  }

  /**
   * H1, attacked: at the same moment others behind the same address send wrong keys, and strangers
   * send wrong passwords at the owner's name until Keycloak locks it.
   */
  @ParameterizedTest
  @EnumSource(names = {"EXCHANGE", "PASSWORD_GRANT"})
  void goodKeysAreAcceptedWhateverIsWrongBesideThem(KeyPath path) throws Exception {
    int each = 60;
    String address = newAddress();
    String owner = SERVER.newUser();
    String key = SERVER.newKey(owner);
    path.send(SERVER, address, key).expect(200);
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      int number = i;
      calls.add(() -> path.send(SERVER, address, key).status());
      calls.add(() -> path.send(SERVER, address, KeyPath.wrongKey(number)).status());
      calls.add(() -> SERVER.grant(newAddress(), owner, "wrong").status());
    }
    List<Integer> good = new ArrayList<>();
    List<Integer> wrong = new ArrayList<>();
    List<Integer> passwords = new ArrayList<>();
    Iterator<Integer> statuses;
    // At the same moment Keycloak may book a single one of them.
    SERVER.lockAfter(1);
    try {
      statuses = concurrently(calls).iterator();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> SERVER.failures(owner).get("disabled").asBoolean());
    } finally {
      SERVER.lockAfter(PER_ACCOUNT);
    }
    while (statuses.hasNext()) {
      good.add(statuses.next());
      wrong.add(statuses.next());
      passwords.add(statuses.next());
    }
    assertThat(good).containsOnly(200);
    assertThat(wrong).filteredOn(status -> status == path.wrong()).hasSize(KeyPath.PER_ADDRESS);
    assertThat(wrong).filteredOn(status -> status == 429).hasSize(each - KeyPath.PER_ADDRESS);
    // Attempts that found all threads of logins in use were told to come again, and not counted.
    long compared = passwords.stream().filter(status -> status == 400).count();
    assertThat(compared).isBetween(1L, (long) PER_ACCOUNT);
    assertThat(passwords).filteredOn(status -> status != 400).containsOnly(429);
    for (; compared < PER_ACCOUNT; compared++) {
      SERVER.grant(newAddress(), owner, "wrong").expect(400);
    }
    SERVER.grant(newAddress(), owner, "wrong").expect(429);
    path.send(SERVER, address, key).expect(200);
  }

  /** Or somebody who guesses at the password would begin anew with each run of a script. */
  @ParameterizedTest
  @EnumSource(names = {"EXCHANGE", "PASSWORD_GRANT"})
  void aGoodKeyClearsNoFailureOfItsOwner(KeyPath path) {
    String owner = SERVER.newUser();
    String key = SERVER.newKey(owner);
    int factor = PER_ACCOUNT / 2;
    SERVER.lockAfter(factor);
    try {
      bookFailures(owner, factor - 1);
      assertThat(SERVER.failures(owner).get("disabled").asBoolean()).isFalse();
      path.send(SERVER, newAddress(), key).expect(200);
      bookFailures(owner, 1);
      assertThat(SERVER.failures(owner).get("disabled").asBoolean())
          .as("the last failure locks")
          .isTrue();
    } finally {
      SERVER.lockAfter(PER_ACCOUNT);
    }
  }

  private static void bookFailures(String user, int wanted) {
    for (int booked = 0; booked < wanted; ) {
      booked += SERVER.failAndBook(newAddress(), user) ? 1 : 0;
    }
  }

  /** M3, attacked: another form of the address, or of the client's id, is no other window. */
  @Test
  void formsOfAnAddressOrOfAClientBuyNoFurtherGuess() {
    String client = SecretPath.INTROSPECTION.newClient(SERVER);
    List<String> forms =
        List.of(
            "2001:db8:a1:1::1",
            "2001:DB8:00A1:0001:0:0:0:2",
            "[2001:db8:a1:1::3]",
            "[2001:db8:a1:1::4]:4711",
            "2001:db8:a1:1:ffff:ffff:ffff:ffff");
    for (int i = 0; i < PER_CLIENT; i++) {
      String form = forms.get(i % forms.size());
      SecretPath.INTROSPECTION.send(SERVER, form, client, "wrong-" + i).expect(401);
    }
    for (String form : forms) {
      SecretPath.INTROSPECTION.send(SERVER, form, client, "wrong").expect(429);
    }
    // Ids of clients differ by case: no such client is there, and no secret is tested.
    SecretPath.INTROSPECTION
        .send(SERVER, forms.get(0), client.toUpperCase(Locale.ROOT), CLIENT_SECRET)
        .expect(401);
  }

  /** M3, attacked: the secret is tested of the client that the form names, and counts there. */
  @Test
  void aSecondClientInTheSameRequestBuysNoFurtherGuess() {
    String address = newAddress();
    String victim = SecretPath.TOKEN_BY_FORM.newClient(SERVER);
    String own = SecretPath.TOKEN_BY_FORM.newClient(SERVER);
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < PER_CLIENT + 4; i++) {
      statuses.add(
          SecretPath.TOKEN_BY_FORM
              .post(
                  SERVER,
                  address,
                  Map.of("client_id", victim, "client_secret", "wrong-" + i),
                  Map.of("Authorization", Realm.basic(own, CLIENT_SECRET)))
              .status());
    }
    assertThat(statuses.subList(0, PER_CLIENT)).containsOnly(401);
    assertThat(statuses.subList(PER_CLIENT, statuses.size())).containsOnly(429);
    SecretPath.TOKEN_BY_FORM.send(SERVER, address, own, CLIENT_SECRET).expect(200);
  }

  private static void importKey(String key) {
    String row =
        Json.of(
            Map.of(
                "username", SERVER.newUser(),
                "hash", sha256(key),
                "name", "imported",
                "scopes", List.of()));
    String imported = SERVER.admin().post("/realms/limits/api-keys/import", row).expect(200).body();
    assertThat(imported).contains("\"created\":1");
  }

  private static String sha256(String key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Integer> concurrently(List<Callable<Integer>> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(calls.size());
    try {
      List<Integer> results = new ArrayList<>();
      for (Future<Integer> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
