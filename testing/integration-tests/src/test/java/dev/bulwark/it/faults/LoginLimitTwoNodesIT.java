package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L1, K5: two nodes with one database and one Redis, which know of no proxy. */
@Tag("full")
class LoginLimitTwoNodesIT {

  private static final int PER_ADDRESS = 5;
  private static final int PER_ACCOUNT = 10;
  private static final int PER_CLIENT = 10;
  private static final int WRONG_KEYS = 30;
  private static final String CLIENT_SECRET = "limits-secret";
  private static final String USER = "ann";
  private static final String PASSWORD = "correct-limit-battery";
  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private static NodePair nodes;
  private static FaultServer first;
  private static FaultServer second;

  @BeforeAll
  static void start() {
    nodes =
        NodePair.start(
            "limit-node",
            (name, spec) ->
                spec.option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24"));
    first = nodes.first();
    second = nodes.second();
    first.admin().post("/realms", realm()).expect(201);
    first
        .admin()
        .post(
            "/realms/limits/users",
            """
            {"username": "eve", "enabled": true, "email": "eve@example.org", "emailVerified": true,
             "firstName": "Eve", "lastName": "Limit",
             "credentials": [{"type": "password", "value": "%s"}]}
            """
                .formatted(PASSWORD))
        .expect(201);
  }

  private static String realm() {
    try (InputStream in =
        LoginLimitTwoNodesIT.class.getResourceAsStream(
            "/dev/bulwark/it/ratelimit/limits-realm.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void end() {
    if (nodes != null) {
      nodes.close();
    }
  }

  @AfterEach
  void redisIsThere() {
    if (!nodes.redis().isAlive()) {
      nodes.redis().startAgain();
      nodes.awaitRedis(1);
    }
  }

  /** The source address of a client of this machine. */
  private static String newAddress() {
    int number = ADDRESSES.incrementAndGet();
    return "127.2." + number / 250 + "." + (1 + number % 250);
  }

  @Test
  void attemptsOverBothNodesShareTheFive() throws Exception {
    String address = newAddress();
    List<Callable<Integer>> attempts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      FaultServer node = i % 2 == 0 ? first : second;
      String header = "X-Forwarded-For: 10.0." + i + ".1";
      attempts.add(
          () -> untilDecided(node, address, "nobody-" + header.hashCode(), "wrong", header));
    }
    List<Integer> statuses = concurrently(attempts);
    assertThat(statuses).filteredOn(status -> status == 400).hasSize(PER_ADDRESS);
    assertThat(statuses).filteredOn(status -> status == 429).hasSize(200 - PER_ADDRESS);
    assertThat(grant(second, newAddress(), USER, PASSWORD)).isEqualTo(200);
  }

  @Test
  void attemptsInTurnShareTheFiveToo() {
    String address = newAddress();
    for (int i = 0; i < PER_ADDRESS; i++) {
      assertThat(grant(i % 2 == 0 ? first : second, address, "nobody-" + i, "wrong"))
          .isEqualTo(400);
    }
    assertThat(grant(first, address, USER, PASSWORD)).isEqualTo(429);
    assertThat(grant(second, address, USER, PASSWORD)).isEqualTo(429);
  }

  @Test
  void anAccountHasItsTenOverBothNodes() throws Exception {
    List<Callable<Integer>> attempts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      FaultServer node = i % 2 == 0 ? first : second;
      String name = i % 3 == 0 ? "ben@example.org" : "BEN";
      attempts.add(() -> untilDecided(node, newAddress(), name, "wrong"));
    }
    assertThat(concurrently(attempts)).filteredOn(status -> status == 400).hasSize(PER_ACCOUNT);
  }

  @Test
  void aSlotGivenBackAtOneNodeIsFreeAtTheOther() {
    String address = newAddress();
    for (int i = 0; i < PER_ADDRESS - 1; i++) {
      assertThat(grant(first, address, "nobody-" + i, "wrong")).isEqualTo(400);
    }
    for (int i = 0; i < 10; i++) {
      FaultServer node = i % 2 == 0 ? first : second;
      // The other node learns it from Redis, where the slot goes back after the answer.
      await()
          .atMost(Duration.ofSeconds(5))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> grant(node, address, USER, PASSWORD) == 200);
    }
    assertThat(grant(second, address, "nobody", "wrong")).isEqualTo(400);
    assertThat(grant(first, address, USER, PASSWORD)).isEqualTo(429);
  }

  /** L2: a device that is known at one node is at the other, and so is an address. */
  @Test
  void strangersAtOneNodeKeepNobodyOutOfTheOther() {
    String known = newAddress();
    FormBrowser browser = new FormBrowser(first.keycloak().url(), NodePair.PUBLIC_URL);
    assertThat(signIn(first, browser)).isEqualTo(302);
    assertThat(grant(first, known, "eve", PASSWORD)).isEqualTo(200);
    for (int i = 0; i < PER_ACCOUNT + 2; i++) {
      grant(second, newAddress(), "eve", "wrong");
    }
    for (int i = 0; i < PER_ADDRESS; i++) {
      grant(second, "127.0.0.1", "nobody-" + i, "wrong");
    }
    assertThat(grant(second, newAddress(), "eve", PASSWORD)).isEqualTo(429);
    assertThat(grant(second, "127.0.0.1", "eve", PASSWORD)).isEqualTo(429);
    // The mark of the address goes to Redis after the answer.
    await().atMost(Duration.ofSeconds(5)).until(() -> grant(second, known, "eve", PASSWORD) == 200);
    FormBrowser carried = new FormBrowser(second.keycloak().url(), NodePair.PUBLIC_URL);
    carried.takeCookieFrom(browser, "BULWARK_DEVICE");
    assertThat(signIn(second, carried)).isEqualTo(302);
  }

  /** The status of the answer to the login form, from 127.0.0.1. */
  private static int signIn(FaultServer node, FormBrowser browser) {
    FormBrowser.Page form =
        browser.open(
            node.keycloak().url()
                + "/realms/limits/protocol/openid-connect/auth?client_id=cli&response_type=code"
                + "&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%2Fdone");
    return browser.submitOnly(form, Map.of("username", "eve", "password", PASSWORD)).status();
  }

  @Test
  void withoutRedisEachNodeHasItsFive() {
    nodes.redis().kill();
    nodes.awaitRedis(0);
    String address = newAddress();
    int granted = 0;
    for (int i = 0; i < 30; i++) {
      granted += grant(i % 2 == 0 ? first : second, address, "nobody-" + i, "wrong") == 400 ? 1 : 0;
    }
    assertThat(granted).isEqualTo(2 * PER_ADDRESS);
    nodes.redis().startAgain();
    nodes.awaitRedis(1);
    assertThat(grant(first, address, "nobody", "wrong")).isEqualTo(429);
    String later = newAddress();
    granted = 0;
    for (int i = 0; i < 30; i++) {
      granted += grant(i % 2 == 0 ? first : second, later, "nobody-" + i, "wrong") == 400 ? 1 : 0;
    }
    assertThat(granted).isEqualTo(PER_ADDRESS);
  }

  /** Of 200 wrong secrets of a client ten are told to be wrong, whichever node they come to. */
  @Test
  void wrongClientSecretsOverBothNodesShareTheTen() throws Exception {
    String address = newAddress();
    List<Callable<Integer>> attempts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      FaultServer node = nodes.inTurn(i);
      String secret = "wrong-" + i;
      attempts.add(() -> introspect(node, address, secret));
    }
    List<Integer> statuses = concurrently(attempts);
    assertThat(statuses).filteredOn(status -> status == 401).hasSize(PER_CLIENT);
    assertThat(statuses).filteredOn(status -> status == 429).hasSize(200 - PER_CLIENT);
    // Then the right one is not looked at, but it is from elsewhere.
    for (FaultServer node : List.of(first, second)) {
      assertThat(introspect(node, address, CLIENT_SECRET)).isEqualTo(429);
      assertThat(introspect(node, newAddress(), CLIENT_SECRET)).isEqualTo(200);
    }
  }

  @Test
  void wrongKeysOverBothNodesShareTheThirty() throws Exception {
    String address = newAddress();
    List<Callable<Integer>> attempts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      FaultServer node = nodes.inTurn(i);
      String key = "wrong-key-number-" + i;
      attempts.add(() -> exchange(node, address, key));
    }
    List<Integer> statuses = concurrently(attempts);
    assertThat(statuses).filteredOn(status -> status == 400).hasSize(WRONG_KEYS);
    assertThat(statuses).filteredOn(status -> status == 429).hasSize(200 - WRONG_KEYS);
    assertThat(exchange(second, newAddress(), "wrong-key-number-0")).isEqualTo(400);
  }

  @Test
  void withoutRedisEachNodeCountsSecretsAndKeysAlone() {
    nodes.redis().kill();
    nodes.awaitRedis(0);
    String address = newAddress();
    List<Integer> secrets = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    for (int i = 0; i < 4 * WRONG_KEYS; i++) {
      secrets.add(introspect(nodes.inTurn(i), address, "wrong-" + i));
      keys.add(exchange(nodes.inTurn(i), address, "wrong-key-number-" + i));
    }
    assertThat(secrets).filteredOn(status -> status == 401).hasSize(2 * PER_CLIENT);
    assertThat(keys).filteredOn(status -> status == 400).hasSize(2 * WRONG_KEYS);
  }

  /** Introspects a token that is none. */
  private static int introspect(FaultServer node, String address, String secret) {
    return RawHttp.status(
        RawHttp.postFrom(
            address,
            node.keycloak().url(),
            "/realms/limits/protocol/openid-connect/token/introspect",
            Map.of("token", "x"),
            List.of("Authorization: " + Realm.basic("ciba", secret))));
  }

  private static int exchange(FaultServer node, String address, String key) {
    return RawHttp.status(
        RawHttp.postFrom(
            address,
            node.keycloak().url(),
            "/realms/limits/protocol/openid-connect/token",
            Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key", "client_id", "cli"),
            List.of("X-API-Key: " + key)));
  }

  private static int grant(
      FaultServer node, String address, String user, String password, String... headers) {
    return RawHttp.status(answer(node, address, user, password, headers));
  }

  /** As a script does it that is told to come again in a second. */
  private static int untilDecided(
      FaultServer node, String address, String user, String password, String... headers) {
    String answer =
        await()
            .atMost(SOON)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofSeconds(1))
            .until(
                () -> answer(node, address, user, password, headers),
                text -> !text.contains("in progress"));
    return RawHttp.status(answer);
  }

  private static String answer(
      FaultServer node, String address, String user, String password, String... headers) {
    return RawHttp.postFrom(
        address,
        node.keycloak().url(),
        "/realms/limits/protocol/openid-connect/token",
        Map.of(
            "grant_type", "password", "client_id", "cli", "username", user, "password", password),
        List.of(headers));
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
