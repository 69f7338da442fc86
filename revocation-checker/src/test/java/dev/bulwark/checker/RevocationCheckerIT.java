package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisMonitor;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/** One server, as it is, away, halted, emptied and back. (R5) */
class RevocationCheckerIT {

  private static final Duration COMMAND = Duration.ofMillis(300);
  private static final RedisSettings SETTINGS =
      RedisSettings.defaults().withTimeouts(Duration.ofMillis(300), COMMAND);
  private static final CheckerOptions FAIL_CLOSED =
      CheckerOptions.failClosed().withRetryInterval(Duration.ofMillis(100));
  private static final Instant LONG_AGO = Instant.now().minusSeconds(800);

  private RedisProcess redis;

  @BeforeEach
  void start() {
    redis = RedisProcess.start();
    redis.feed();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private RevocationChecker checker(CheckerOptions options) {
    return new RevocationChecker(
        RedisAccess.standalone("127.0.0.1", redis.port(), SETTINGS), options);
  }

  @Test
  void aRevokedTokenIsToldFromAGoodOne() {
    redis.revoke("onrtac:bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.status()).isEqualTo(Status.NOT_ASKED);
      assertThat(checker.check("onrtac:good", null)).isEqualTo(Answer.VALID);
      assertThat(checker.check("onrtac:bad", null)).isEqualTo(Answer.REVOKED);
      assertThat(checker.isRevoked("onrtac:good")).isFalse();
      assertThat(checker.isRevoked("onrtac:bad")).isTrue();
      assertThat(checker.status()).isEqualTo(Status.KNOWING);
    }
  }

  @Test
  void theAppsOwnClientCanBeUsed() {
    redis.revoke("bad");
    try (RedisClient own = RedisClient.create("127.0.0.1", redis.port())) {
      try (RevocationChecker checker = new RevocationChecker(RedisAccess.of(own), FAIL_CLOSED)) {
        assertThat(checker.isRevoked("good")).isFalse();
        assertThat(checker.isRevoked("bad")).isTrue();
      }
      assertThat(own.ping()).as("left open").isEqualTo("PONG");
    }
  }

  @Test
  void aPrefixIsPutInFront() {
    try (Jedis jedis = redis.connect()) {
      jedis.set("kc:revoked:bad", "1");
      jedis.set("kc:revocation:complete", Long.toString(System.currentTimeMillis()));
    }
    redis.revoke("good");
    try (RevocationChecker checker = checker(FAIL_CLOSED.withPrefix("kc:"))) {
      assertThat(checker.isRevoked("bad")).isTrue();
      assertThat(checker.isRevoked("good")).isFalse();
    }
  }

  @Test
  void aCheckIsOneCommand() {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.isRevoked("first")).as("connects").isFalse();
      List<String> seen =
          monitored(
              () -> {
                for (int i = 0; i < 20; i++) {
                  assertThat(checker.isRevoked("token-" + i)).isFalse();
                }
              });
      assertThat(seen).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat(seen.get(i))
            .endsWith(
                "\"MGET\" \"revoked:token-"
                    + i
                    + "\" \"revocation:complete\" \"revocation:since\"");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a\r\nDEL revoked:bad\r\n", "a\0", "{x}a", "\u00fc", "a\nSET x 1"})
  void aHostileIdReachesRedisNotAtAll(String jti) {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.isRevoked("first")).isFalse();
      assertThat(monitored(() -> assertThat(checker.check(jti, null)).isEqualTo(Answer.MALFORMED)))
          .isEmpty();
      assertThat(checker.isRevoked(jti)).as("refused").isTrue();
      assertThat(checker.isRevoked(null)).isTrue();
    }
  }

  /** What Redis executes for others while the job runs. */
  private List<String> monitored(Runnable job) {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch end = new CountDownLatch(1);
    try (Jedis monitor = redis.connect();
        Jedis marker = redis.connect()) {
      Thread reader =
          new Thread(
              () ->
                  monitor.monitor(
                      new JedisMonitor() {
                        @Override
                        public void onCommand(String command) {
                          seen.add(command);
                          if (command.contains("\"marker-end\"")) {
                            end.countDown();
                            client.close();
                          }
                        }
                      }));
      reader.setUncaughtExceptionHandler((thread, e) -> end.countDown());
      reader.setDaemon(true);
      reader.start();
      // MONITOR is in force when the monitor sees the marker.
      await()
          .until(
              () -> {
                marker.echo("marker-begin");
                return seen.stream().anyMatch(line -> line.contains("marker-begin"));
              });
      job.run();
      marker.echo("marker-end");
      await().until(() -> end.getCount() == 0);
    }
    return seen.stream().filter(line -> !line.contains("\"marker-")).toList();
  }

  @Test
  void awayFailsClosedQuicklyAndComesBack() {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check("good", Instant.now())).isEqualTo(Answer.VALID);
      redis.stop();
      assertThat(checker.check("good", Instant.now())).isEqualTo(Answer.UNKNOWN);
      assertThat(checker.isRevoked("good")).isTrue();
      assertThat(checker.status()).isEqualTo(Status.AWAY);

      redis.startAgain();
      await()
          .until(
              () -> {
                assertThat(checker.isRevoked("good")).as("it is empty").isTrue();
                return checker.status() == Status.UNFED;
              });
      redis.feed();
      assertThat(checker.check("good", Instant.now())).isEqualTo(Answer.VALID);
    }
  }

  @Test
  void anAppStartsWithoutRedis() {
    redis.stop();
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check("good", null)).isEqualTo(Answer.UNKNOWN);
      redis.startAgain();
      redis.feed();
      await().until(() -> checker.check("good", null) == Answer.VALID);
    }
  }

  @Test
  void deadConnectionsOfThePoolDoNotFailACheck() throws Exception {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      inParallel(8, () -> assertThat(checker.isRevoked("good")).isFalse());
      try (Jedis jedis = redis.connect()) {
        jedis.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      for (int i = 0; i < 16; i++) {
        assertThat(checker.check("good", null)).isEqualTo(Answer.VALID);
      }
    }
  }

  @Test
  void aHaltedRedisCostsOneTimeOutAndThenNothing() throws Exception {
    try (RevocationChecker checker =
        checker(FAIL_CLOSED.withRetryInterval(Duration.ofMinutes(1)))) {
      assertThat(checker.check("good", null)).isEqualTo(Answer.VALID);
      redis.halt();
      try {
        long began = System.nanoTime();
        inParallel(50, () -> assertThat(checker.check("good", null)).isEqualTo(Answer.UNKNOWN));
        Duration first = Duration.ofNanos(System.nanoTime() - began);
        assertThat(first).isBetween(COMMAND.minusMillis(50), COMMAND.multipliedBy(5));

        began = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
          assertThat(checker.check("good", null)).isEqualTo(Answer.UNKNOWN);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(COMMAND);
      } finally {
        redis.goOn();
      }
    }
  }

  @Test
  void aHaltedRedisThatGoesOnIsAskedAgain() {
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check("good", null)).isEqualTo(Answer.VALID);
      redis.halt();
      assertThat(checker.check("good", null)).isEqualTo(Answer.UNKNOWN);
      redis.goOn();
      await().until(() -> checker.check("good", null) == Answer.VALID);
      // No late answer of before is taken for the answer to another question.
      assertThat(checker.check("bad", null)).isEqualTo(Answer.REVOKED);
      assertThat(checker.check("good", null)).isEqualTo(Answer.VALID);
    }
  }

  @Test
  void anEmptiedRedisIsNotBelievedForOneCheck() {
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check("bad", null)).isEqualTo(Answer.REVOKED);
      try (Jedis jedis = redis.connect()) {
        jedis.flushAll();
      }
      assertThat(checker.check("bad", null)).isEqualTo(Answer.UNKNOWN);
      assertThat(checker.status()).isEqualTo(Status.UNFED);
      redis.revoke("bad");
      assertThat(checker.check("bad", null)).isEqualTo(Answer.REVOKED);
      redis.feed();
      assertThat(checker.check("good", null)).isEqualTo(Answer.VALID);
      assertThat(checker.status()).isEqualTo(Status.KNOWING);
    }
  }

  @Test
  void aRedisThatNobodyFeedsIsNotBelieved() {
    redis.feed(System.currentTimeMillis() - 61_000);
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check("good", null)).isEqualTo(Answer.UNKNOWN);
      assertThat(checker.check("bad", null)).isEqualTo(Answer.REVOKED);
    }
    try (RevocationChecker blind = checker(FAIL_CLOSED.withFeedMaxAge(null))) {
      assertThat(blind.check("good", null)).as("as the app wished").isEqualTo(Answer.VALID);
      assertThat(blind.check("bad", null)).isEqualTo(Answer.REVOKED);
    }
  }

  @Test
  void boundedStalenessRemembersWhatRedisSaid() {
    CheckerOptions bounded =
        CheckerOptions.boundedStaleness(Duration.ofSeconds(3))
            .withRetryInterval(Duration.ofMillis(100));
    redis.revoke("bad");
    try (RevocationChecker checker = checker(bounded)) {
      redis.feed();
      assertThat(checker.check("good", LONG_AGO)).isEqualTo(Answer.VALID);
      assertThat(checker.check("bad", LONG_AGO)).isEqualTo(Answer.REVOKED);
      redis.stop();
      assertThat(checker.check("good", LONG_AGO)).isEqualTo(Answer.VALID_STALE);
      assertThat(checker.check("bad", Instant.now())).isEqualTo(Answer.REVOKED);
      assertThat(checker.check("never-seen", LONG_AGO)).isEqualTo(Answer.UNKNOWN);
      assertThat(checker.check("just-issued", Instant.now())).isEqualTo(Answer.VALID_STALE);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> checker.check("good", LONG_AGO) == Answer.UNKNOWN);
    }
  }

  static void inParallel(int threads, Runnable job) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> jobs = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        jobs.add(executor.submit(job));
      }
      for (Future<?> running : jobs) {
        running.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
