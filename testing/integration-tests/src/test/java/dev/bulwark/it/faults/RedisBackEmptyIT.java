package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * R3, R5: a session ends while Redis is away. An application that fails closed never accepts its
 * token afterwards, whatever Redis holds when it is back and however long Keycloak takes.
 *
 * <p>Rounds are 10 s apart, and an open transaction in the database holds up whatever writes that
 * the token is revoked: so the order of things does not depend on the load of the machine.
 */
@Tag("full")
class RedisBackEmptyIT {

  private static final Duration COMPLETE_LIFE = Duration.ofSeconds(2);
  private static final String COMPLETE = "revocation:complete";

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static FaultServer server;
  private static RevocationChecker checker;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    server =
        FaultServer.start(
            "redis-back-empty",
            redis.url(),
            database,
            spec ->
                spec.option("spi-events-listener--redis-revocation--interval", "10000")
                    // It would find the ended session's token by itself.
                    .option("spi-events-listener--redis-revocation--reconcile-interval", "60000")
                    .option(
                        "spi-events-listener--redis-revocation--complete-life",
                        Long.toString(COMPLETE_LIFE.toMillis())));
    checker =
        new RevocationChecker(
            JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
            CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
  }

  @AfterAll
  static void end() {
    for (AutoCloseable part : new AutoCloseable[] {checker, server, redis, database}) {
      if (part != null) {
        try {
          part.close();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @BeforeEach
  void makeRealm() {
    server.awaitRedisUp(1);
    tokens =
        IssuedTokens.inNewRealm(
            server.keycloak().url(),
            server.admin(),
            "back-" + UUID.randomUUID(),
            RedisBackEmptyIT::ttl);
  }

  /**
   * The rounds of before the outage know nothing of the ending. What they knew must not pass for
   * what the empty Redis holds.
   */
  @Test
  void anEmptyRedisIsNotCompleteBeforeTheEndingsOfItsOutageAreInIt() {
    Response alive = tokens.login("ben");
    Response dead = tokens.login("ann");
    awaitAnswer(alive, Verdict.LIVE);
    Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
    try (OpenTransaction row = database.hold(rowOf(dead))) {
      // So that the next round is one that finds the new Redis and the ending at once.
      await("a round has just ended")
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> server.metric("bulwark_revocation_round_age_seconds") < 0.5);
      redis.kill();
      server.awaitRedisUp(0);
      tokens.logout(dead);
      awaitWaiting(1);
      redis.startAgain();
      // The second round from now on pushes it, and waits for the row's transaction after that.
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                Verdict answer = check(dead);
                seen.add(answer);
                return answer == Verdict.REVOKED;
              });
      assertThat(row).isNotNull();
    }
    assertThat(seen).doesNotContain(Verdict.LIVE);
    awaitAnswer(alive, Verdict.LIVE);
    assertThat(check(dead)).isEqualTo(Verdict.REVOKED);
  }

  /** The process is the same afterwards, and so is what it holds. */
  @Test
  void aPausedRedisDoesNotGoOnWithWhatWasCompleteBefore() {
    Response alive = tokens.login("ben");
    Response dead = tokens.login("ann");
    awaitAnswer(alive, Verdict.LIVE);
    Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
    long pausedAt;
    redis.pause();
    try {
      pausedAt = System.nanoTime();
      server.awaitRedisUp(0);
      tokens.logout(dead);
      await("the key's life is over")
          .atMost(SOON)
          .until(() -> System.nanoTime() - pausedAt > COMPLETE_LIFE.multipliedBy(2).toNanos());
    } finally {
      redis.resume();
    }
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              Verdict answer = check(dead);
              seen.add(answer);
              return answer == Verdict.REVOKED;
            });
    assertThat(seen).doesNotContain(Verdict.LIVE);
    awaitAnswer(alive, Verdict.LIVE);
  }

  /** A round that takes long, as one after a mass logout does, does not stop the applications. */
  @Test
  @Tag("full")
  void duringALongRoundTheKeyStays() {
    Response alive = tokens.login("ben");
    Response ended = tokens.login("ann");
    awaitAnswer(alive, Verdict.LIVE);
    try (OpenTransaction row = database.hold(rowOf(ended))) {
      tokens.logout(ended);
      // That of the logout, and a round.
      awaitWaiting(2);
      long began = System.nanoTime();
      Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                seen.add(check(alive));
                return System.nanoTime() - began > COMPLETE_LIFE.multipliedBy(3).toNanos();
              });
      assertThat(seen).containsExactly(Verdict.LIVE);
      assertThat(row).isNotNull();
    }
    awaitAnswer(ended, Verdict.REVOKED);
  }

  /** Whoever starts a single Keycloak anew keeps the applications going meanwhile. */
  @Test
  @Tag("full")
  void aCleanStopLeavesTheKeyForLonger() {
    Response alive = tokens.login("ben");
    awaitAnswer(alive, Verdict.LIVE);
    server.keycloak().stop();
    try (Jedis jedis = redis.connect()) {
      assertThat(jedis.pttl(COMPLETE)).isBetween(3_000_000L, 3_600_000L);
    }
    assertThat(check(alive)).isEqualTo(Verdict.LIVE);
    server.keycloak().startAgain();
    await("the short life again")
        .atMost(SOON)
        .until(
            () -> {
              try (Jedis jedis = redis.connect()) {
                long life = jedis.pttl(COMPLETE);
                return life > 0 && life <= COMPLETE_LIFE.toMillis();
              }
            });
  }

  /** A row that says that a token is revoked. */
  private static String rowOf(Response tokens) {
    return """
        INSERT INTO bulwark_revoked_token (jti, expires_at, epoch, cause, revoked_at)
        VALUES ('%s', 9000000000, '-', 'TEST', 0)
        """
        .formatted(jti(tokens));
  }

  /** Waits until so many writers of such a row wait for another transaction. */
  private static void awaitWaiting(int writers) {
    await(writers + " statements wait")
        .atMost(SOON)
        .until(
            () ->
                database
                    .sql(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
                            + " query ILIKE 'INSERT INTO bulwark_revoked_token%'")
                    .equals(Integer.toString(writers)));
  }

  private static void awaitAnswer(Response of, Verdict expected) {
    await().atMost(SOON).until(() -> check(of) == expected);
  }

  private static Verdict check(Response tokens) {
    return Verdicts.of(checker, tokens);
  }

  private static String jti(Response tokens) {
    return Realm.claims(tokens.text("access_token")).get("jti").asText();
  }

  private static long ttl(String key) {
    try (Jedis jedis = redis.connect()) {
      return jedis.ttl(key);
    } catch (JedisException e) {
      return -2;
    }
  }
}
