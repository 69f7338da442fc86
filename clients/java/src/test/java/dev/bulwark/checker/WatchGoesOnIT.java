package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An application's own {@link RedisAccess} that fails in a way that the contract does not name. */
class WatchGoesOnIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void theWatchGoesOnAfterAnyException() {
    goesOnAfter(
        () -> {
          throw new IllegalStateException("a mistake of the application");
        });
  }

  /** It ends the thread of the watch: the next check begins another one. */
  @Test
  void theWatchBeginsAgainAfterAnError() {
    goesOnAfter(
        () -> {
          throw new LinkageError("a class that the build has left out");
        });
  }

  /** It says nothing about Redis. */
  @Test
  void anErrorLeavesEachCheckWhileItsCauseLasts() {
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      Broken access =
          new Broken(JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()));
      try (RevocationChecker checker = new RevocationChecker(access, CheckerOptions.failClosed())) {
        access.mistake =
            () -> {
              throw new LinkageError("a class that the build has left out");
            };
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(() -> checker.check(RedisProcess.token("good")))
              .isInstanceOf(LinkageError.class);
        }
        assertThat(checker.status()).isEqualTo(FeedStatus.NOT_ASKED);
        access.mistake = () -> {};
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
      }
    }
  }

  private static void goesOnAfter(Runnable mistake) {
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      Broken access =
          new Broken(JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()));
      try (RevocationChecker checker = new RevocationChecker(access, CheckerOptions.failClosed())) {
        assertThat(checker.check(RedisProcess.token("good"))).isEqualTo(Verdict.LIVE);
        access.mistake = mistake;
        await()
            .atMost(PATIENCE)
            .dontCatchUncaughtExceptions()
            .until(() -> access.failures.get() > 0);
        access.mistake = () -> {};
        redis.feed(1);
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.UNKNOWN);
        redis.feed();
        await()
            .atMost(PATIENCE)
            .until(() -> checker.check(RedisProcess.token("good")) == Verdict.LIVE);
      }
    }
  }

  /** Near-cached by its own account, so that there is a watch. */
  private static final class Broken implements RedisAccess {

    private final RedisAccess redis;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Runnable mistake = () -> {};

    Broken(RedisAccess redis) {
      this.redis = redis;
    }

    @Override
    public List<@Nullable String> mget(List<String> keys) {
      try {
        mistake.run();
      } catch (RuntimeException | Error e) {
        failures.incrementAndGet();
        throw e;
      }
      return redis.mget(keys);
    }

    @Override
    public boolean exists(String key) {
      return redis.exists(key);
    }

    @Override
    public Duration longestAttempt() {
      return redis.longestAttempt();
    }

    @Override
    public boolean isNearCached() {
      return true;
    }

    @Override
    public void close() {
      redis.close();
    }
  }
}
