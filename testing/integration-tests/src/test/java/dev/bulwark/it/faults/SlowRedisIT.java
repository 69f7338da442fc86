package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.ServerSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R3: a Redis that is slow, yet faster than its time-out. It is no outage, nothing is lost, logins
 * do not wait for it, and a logout waits for {@code push-wait} at most.
 */
@Tag("full")
class SlowRedisIT {

  /** The default of {@code push-wait}. */
  private static final Duration PUSH_WAIT = Duration.ofSeconds(2);

  private static final Duration LONG_DELAY = Duration.ofSeconds(5);

  @Test
  void logoutsWaitForItAndLoginsDoNot() {
    Duration delay = Duration.ofMillis(300);
    try (RedisProcess redis = RedisProcess.start();
        SlowLine line = new SlowLine(redis.port());
        FaultServer server =
            start(
                line,
                spec -> spec.option("spi-redis-connection--default--command-timeout", "20000"))) {
      IssuedTokens tokens = realm(server, redis);
      server.awaitRedisUp(1);
      tokens.logout(tokens.login("ann"));
      double failures = server.metric("bulwark_revocation_push_failures_total");
      line.delay(delay);

      Duration fastest = SOON;
      for (int i = 0; i < 5; i++) {
        Response session = tokens.login("ann");
        fastest = shorter(fastest, time(() -> tokens.logout(session)));
        assertThat(tokens.isInRedis(session)).as("in Redis with the response").isTrue();
      }
      assertThat(fastest).as("logout").isBetween(delay, PUSH_WAIT);

      logoutAtOnce(tokens, 12);
      // One before, five and twelve.
      tokens.awaitAgreement(18, SOON);

      // So long that a busy machine does not take longer without it.
      line.delay(LONG_DELAY);
      fastest = SOON;
      for (int i = 0; i < 10; i++) {
        fastest = shorter(fastest, time(() -> tokens.refresh(tokens.login("ben"))));
      }
      assertThat(fastest).as("login and refresh: no request to Redis").isLessThan(LONG_DELAY);
      tokens.awaitAgreement(18, SOON);
      assertThat(server.metric("bulwark_redis_up")).isEqualTo(1);
      assertThat(server.metric("bulwark_revocation_push_failures_total")).isEqualTo(failures);
      await().atMost(SOON).until(() -> server.metric("bulwark_revocation_pending") == 0);
    }
  }

  @Test
  @Tag("full")
  void aLogoutDoesNotWaitLongerThanItMay() {
    Duration delay = Duration.ofSeconds(5);
    try (RedisProcess redis = RedisProcess.start();
        SlowLine line = new SlowLine(redis.port());
        FaultServer server =
            start(
                line,
                spec -> spec.option("spi-redis-connection--default--command-timeout", "20000"))) {
      IssuedTokens tokens = realm(server, redis);
      server.awaitRedisUp(1);
      tokens.logout(tokens.login("ann"));
      line.delay(delay);

      Response session = tokens.login("ben");
      Duration taken = time(() -> tokens.logout(session));
      assertThat(tokens.isInRedis(session)).as("on its way only").isFalse();
      assertThat(taken).isBetween(PUSH_WAIT, delay);
      tokens.awaitAgreement(2, SOON);
      assertThat(server.metric("bulwark_redis_up")).isEqualTo(1);
    }
  }

  /** Each of its own session, all at the same time. */
  private static void logoutAtOnce(IssuedTokens tokens, int count) {
    List<Response> sessions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sessions.add(tokens.login("cyn"));
    }
    CompletableFuture.allOf(
            sessions.stream()
                .map(session -> CompletableFuture.runAsync(() -> tokens.logout(session)))
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  private static Duration time(Runnable work) {
    long began = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static FaultServer start(SlowLine line, UnaryOperator<ServerSpec.Builder> more) {
    return FaultServer.start("slow-redis", "redis://127.0.0.1:" + line.port(), null, more);
  }

  private static IssuedTokens realm(FaultServer server, RedisProcess redis) {
    return IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "slow", redis::ttl);
  }
}
