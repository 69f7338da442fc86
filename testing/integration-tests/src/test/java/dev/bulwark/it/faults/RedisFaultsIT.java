package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/**
 * R3, R13: a single Redis that is killed, emptied, paused or refuses. And what the server and its
 * answers say of it.
 */
class RedisFaultsIT {

  private static final String REDIS_CHECK = "Bulwark Redis";
  private static final String REVOCATION_CHECK = "Bulwark revocations in Redis";
  private static final String HEADER = "Bulwark-Revocation";
  private static final String COUNTER = "bulwark_revocation_answered_early_total";

  private static RedisProcess redis;
  private static FaultServer server;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    redis = RedisProcess.of(RedisKind.REDIS).start();
    server = FaultServer.start("redis-faults", redis.url(), null, spec -> spec);
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
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
            server.keycloak().url(), server.admin(), "faults-" + UUID.randomUUID(), redis::ttl);
  }

  @Test
  void killedAndStartedEmpty() {
    tokens.logout(tokens.login("ann"));
    tokens.revoke(tokens.login("ann"));
    tokens.login("ann");
    tokens.awaitAgreement(2, SOON);

    redis.kill();
    tokens.logout(tokens.login("ben"));
    tokens.login("ben");
    redis.startAgain();
    tokens.awaitAgreement(3, SOON);
  }

  /** R13. */
  @Test
  void anAnswerWithItsIdsInRedisHasNoHeader() {
    double before = server.metric(COUNTER);
    assertThat(tokens.logout(tokens.login("ann")).header(HEADER)).isEmpty();
    assertThat(tokens.revoke(tokens.login("ann")).header(HEADER)).isEmpty();
    tokens.login("ann");
    assertThat(logoutByAdmin("ann").header(HEADER)).isEmpty();
    assertThat(server.metric(COUNTER)).isEqualTo(before);
    tokens.awaitAgreement(3, SOON);
  }

  /** R13: the first call notices that Redis does not answer; the others do not wait for it. */
  @Test
  void anAnswerThatCameBeforeItsIdsSaysSo() {
    double before = server.metric(COUNTER);
    Response ended = tokens.login("ann");
    Response revoked = tokens.login("ann");
    tokens.login("ben");
    redis.pause();
    try {
      assertThat(tokens.logout(ended).header(HEADER)).isEqualTo("pending");
      assertThat(tokens.revoke(revoked).header(HEADER)).isEqualTo("pending");
      assertThat(logoutByAdmin("ben").header(HEADER)).isEqualTo("pending");
      server.awaitMetric(COUNTER, before + 3);
    } finally {
      redis.resume();
    }
    tokens.awaitAgreement(3, SOON);
    await().atMost(SOON).until(() -> tokens.logout(tokens.login("cyn")).header(HEADER).isEmpty());
  }

  private Response logoutByAdmin(String user) {
    return tokens.logoutByAdmin(server.admin(), user);
  }

  /** R10: its answer does not say that Redis has what it has not. */
  @Test
  void aGlobalRevocationSaysThatRedisIsAway() {
    tokens.allowGlobalRevocation(server.admin());
    Response session = tokens.login("ann");
    tokens.refresh(session);
    tokens.login("ben");
    redis.kill();
    assertThat(tokens.endEverything("ann").expect(503).header("Retry-After")).isEqualTo("5");
    redis.startAgain();
    server.awaitRedisUp(1);
    tokens.awaitAgreement(2, SOON);
    tokens.endEverything("ann").expect(204);
  }

  @Test
  void flushed() {
    for (int i = 0; i < 5; i++) {
      tokens.logout(tokens.login("ann"));
    }
    tokens.login("ann");
    tokens.awaitAgreement(5, SOON);
    redis.flushAll();
    tokens.awaitAgreement(5, SOON);
  }

  /** The process is the same then, and bears the epoch: it came back with what was copied. */
  @Test
  void failedOverAndBackWithALossOfWrites() {
    tokens.logout(tokens.login("ann"));
    tokens.logout(tokens.login("ben"));
    tokens.login("ben");
    tokens.awaitAgreement(2, SOON);
    try (RedisProcess other = RedisProcess.start()) {
      replicate(other, redis);
      other.admin("REPLICAOF", "NO", "ONE");
      // As if the last writes had not arrived there.
      Set<String> lost = revokedIn(other);
      assertThat(lost).hasSizeGreaterThanOrEqualTo(2);
      try (Jedis jedis = other.connect()) {
        jedis.del(lost.toArray(String[]::new));
      }
      replicate(redis, other);
      redis.admin("REPLICAOF", "NO", "ONE");
      tokens.awaitAgreement(2, SOON);
    }
  }

  /** Makes one a replica of another, and waits until it has what that has. */
  private static void replicate(RedisProcess replica, RedisProcess primary) {
    replica.admin("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
    await()
        .atMost(SOON)
        .until(
            () ->
                replica.admin("INFO", "replication").contains("master_link_status:up")
                    && revokedIn(replica).equals(revokedIn(primary)));
  }

  private static Set<String> revokedIn(RedisProcess redis) {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:*");
    }
  }

  @Test
  void pausedForAWhile() {
    pausedFor(Duration.ofSeconds(4));
  }

  @Test
  @Tag("full")
  void pausedForHalfAMinute() {
    pausedFor(Duration.ofSeconds(30));
  }

  private void pausedFor(Duration time) {
    Response early = tokens.login("ann");
    redis.pause();
    try {
      // The first may wait for a time-out; whoever comes later does not.
      tokens.logout(early);
      server.awaitRedisUp(0);
      Duration fastest = Duration.ofHours(1);
      for (int i = 0; i < 5; i++) {
        long before = System.nanoTime();
        tokens.logout(tokens.login("ben"));
        Duration taken = Duration.ofNanos(System.nanoTime() - before);
        fastest = taken.compareTo(fastest) < 0 ? taken : fastest;
      }
      assertThat(fastest)
          .as("fastest login and logout while Redis is away: less than one time-out")
          .isLessThan(Duration.ofSeconds(2));
      tokens.login("ben");
      await()
          .atMost(time.plus(SOON))
          .until(
              () ->
                  server.metric("bulwark_revocation_pending_age_seconds") >= time.toSeconds()
                      && server.metric("bulwark_revocation_pending") == 6);
    } finally {
      redis.resume();
    }
    tokens.awaitAgreement(6, SOON);
    await().atMost(SOON).until(() -> server.metric("bulwark_revocation_pending") == 0);
  }

  @Test
  void refusingWrites() {
    redis.configure("maxmemory", "1");
    try {
      tokens.logout(tokens.login("ann"));
      server.awaitRedisUp(0);
      tokens.logout(tokens.login("ben"));
      tokens.login("ben");
    } finally {
      redis.configure("maxmemory", "0");
    }
    tokens.awaitAgreement(2, SOON);
  }

  @Test
  void refusingConnections() {
    redis.stop();
    try {
      tokens.logout(tokens.login("ann"));
      tokens.revoke(tokens.login("ann"));
    } finally {
      redis.startAgain();
    }
    tokens.awaitAgreement(2, SOON);
  }

  @Test
  void healthSaysHowFarRedisIsBehindAndStaysReady() {
    JsonNode good = FaultServer.check(server.readiness().expect(200), REDIS_CHECK);
    assertThat(good.get("status").asText()).isEqualTo("UP");
    assertThat(good.at("/data/status").asText()).isEqualTo("available");
    redis.stop();
    try {
      server.awaitRedisUp(0);
      tokens.logout(tokens.login("ann"));
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                Response ready = server.readiness().expect(200);
                JsonNode connection = FaultServer.check(ready, REDIS_CHECK);
                assertThat(connection.get("status").asText()).isEqualTo("UP");
                assertThat(connection.at("/data/status").asText()).isEqualTo("away");
                assertThat(connection.at("/data/error").asText()).isEqualTo("unreachable");
                JsonNode behind = FaultServer.check(ready, REVOCATION_CHECK);
                assertThat(behind.get("status").asText()).isEqualTo("UP");
                assertThat(behind.at("/data/pending").asLong()).isEqualTo(1);
                assertThat(behind.at("/data/oldestPendingSeconds").asLong()).isPositive();
              });
    } finally {
      redis.startAgain();
    }
    tokens.awaitAgreement(1, SOON);
    await()
        .atMost(SOON)
        .until(
            () ->
                FaultServer.check(server.readiness().expect(200), REVOCATION_CHECK)
                        .at("/data/pending")
                        .asLong(-1)
                    == 0);
  }

  @Test
  void metricsCountWhatIsPushed() {
    double before = server.metric("bulwark_revocation_pushed_total");
    double pushes = server.metric("bulwark_revocation_push_seconds_count");
    tokens.logout(tokens.login("ann"));
    tokens.logout(tokens.login("ben"));
    tokens.awaitAgreement(2, SOON);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(server.metric("bulwark_revocation_pushed_total"))
                  .isGreaterThanOrEqualTo(before + 2);
              assertThat(server.metric("bulwark_revocation_push_seconds_count"))
                  .isGreaterThanOrEqualTo(pushes + 2);
              assertThat(server.metric("bulwark_revocation_push_seconds_sum")).isPositive();
              assertThat(server.metric("bulwark_revocation_pending")).isZero();
              assertThat(server.metric("bulwark_revocation_pending_age_seconds")).isZero();
              assertThat(server.metric("bulwark_revocation_leading")).isEqualTo(1);
              assertThat(server.metric("bulwark_redis_up")).isEqualTo(1);
            });
  }
}
