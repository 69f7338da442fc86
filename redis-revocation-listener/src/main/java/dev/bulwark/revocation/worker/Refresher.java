package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes every revoked token to Redis again and again, slowly: a key that was evicted or deleted,
 * or that a failover nobody could notice has cost, comes back. Not thread-safe.
 */
public final class Refresher {

  private static final Logger LOG = Logger.getLogger(Refresher.class);

  /** A small part of what Redis does in a second. */
  private static final int KEYS_PER_SECOND = 2_000;

  private static final int MAX_PAGE = 10_000;

  private final LedgerDatabase database;
  private final RevocationPusher pusher;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final Duration interval;

  private @Nullable Moment nextCycle;
  private @Nullable Moment lastPage;
  private @Nullable String after;

  /**
   * With its collaborators.
   *
   * @param interval time between the begin of two cycles; a cycle over very many tokens takes
   *     longer
   */
  public Refresher(
      LedgerDatabase database,
      RevocationPusher pusher,
      RevocationMetrics metrics,
      Clock clock,
      Duration interval) {
    this.database = database;
    this.pusher = pusher;
    this.metrics = metrics;
    this.clock = clock;
    this.interval = interval;
  }

  /**
   * Writes as many tokens as the time since the last call allows.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not take them
   */
  void step(Moment now) throws SQLException {
    String position = after;
    if (position == null) {
      if (nextCycle != null && now.isBefore(nextCycle)) {
        return;
      }
      nextCycle = now.plus(interval);
      position = "";
    }
    int limit = limit(now);
    lastPage = now;
    if (limit == 0) {
      return;
    }
    String begin = position;
    long seconds = Math.floorDiv(clock.millis(), 1000L);
    List<RevokedToken> page = database.call(c -> database.revoked().page(c, begin, seconds, limit));
    int restored = page.isEmpty() ? 0 : pusher.restore(page);
    after = page.size() < limit ? null : page.get(limit - 1).jti();
    if (restored > 0) {
      metrics.restored(restored);
      LOG.warnf(
          "Redis had lost %d keys of revoked tokens. They were written again. Set "
              + "maxmemory-policy of Redis to noeviction, and check whether another "
              + "program deletes keys.",
          restored);
    }
  }

  private int limit(Moment now) {
    Moment last = lastPage;
    if (last == null) {
      return KEYS_PER_SECOND;
    }
    long nanos = Math.min(now.order() - last.order(), Duration.ofSeconds(5).toNanos());
    return (int) Math.min(MAX_PAGE, nanos * KEYS_PER_SECOND / Duration.ofSeconds(1).toNanos());
  }
}
