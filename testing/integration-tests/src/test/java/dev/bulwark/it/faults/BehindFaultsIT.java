package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * R3, R7: the ledger is written behind the response, and the server ends in between. Nobody may
 * have a token that is neither in the ledger nor revoked.
 */
class BehindFaultsIT {

  private static final int TOKENS = 30;

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
            "behind-faults",
            redis.url(),
            database,
            spec ->
                spec.option("spi-events-listener--redis-revocation--ledger", "behind")
                    // The machine may be slow.
                    .option("spi-events-listener--redis-revocation--push-wait", "10000"));
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
    tokens =
        IssuedTokens.inNewRealm(
            server.keycloak().url(), server.admin(), "behind-" + UUID.randomUUID(), redis::ttl);
  }

  /** The table is locked, so that no row gets in before the kill, however fast the machine is. */
  @Test
  void whatAKilledServerHadNotWrittenIsRevoked() {
    Response written = awaitReservedIds();
    await().atMost(SOON).until(() -> rows().contains(written));
    List<Response> lost = new ArrayList<>();
    try (OpenTransaction lock = database.hold("LOCK TABLE BULWARK_TOKEN IN EXCLUSIVE MODE")) {
      for (int i = 0; i < TOKENS; i++) {
        lost.add(tokens.service());
      }
      server.keycloak().kill();
      database.endConnections();
    }
    assertThat(lost).noneMatch(rows()::contains);
    server.keycloak().startAgain();
    await().atMost(SOON).until(() -> lost.stream().allMatch(tokens::isInRedis));
    assertThat(tokens.isInRedis(written)).isFalse();
    server.awaitMetric("bulwark_revocation_node_lost_total", TOKENS);
    tokens.logout(tokens.login("ann"));
  }

  @Test
  void aCleanStopLeavesEveryRowAndNoBlock() {
    awaitReservedIds();
    List<Response> issued = new ArrayList<>();
    for (int i = 0; i < TOKENS; i++) {
      issued.add(tokens.service());
    }
    server.keycloak().stop();
    assertThat(issued).allMatch(rows()::contains);
    assertThat(count("BULWARK_BLOCK")).isZero();
    assertThat(count("BULWARK_NODE")).as("the row that counts barriers").isEqualTo(1);
    server.keycloak().startAgain();
    assertThat(issued).noneMatch(tokens::isInRedis);
  }

  /**
   * Tokens of a service share rows. Each is found by whatever ends it, and none is taken for lost
   * with its node.
   */
  @Test
  void tokensThatShareARowEndOneByOneAndAllTogether() throws Exception {
    awaitReservedIds();
    List<Response> sharing = awaitSharedRows();
    Response one = sharing.get(0);
    tokens.revokeService(one);
    assertThat(tokens.isInRedis(one)).isTrue();
    server.keycloak().kill();
    server.keycloak().startAgain();
    server.awaitMetric("bulwark_revocation_node_lost_total", 1);
    assertThat(sharing.subList(1, sharing.size())).noneMatch(tokens::isInRedis);

    server.admin().put(client("service"), Json.object("enabled", false)).expect(204);
    assertThat(sharing).allMatch(tokens::isInRedis);
    tokens.awaitAgreement(SOON);
  }

  private String client(String clientId) {
    String clients = "/realms/" + tokens.realm() + "/clients";
    return clients
        + "/"
        + server
            .admin()
            .get(clients + "?clientId=" + clientId)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
  }

  /** Tokens asked for by several threads, until some share a row; those are returned. */
  private List<Response> awaitSharedRows() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Response> sharing = new ArrayList<>();
      while (sharing.size() < TOKENS) {
        List<Future<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
          calls.add(threads.submit(tokens::service));
        }
        List<Response> issued = new ArrayList<>();
        for (Future<Response> call : calls) {
          issued.add(call.get(1, TimeUnit.MINUTES));
        }
        await().atMost(SOON).until(() -> issued.stream().allMatch(rows()::contains));
        issued.stream().filter(rows()::isShared).forEach(sharing::add);
      }
      return sharing;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Returns a token that has a reserved id: it is not the first of its kind. */
  private Response awaitReservedIds() {
    await()
        .atMost(SOON)
        .until(
            () -> {
              tokens.service();
              return count("BULWARK_NODE WHERE BUSY = 1") == 1 && count("BULWARK_BLOCK") > 0;
            });
    return tokens.service();
  }

  /** The ledger as it is now, read by one query: each is a process. */
  private static Rows rows() {
    return new Rows(database.sql("SELECT JTI, COALESCE(OTHER_JTIS, '') FROM BULWARK_TOKEN"));
  }

  /**
   * Rows of the ledger.
   *
   * @param text one a line: the id of its first token, a bar, the ids of those that share it
   */
  private record Rows(String text) {

    /** In one row, and once. */
    boolean contains(Response token) {
      int found = text.indexOf(jti(token));
      return found >= 0 && found == text.lastIndexOf(jti(token));
    }

    boolean isShared(Response token) {
      String jti = jti(token);
      return text.lines().anyMatch(row -> row.indexOf(jti) > row.indexOf('|'));
    }

    private static String jti(Response token) {
      return Realm.claims(token.text("access_token")).get("jti").asText();
    }
  }

  private static int count(String rows) {
    return Integer.parseInt(database.sql("SELECT COUNT(*) FROM " + rows));
  }
}
