package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.StatusListView.Place;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R8: token status lists while Redis or the ledger fails, and after Keycloak was killed. */
@Tag("full")
class StatusListFaultsIT {

  private static final Duration FRESH = Duration.ofSeconds(5);

  private static final StatusListView LISTS = new StatusListView();

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static FaultServer server;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    server =
        FaultServer.start(
            "status-list-faults",
            redis.url(),
            database,
            spec -> spec.option("spi-realm-restapi-extension--token-status--list-life", "15"));
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (redis != null) {
      redis.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @BeforeEach
  void makeRealm() {
    server.awaitRedisUp(1);
    AdminApi admin = server.admin();
    String realm = "lists-" + UUID.randomUUID();
    tokens = IssuedTokens.inNewRealm(server.keycloak().url(), admin, realm, redis::ttl);
    JsonNode client = admin.get("/realms/" + realm + "/clients?clientId=cli").json().get(0);
    ((ObjectNode) client.get("attributes")).put("token-status", "true");
    admin
        .put("/realms/" + realm + "/clients/" + client.get("id").asText(), client.toString())
        .expect(204);
  }

  private static Place place(Response of) {
    return StatusListView.place(of.text("access_token")).orElseThrow();
  }

  /** A list is 503 for a moment where the machine is too busy to confirm it in time. */
  private static boolean isServed(Response of) {
    return Http.get(place(of).uri()).status() == 200;
  }

  private static void awaitRevoked(Response of) {
    await().atMost(FRESH).until(() -> isServed(of) && isRevoked(of));
  }

  private static boolean isRevoked(Response of) {
    return LISTS.isRevoked(of.text("access_token")).orElseThrow();
  }

  @Test
  void withoutRedisTheListsAreCompleteAndFresh() {
    Response dead = tokens.login("ann");
    Response alive = tokens.login("ben");
    assertThat(isRevoked(dead)).isFalse();
    redis.kill();
    try {
      tokens.logout(dead);
      awaitRevoked(dead);
      long expiry = expiry(alive);
      // The lists are confirmed anew, again and again.
      await().atMost(SOON).until(() -> isServed(alive) && expiry(alive) > expiry);
      assertThat(isRevoked(alive)).isFalse();
    } finally {
      redis.startAgain();
    }
    tokens.awaitAgreement(1, SOON);
  }

  private static long expiry(Response of) {
    Place place = place(of);
    return LISTS.verified(Http.get(place.uri()).expect(200), place.uri()).get("exp").asLong();
  }

  @Test
  void aListThatIsNotConfirmedExpires() {
    Response alive = tokens.login("ann");
    String uri = place(alive).uri();
    Http.get(uri).expect(200);
    try (OpenTransaction lock =
        database.hold("LOCK TABLE bulwark_revocation_scope IN ACCESS EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      await().atMost(SOON).until(() -> Http.get(uri).status() == 503);
      assertThat(Http.get(uri).header("Retry-After")).isNotEmpty();
      assertThat(Http.get(uri).header("Cache-Control")).isEqualTo("no-store");
    }
    await().atMost(SOON).until(() -> Http.get(uri).status() == 200);
    assertThat(isRevoked(alive)).isFalse();
  }

  @Test
  void aKilledServerForgetsNoBitAndRepeatsNoPlace() {
    Response dead = tokens.login("ann");
    Response alive = tokens.login("ben");
    assertThat(Realm.claims(dead.text("access_token")).get("jti").asText())
        .endsWith("~" + place(dead).uri().replaceFirst(".*/", "") + "." + place(dead).index());
    tokens.logout(dead);
    server.keycloak().kill();
    server.keycloak().startAgain();
    await().atMost(SOON).until(() -> isServed(dead));
    awaitRevoked(dead);
    assertThat(isRevoked(alive)).isFalse();
    Response next = tokens.refresh(alive);
    assertThat(place(next)).isNotEqualTo(place(alive));
    tokens.logout(next);
    for (Response ended : new Response[] {alive, next}) {
      awaitRevoked(ended);
    }
    tokens.awaitAgreement(3, SOON);
  }
}
