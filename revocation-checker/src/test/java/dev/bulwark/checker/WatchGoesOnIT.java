package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;
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
  void theWatchGoesOnAfterAnyFailure() {
    try (RedisProcess redis = RedisProcess.start()) {
      redis.feed();
      Broken access =
          new Broken(JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()));
      try (RevocationChecker checker = new RevocationChecker(access, CheckerOptions.failClosed())) {
        assertThat(checker.check("good", null)).isEqualTo(Verdict.LIVE);
        access.broken = true;
        await().atMost(PATIENCE).until(() -> access.failures.get() > 0);
        access.broken = false;
        redis.feed(1);
        await().atMost(PATIENCE).until(() -> checker.check("good", null) == Verdict.UNKNOWN);
        redis.feed();
        await().atMost(PATIENCE).until(() -> checker.check("good", null) == Verdict.LIVE);
      }
    }
  }

  /** Near-cached by its own account, so that there is a watch. */
  private static final class Broken implements RedisAccess {

    private final RedisAccess redis;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean broken;

    Broken(RedisAccess redis) {
      this.redis = redis;
    }

    @Override
    public List<@Nullable String> mget(List<String> keys) {
      if (broken) {
        failures.incrementAndGet();
        throw new IllegalStateException("a mistake of the application");
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
