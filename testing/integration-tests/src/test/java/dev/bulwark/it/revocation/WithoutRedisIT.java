package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.ServerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * R8, C4: a server for which no Redis is configured. Its lists have every revocation, the client of
 * each language lives on them alone, and nothing calls the lack of Redis a fault.
 */
class WithoutRedisIT {

  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration NOW = Duration.ZERO;

  /** How long an application may use a list that Keycloak does not confirm; the shortest. */
  private static final Duration LIST_LIFE = Duration.ofSeconds(6);

  private static final Duration PAST_THE_LIST = Duration.ofMinutes(2);
  private static final int ACCOUNT_LIMIT = 10;
  private static final StatusListView LISTS = new StatusListView();

  private static OwnServer server;

  private PathRealm realm;

  private enum Client {
    JAVA(StatusListClient::java),
    PYTHON(StatusListClient::python),
    NODE(StatusListClient::node);

    private final Function<String, StatusListClient> of;

    Client(Function<String, StatusListClient> of) {
      this.of = of;
    }
  }

  @BeforeAll
  static void start() {
    server =
        OwnServer.start(
            ServerSpec.builder()
                .name("without-redis")
                .shortLived()
                .option("log-level", "info")
                .option("spi-events-listener--redis-revocation--everywhere", "true")
                .option("spi-login-rate-limiter--default--everywhere", "true")
                .option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24")
                .option("spi-login-rate-limiter--default--address-limit", "0")
                .option(
                    "spi-realm-restapi-extension--token-status--list-life",
                    Long.toString(LIST_LIFE.toSeconds()))
                .environment("KC_BOOTSTRAP_ADMIN_USERNAME", TestStack.ADMIN_USERNAME)
                .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void createRealm() {
    realm = PathRealm.create(server.url(), server.admin(), "without-redis");
    realm.addStatusLists("cli");
  }

  @AfterEach
  void deleteRealm() {
    realm.delete();
  }

  @ParameterizedTest
  @EnumSource
  void aClientAcceptsATokenUntilItsLogoutAndKnowsNothingPastTheEndOfItsList(Client each) {
    try (Relay relay = new Relay(server.url())) {
      // Keycloak takes the host that a client names for its own.
      PathRealm relayed = PathRealm.known(relay.url(), server.admin(), realm.name());
      try (StatusListClient client = each.of.apply(relayed.issuer())) {
        endsWithTheLogout(client, relayed, relay);
      }
    }
  }

  private static void endsWithTheLogout(StatusListClient client, PathRealm realm, Relay relay) {
    Response dead = realm.login("ann");
    Response alive = realm.login("ben");
    assertThat(check(client, dead, NOW)).isEqualTo("live");
    assertThat(check(client, alive, NOW)).isEqualTo("live");

    realm.logout("cli", dead.text("refresh_token")).expect(204);
    await()
        .atMost(FRESH)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(check(client, dead, NOW)).isEqualTo("revoked"));
    assertThat(check(client, alive, NOW)).isEqualTo("live");

    relay.cut();
    assertThat(check(client, dead, NOW)).isEqualTo("revoked");
    assertThat(check(client, alive, NOW)).as("the list is good until its exp").isEqualTo("live");
    assertThat(check(client, dead, PAST_THE_LIST)).isEqualTo("unknown");
    assertThat(check(client, alive, PAST_THE_LIST)).isEqualTo("unknown");
  }

  private static String check(StatusListClient client, Response tokens, Duration ahead) {
    return client.check(tokens.text("access_token"), ahead);
  }

  @Test
  void aResponseIsSentWhenTheListHasItsRevocationsAndTheListsGoOn() {
    Response left = realm.login("ann");
    Response removed = realm.login("ann");
    Response alive = realm.login("ben");

    Response logout = realm.logout("cli", left.text("refresh_token")).expect(204);
    assertThat(logout.header("Bulwark-Revocation")).as("nothing is pending").isEmpty();
    awaitListed(left);
    realm.admin().delete(realm.path("/sessions/" + PathRealm.sid(removed))).expect(204);
    awaitListed(removed);

    Instant before = expiry(alive);
    await("a list that began after the end of the first")
        .atMost(SOON)
        .until(() -> expiry(alive).isAfter(before.plus(LIST_LIFE)));
    awaitStatus(alive, false);
    assertThat(metric("bulwark_revocation_answered_early_total")).isZero();
  }

  @Test
  void everythingOfAUserEndsWithOneCall() {
    realm.allowGlobalRevocation();
    Response tokens = realm.login("ann");
    realm.endEverything(realm.userId("ann")).expect(204);
    awaitListed(tokens);
  }

  @Test
  void healthMetricsAndReportDoNotCallItAnOutage() {
    realm.logout("cli", realm.login("ann").text("refresh_token")).expect(204);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              JsonNode revocations = check("Bulwark revocations in Redis");
              assertThat(revocations.at("/data/status").asText()).isEqualTo("in step");
              assertThat(revocations.at("/data/pending").asInt()).isZero();
              assertThat(revocations.at("/data/completeAgeSeconds").asInt()).isLessThan(10);
            });
    assertThat(check("Bulwark Redis").at("/data/status").asText()).isEqualTo("not configured");
    assertThat(metric("bulwark_redis_up")).as("neither up nor down").isNaN();
    assertThat(metric("bulwark_limiter_alone")).isZero();
    assertThat(metric("bulwark_revocation_pending")).isZero();
    assertThat(metric("bulwark_revocation_push_failures_total")).isZero();

    JsonNode report = realm.admin().get(realm.path("/revocations")).expect(200).json();
    assertThat(report.get("total").asInt()).isEqualTo(1);
    JsonNode status = realm.admin().get(realm.path("/bulwark-status")).expect(200).json();
    Map<String, String> reasons = new HashMap<>();
    status
        .get("parts")
        .forEach(part -> reasons.put(part.get("part").asText(), part.get("reason").asText()));
    assertThat(reasons)
        .containsEntry("redis", "not-configured")
        .containsEntry("revocation", "status-lists");

    assertThat(server.log().lines().filter(line -> line.matches(".*\\[dev\\.bulwark.*Redis.*")))
        .as("one line says so")
        .singleElement()
        .asString()
        .contains(" INFO ", "No Redis is configured", "spi-redis-connection--default--url");
    assertThat(server.log()).doesNotContain(" ERROR ");
  }

  @Test
  void theNodeLimitsLogins() {
    for (int attempt = 0; attempt < ACCOUNT_LIMIT; attempt++) {
      assertThat(login("wrong").status()).isNotEqualTo(429);
    }
    assertThat(login(PathRealm.PASSWORD).status()).isEqualTo(429);
    realm.login("ann");
  }

  private Response login(String password) {
    return realm.token(
        "cli", Map.of("grant_type", "password", "username", "cyn", "password", password));
  }

  private static void awaitListed(Response tokens) {
    awaitStatus(tokens, true);
  }

  private static void awaitStatus(Response tokens, boolean isRevoked) {
    await()
        .atMost(FRESH)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> assertThat(LISTS.isRevoked(tokens.text("access_token"))).contains(isRevoked));
  }

  /** The {@code exp} of the list of a token. */
  private static Instant expiry(Response tokens) {
    StatusListView.Place place = StatusListView.place(tokens.text("access_token")).orElseThrow();
    // A list of six seconds is missing for a moment where a busy machine confirms it late.
    Response list =
        await().atMost(SOON).until(() -> LISTS.list(place), answer -> answer.status() == 200);
    JsonNode claims = LISTS.verified(list, place.uri());
    return Instant.ofEpochSecond(claims.get("exp").asLong());
  }

  private static double metric(String name) {
    return Metrics.sum(server.managementUrl(), name);
  }

  private static JsonNode check(String name) {
    JsonNode ready = Http.get(server.managementUrl() + "/health/ready").expect(200).json();
    for (JsonNode check : ready.get("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("no check " + name + " in " + ready);
  }
}
