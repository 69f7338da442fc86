package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.faults.NodeKeys.Key;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.RealmFile;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** K7: what becomes of usage that is not written yet. Requests run meanwhile. */
@Tag("full")
class KeyUsageFaultsIT {

  private static final int INTERVAL_SECONDS = 3;

  /** What the write itself may take on a busy machine, beside the interval. */
  private static final int WRITE_SECONDS = 1;

  private static final int CALLERS = 4;

  private static PostgresProcess database;
  private static RedisProcess redis;
  private static FaultServer server;
  private static NodeKeys keys;

  @BeforeAll
  static void start() {
    database = PostgresProcess.prepared();
    redis = RedisProcess.start();
    server =
        FaultServer.start(
            "key-usage",
            redis.url(),
            database,
            spec ->
                spec.option(
                        "spi-api-key--default--usage-flush-seconds",
                        Integer.toString(INTERVAL_SECONDS))
                    .environment(RealmFile.developmentEnvironment())
                    .realmFile(
                        RealmFile.development().writeTo(WorkFolder.of("import", "key-usage"))));
    keys = new NodeKeys(server.keycloak(), server.admin());
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

  /** Requests by several callers until the server is gone. */
  private static final class Load implements AutoCloseable {

    /** When each accepted request was sent, of System.nanoTime. */
    private final Queue<Long> accepted = new ConcurrentLinkedQueue<>();

    private final AtomicInteger withoutAnswer = new AtomicInteger();
    private final ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
    private final List<Future<?>> callers = new ArrayList<>();

    Load(Key key) {
      for (int i = 0; i < CALLERS; i++) {
        callers.add(pool.submit(() -> call(key)));
      }
    }

    private void call(Key key) {
      try {
        while (true) {
          long sent = System.nanoTime();
          if (keys.verify(key.key()).status() != 200) {
            withoutAnswer.incrementAndGet();
            return;
          }
          accepted.add(sent);
        }
      } catch (UncheckedIOException e) {
        // The server is gone. It may have counted the request or not.
        withoutAnswer.incrementAndGet();
      }
    }

    void awaitEnd() throws Exception {
      for (Future<?> caller : callers) {
        caller.get(1, TimeUnit.MINUTES);
      }
    }

    @Override
    public void close() {
      pool.shutdownNow();
    }
  }

  private static long written(Key key) {
    return Long.parseLong(
        database.sql("SELECT request_count FROM bulwark_api_key WHERE id = '" + key.id() + "'"));
  }

  @Test
  void aCleanStopLosesNothing() throws Exception {
    Key key = keys.ofNewUser("clean");
    try (Load load = new Load(key)) {
      await().atMost(SOON).until(() -> load.accepted.size() > 500);
      server.keycloak().stop();
      load.awaitEnd();
      assertThat(written(key))
          .isBetween(
              (long) load.accepted.size(), (long) load.accepted.size() + load.withoutAnswer.get());
    } finally {
      server.keycloak().startAgain();
    }
    assertThat(keys.requestCount(key)).isEqualTo(written(key));
  }

  @Test
  void aKilledServerLosesAtMostOneInterval() throws Exception {
    Key key = keys.ofNewUser("killed");
    try (Load load = new Load(key)) {
      await().atMost(SOON).until(() -> written(key) > 0);
      int then = load.accepted.size();
      await().atMost(SOON).until(() -> load.accepted.size() > then + 200);
      long killed = System.nanoTime();
      server.keycloak().kill();
      load.awaitEnd();
      long early = killed - TimeUnit.SECONDS.toNanos(INTERVAL_SECONDS + WRITE_SECONDS);
      long atLeast = load.accepted.stream().filter(sent -> sent < early).count();
      assertThat(written(key))
          .isBetween(atLeast, (long) load.accepted.size() + load.withoutAnswer.get());
    } finally {
      server.keycloak().startAgain();
    }
  }

  /**
   * Without its database the server goes on verifying keys that it knows, which is only possible
   * without SQL; what it counts meanwhile is written later. Its rate limit, networks and metadata
   * (K10) need no SQL either.
   */
  @Test
  void aKnownKeyIsVerifiedWhileTheDatabaseIsAwayAndCountedLater() {
    Key key = keys.ofNewUser("away");
    keys.admin()
        .patch(
            key.path(),
            """
            {"rateLimit": {"requests": 1000, "seconds": 3600}, "metadata": {"team": "billing"},
             "allowedNetworks": ["127.0.0.0/8", "2001:db8::/32"]}
            """)
        .expect(200);
    for (int i = 0; i < 5; i++) {
      assertThat(keys.isGood(key)).isTrue();
    }
    await().atMost(SOON).until(() -> written(key) == 5);
    database.stop();
    try {
      for (int i = 0; i < 20; i++) {
        assertThat(keys.isGood(key)).isTrue();
      }
      assertThat(keys.verify(key.key()).expect(200).header("RateLimit"))
          .startsWith("\"key\";r=974;");
      await()
          .atMost(SOON)
          .until(() -> server.metric("bulwark_apikey_usage_flush_failures_total") >= 1);
      assertThat(server.metric("bulwark_apikey_usage_pending")).isEqualTo(1);
      assertThat(server.metric("bulwark_apikey_usage_lag_seconds")).isPositive();
    } finally {
      database.startAgain();
    }
    await().atMost(SOON).until(() -> written(key) == 26);
    await().atMost(SOON).until(() -> server.metric("bulwark_apikey_usage_lag_seconds") == 0);
  }

  /** K10: the node continues from the count of all nodes. */
  @Test
  void withoutRedisTheRateLimitOfAKeyHoldsOnTheNode() {
    Key key = keys.ofNewUser("redis-away");
    Key free = keys.ofNewUser("redis-away-free");
    keys.admin()
        .patch(key.path(), Json.object("rateLimit", Map.of("requests", 6, "seconds", 3600)))
        .expect(200);
    for (int left = 5; left >= 3; left--) {
      assertLeft(key, left);
    }
    redis.kill();
    try {
      for (int left = 2; left >= 0; left--) {
        assertLeft(key, left);
      }
      keys.verify(key.key()).expect(429);
      assertThat(keys.isGood(free)).isTrue();
      assertThat(server.metric("bulwark_apikey_limiter_alone")).isEqualTo(1);
    } finally {
      redis.startAgain();
    }
    // A request finds out that Redis is back. It has forgotten the window.
    await()
        .atMost(SOON)
        .until(
            () ->
                keys.verify(key.key()).status() == 200
                    && server.metric("bulwark_apikey_limiter_alone") == 0);
  }

  private static void assertLeft(Key key, int left) {
    Response answer = keys.verify(key.key()).expect(200);
    assertThat(answer.json().at("/rateLimit/remaining").asInt()).isEqualTo(left);
  }
}
