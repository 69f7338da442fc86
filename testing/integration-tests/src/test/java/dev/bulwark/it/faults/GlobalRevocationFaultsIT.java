package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.revocation.Directory;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R10: 204 means that Redis has every key, and 503 that it may lack one. The commit does not wait
 * for Redis here, and the background work comes seldom: nothing else puts the keys there in time.
 */
@Tag("full")
class GlobalRevocationFaultsIT {

  /** More than are done by the thread for short work. */
  private static final int TOKENS = 250;

  private static RedisProcess redis;
  private static SlowLine line;
  private static FaultServer server;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    line = new SlowLine(redis.port());
    server =
        FaultServer.start(
            "global-revocation-faults",
            "redis://127.0.0.1:" + line.port(),
            null,
            spec ->
                spec.option("spi-events-listener--redis-revocation--push-wait", "0")
                    .option("spi-events-listener--redis-revocation--interval", "10000")
                    .option("spi-redis-connection--default--command-timeout", "20000"));
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (line != null) {
      line.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @BeforeEach
  void makeRealm() {
    server.awaitRedisUp(1);
    tokens =
        IssuedTokens.inNewRealm(
            server.keycloak().url(), server.admin(), "global-" + UUID.randomUUID(), redis::ttl);
    tokens.allowGlobalRevocation(server.admin());
  }

  @AfterEach
  void hurry() {
    line.delay(Duration.ZERO);
  }

  private List<Response> issue(int count) {
    List<Response> issued = new ArrayList<>();
    issued.add(tokens.login("ann"));
    while (issued.size() < count) {
      issued.add(tokens.refresh(issued.get(issued.size() - 1)));
    }
    return issued;
  }

  @Test
  void theAnswerWaitsForASlowRedis() {
    List<Response> all = issue(TOKENS);
    line.delay(Duration.ofMillis(300));
    tokens.endEverything("ann").expect(204);
    assertThat(all).allMatch(tokens::isInRedis);
  }

  @Test
  void aRepeatedCallPutsThereWhatAnOutageHasKeptOut() {
    List<Response> all = issue(20);
    redis.kill();
    assertThat(tokens.endEverything("ann").expect(503).header("Retry-After")).isEqualTo("5");
    redis.startAgain();
    server.awaitRedisUp(1);
    tokens.endEverything("ann").expect(204);
    assertThat(all).allMatch(tokens::isInRedis);
  }

  @Test
  void aRedisThatRejectsWritesIsNoConfirmation() {
    List<Response> all = issue(20);
    redis.configure("maxmemory", "1");
    try {
      tokens.endEverything("ann").expect(503);
    } finally {
      redis.configure("maxmemory", "0");
    }
    server.awaitRedisUp(1);
    tokens.endEverything("ann").expect(204);
    assertThat(all).allMatch(tokens::isInRedis);
  }

  /** The caller would take a 404 for good news: such a user has no sessions. */
  @ParameterizedTest(name = "pages: {0}")
  @ValueSource(booleans = {false, true})
  void aUserStoreThatIsDownMayHaveTheUser(boolean pages) {
    String realm = "/realms/" + tokens.realm();
    try (Directory directory = Directory.start(List.of("liz", "lou"))) {
      makeLocalUserWithAddressOf("lou", realm);
      String store = directory.connect(server.admin(), realm, "people", false);
      if (pages) {
        Directory.searchInPages(server.admin(), realm + "/components/" + store);
      }
      Response login = tokens.login("liz");
      String id = Realm.claims(login.text("access_token")).get("sub").asText();
      tokens.endEverything("nobody").expect(404);
      tokens.endEverything("lou").expect(422);

      directory.stop();
      server.admin().post(realm + "/clear-user-cache", "{}").expect(204);
      assertThat(tokens.endEverything("liz").expect(503).header("Retry-After")).isEqualTo("5");
      tokens.endEverythingOfId(id).expect(503);
      tokens.endEverything("nobody").expect(503);
      tokens.endEverything("lou").expect(503);
      assertThat(tokens.isInRedis(login)).isFalse();
      assertThat(server.keycloak().log())
          .as("where it comes from")
          .containsPattern("global token revocation was not possible: [^\\n]*\\n\\s+at ");

      directory.startAgain();
      tokens.endEverything("liz").expect(204);
      assertThat(tokens.isInRedis(login)).isTrue();
    }
  }

  private void makeLocalUserWithAddressOf(String user, String realm) {
    // Else Keycloak loads no user of the store whose address is that of a local one.
    server
        .admin()
        .put(realm, Json.object("loginWithEmailAllowed", false, "duplicateEmailsAllowed", true))
        .expect(204);
    server
        .admin()
        .post(
            realm + "/users",
            Json.object("username", "local", "enabled", true, "email", user + "@example.org"))
        .expect(201);
  }

  @Test
  @Tag("full")
  void theAnswerDoesNotWaitLongerThanItMay() {
    List<Response> all = issue(5);
    line.delay(Duration.ofSeconds(15));
    long began = System.nanoTime();
    tokens.endEverything("ann").expect(503);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
    line.delay(Duration.ZERO);
    tokens.endEverything("ann").expect(204);
    assertThat(all).allMatch(tokens::isInRedis);
  }
}
