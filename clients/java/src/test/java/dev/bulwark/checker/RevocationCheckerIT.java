package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisMonitor;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/** One server, as it is, away, halted, emptied and back. (R5) */
class RevocationCheckerIT {

  private static final Duration COMMAND = Duration.ofMillis(300);
  private static final JedisSettings SETTINGS =
      JedisSettings.builder()
          .connectTimeout(Duration.ofMillis(300))
          .commandTimeout(COMMAND)
          .build();
  private static final CheckerOptions FAIL_CLOSED =
      CheckerOptions.builder().retryInterval(Duration.ofMillis(100)).build();
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
        JedisAccess.standalone("127.0.0.1", redis.port(), SETTINGS), options);
  }

  @Test
  void aRevokedTokenIsToldFromAGoodOne() {
    redis.revoke("onrtac:bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.status()).isEqualTo(FeedStatus.NOT_ASKED);
      assertThat(checker.check(RedisProcess.token("onrtac:good"))).isEqualTo(Verdict.LIVE);
      assertThat(checker.check(RedisProcess.token("onrtac:bad"))).isEqualTo(Verdict.REVOKED);
      assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
    }
  }

  /** The old method says the same of a bad token and of an outage, which is why it goes. */
  @Test
  @SuppressWarnings("removal")
  void theOldMethodStillWorks() {
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("good")).accepted()).isTrue();
      assertThat(checker.check(RedisProcess.token("bad")).accepted()).isFalse();
      redis.stop();
      assertThat(checker.check(RedisProcess.token("good")).accepted()).isFalse();
    }
  }

  @Test
  void everyCheckIsObserved() {
    redis.revoke("bad");
    List<Verdict> seen = new ArrayList<>();
    try (RevocationChecker checker =
        new RevocationChecker(
            JedisAccess.standalone("127.0.0.1", redis.port(), SETTINGS),
            FAIL_CLOSED,
            (verdict, elapsed) -> {
              assertThat(elapsed).isPositive();
              seen.add(verdict);
            })) {
      checker.check(RedisProcess.token("good"));
      checker.check(RedisProcess.token("bad"));
      checker.check(RedisProcess.token(null));
    }
    assertThat(seen).containsExactly(Verdict.LIVE, Verdict.REVOKED, Verdict.MALFORMED);
  }

  @Test
  void theAppsOwnClientCanBeUsed() {
    redis.revoke("bad");
    try (RedisClient own = RedisClient.create("127.0.0.1", redis.port())) {
      try (RevocationChecker checker = new RevocationChecker(JedisAccess.of(own), FAIL_CLOSED)) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      }
      assertThat(own.ping()).as("left open").isEqualTo("PONG");
    }
  }

  @Test
  void aPrefixIsPutInFront() {
    try (Jedis jedis = redis.connect()) {
      jedis.set("kc:revoked:bad", "1");
      jedis.set("kc:revocation:complete", Long.toString(System.currentTimeMillis()));
      jedis.set("kc:revocation:realm:app", "0 -");
    }
    redis.revoke("good");
    try (RevocationChecker checker = checker(FAIL_CLOSED.toBuilder().prefix("kc:").build())) {
      assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
    }
  }

  @Test
  void aCheckIsOneCommand() {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("first"))).as("connects").isEqualTo(Verdict.LIVE);
      List<String> seen =
          monitored(
              () -> {
                for (int i = 0; i < 20; i++) {
                  assertThat(checker.check(RedisProcess.token("token-" + i)))
                      .isEqualTo(Verdict.LIVE);
                }
              });
      assertThat(seen).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat(seen.get(i))
            .endsWith(
                "\"MGET\" \"revoked:token-"
                    + i
                    + "\" \"revocation:complete\" \"revocation:realm:app\"");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a\r\nDEL revoked:bad\r\n", "a\0", "{x}a", "\u00fc", "a\nSET x 1"})
  void aHostileIdReachesRedisNotAtAll(String jti) {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("first"))).isEqualTo(Verdict.LIVE);
      assertThat(
              monitored(
                  () ->
                      assertThat(checker.check(RedisProcess.token(jti)))
                          .isEqualTo(Verdict.MALFORMED)))
          .isEmpty();
      assertThat(checker.check(RedisProcess.token(null))).isEqualTo(Verdict.MALFORMED);
    }
  }

  /** What Redis executes for others while the job runs. */
  private List<String> monitored(Runnable job) {
    // The reader thread adds lines while this thread looks at them.
    List<String> seen = new CopyOnWriteArrayList<>();
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
      assertThat(checker.check(RedisProcess.token("good", Instant.now()))).isEqualTo(Verdict.LIVE);
      redis.stop();
      assertThat(checker.check(RedisProcess.token("good", Instant.now())))
          .isEqualTo(Verdict.UNKNOWN);
      assertThat(checker.status()).isEqualTo(FeedStatus.AWAY);

      redis.startAgain();
      await()
          .until(
              () -> {
                assertThat(checker.check(RedisProcess.token("good")))
                    .as("it is empty")
                    .isEqualTo(Verdict.UNKNOWN);
                return checker.status() == FeedStatus.UNFED;
              });
      redis.feed();
      assertThat(checker.check(RedisProcess.token("good", Instant.now()))).isEqualTo(Verdict.LIVE);
    }
  }

  /** An application that is not healthy gets no request, and so makes no check. */
  @Test
  void theHealthCheckFindsOutByItselfThatRedisIsBack() {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.probe()).isEqualTo(FeedStatus.NOT_ASKED);
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      assertThat(monitored(checker::probe)).as("while all is well").isEmpty();
      redis.stop();
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
      redis.startAgain();
      await().until(() -> checker.probe() == FeedStatus.UNFED);
      redis.feed();
      await().until(() -> checker.probe() == FeedStatus.KNOWING);
      assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
    }
  }

  @Test
  void theHealthCheckAsksOnceInAnInterval() {
    try (RevocationChecker checker =
        checker(FAIL_CLOSED.toBuilder().retryInterval(Duration.ofMinutes(1)).build())) {
      try (Jedis jedis = redis.connect()) {
        jedis.flushAll();
      }
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
      assertThat(
              monitored(
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      assertThat(checker.probe()).isEqualTo(FeedStatus.UNFED);
                    }
                  }))
          .hasSize(1);
    }
  }

  @Test
  void anAppStartsWithoutRedis() {
    redis.stop();
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
      redis.startAgain();
      redis.feed();
      await().until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
    }
  }

  @Test
  void deadConnectionsOfThePoolDoNotFailACheck() throws Exception {
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      inParallel(
          8, () -> assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE));
      try (Jedis jedis = redis.connect()) {
        jedis.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      for (int i = 0; i < 16; i++) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      }
    }
  }

  @Test
  void aHaltedRedisCostsOneTimeOutAndThenNothing() throws Exception {
    try (RevocationChecker checker =
        checker(FAIL_CLOSED.toBuilder().retryInterval(Duration.ofMinutes(1)).build())) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      redis.halt();
      try {
        long began = System.nanoTime();
        inParallel(
            50,
            () -> assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN));
        Duration first = Duration.ofNanos(System.nanoTime() - began);
        assertThat(first).isBetween(COMMAND.minusMillis(50), COMMAND.multipliedBy(5));

        began = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
          assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(COMMAND);
      } finally {
        redis.goOn();
      }
    }
  }

  /** Jedis clears the thread's flag where a thread is interrupted that waits for a connection. */
  @Test
  void anInterruptedThreadDisturbsNobody() throws Exception {
    ConnectionPoolConfig one = new ConnectionPoolConfig();
    one.setMaxTotal(1);
    try (RedisClient own =
            RedisClient.builder().hostAndPort(redis.address()).poolConfig(one).build();
        RevocationChecker checker =
            new RevocationChecker(
                JedisAccess.of(own),
                FAIL_CLOSED.toBuilder().retryInterval(Duration.ofMinutes(1)).build())) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      Connection taken = own.getPool().getResource();
      try {
        assertThat(Interruption.during(() -> checker.check(RedisProcess.token("good"))))
            .isEqualTo(Verdict.UNKNOWN);
      } finally {
        taken.close();
      }
      assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
    }
  }

  @Test
  void aHaltedRedisThatGoesOnIsAskedAgain() {
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      redis.halt();
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
      redis.goOn();
      await().until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
      // No late answer of before is taken for the answer to another question.
      assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
    }
  }

  @Test
  void anEmptiedRedisIsNotBelievedForOneCheck() {
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      try (Jedis jedis = redis.connect()) {
        jedis.flushAll();
      }
      assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.UNKNOWN);
      assertThat(checker.status()).isEqualTo(FeedStatus.UNFED);
      redis.revoke("bad");
      assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
      redis.feed();
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      assertThat(checker.status()).isEqualTo(FeedStatus.KNOWING);
    }
  }

  @Test
  void aRedisThatNobodyFeedsIsNotBelieved() {
    redis.feed(System.currentTimeMillis() - 61_000);
    redis.revoke("bad");
    try (RevocationChecker checker = checker(FAIL_CLOSED)) {
      assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.UNKNOWN);
      assertThat(checker.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
    }
    try (RevocationChecker blind = checker(FAIL_CLOSED.toBuilder().trustRedisBlindly().build())) {
      assertThat(blind.check(RedisProcess.token("good")))
          .as("as the app wished")
          .isEqualTo(Verdict.LIVE);
      assertThat(blind.check(RedisProcess.token("bad"))).isEqualTo(Verdict.REVOKED);
    }
  }

  @Test
  void boundedStalenessRemembersWhatRedisSaid() {
    CheckerOptions bounded =
        CheckerOptions.boundedStaleness(Duration.ofSeconds(3)).toBuilder()
            .retryInterval(Duration.ofMillis(100))
            .build();
    redis.revoke("bad");
    try (RevocationChecker checker = checker(bounded)) {
      redis.feed();
      assertThat(checker.check(RedisProcess.token("good", LONG_AGO))).isEqualTo(Verdict.LIVE);
      assertThat(checker.check(RedisProcess.token("bad", LONG_AGO))).isEqualTo(Verdict.REVOKED);
      redis.stop();
      assertThat(checker.check(RedisProcess.token("good", LONG_AGO))).isEqualTo(Verdict.LIVE_STALE);
      assertThat(checker.check(RedisProcess.token("bad", Instant.now())))
          .isEqualTo(Verdict.REVOKED);
      assertThat(checker.check(RedisProcess.token("never-seen", LONG_AGO)))
          .isEqualTo(Verdict.UNKNOWN);
      assertThat(checker.check(RedisProcess.token("just-issued", Instant.now())))
          .isEqualTo(Verdict.LIVE_STALE);
      await().until(() -> checker.check(RedisProcess.token("good", LONG_AGO)) == Verdict.UNKNOWN);
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
