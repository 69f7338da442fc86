package dev.bulwark.revocation.worker;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.RevocationMetrics;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable.Backlog;
import dev.bulwark.revocation.push.Epochs;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Watermark;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What one node of the cluster does over and over: lays young scopes over the ledger again, pushes
 * what Redis lacks, deletes what has expired. Not thread-safe; called by one thread.
 */
public final class BackgroundWork {

  private static final String LEASE = "worker";
  private static final Duration LEASE_TIME = Duration.ofSeconds(5);
  private static final Duration CLEANING = Duration.ofSeconds(30);
  private static final int DRAIN_PAGE = 10_000;
  private static final int MAX_PAGES = 100;

  /** Rows live a little longer than their tokens, so that clocks that differ do no harm. */
  private static final Duration AFTERLIFE = Duration.ofSeconds(60);

  /**
   * How far the watermark lies behind the time up to which the scopes are known to be laid over the
   * ledger, milliseconds: clocks of those who compare it with theirs differ a little.
   */
  private static final long WATERMARK_LAG = 1_500;

  private final String node = UUID.randomUUID().toString();
  private final LedgerDatabase database;
  private final RedisConnection redis;
  private final ScopePasses scopes;
  private final RevocationPusher pusher;
  private final Epochs epochs;
  private final Watermark watermark;
  private final RevocationMetrics metrics;
  private final Clock clock;

  private SortedSet<String> currentEpochs = new TreeSet<>();
  private long cleanedAt;

  /** With its collaborators. */
  public BackgroundWork(
      LedgerDatabase database,
      RedisConnection redis,
      ScopeExpander expander,
      RevocationPusher pusher,
      Epochs epochs,
      Watermark watermark,
      RevocationMetrics metrics,
      Clock clock) {
    this.database = database;
    this.redis = redis;
    this.scopes = new ScopePasses(database, expander::expand, metrics, clock);
    this.pusher = pusher;
    this.epochs = epochs;
    this.watermark = watermark;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** One round; does nothing on a node that has not the lease. */
  public void round() throws SQLException {
    long now = clock.millis();
    boolean leading =
        database.call(
            connection ->
                database
                    .leases()
                    .acquire(connection, LEASE, node, now, now + LEASE_TIME.toMillis()));
    metrics.leading(leading);
    if (leading) {
      lead(now);
    }
    metrics.roundCompleted(clock.millis());
  }

  private void lead(long now) throws SQLException {
    OptionalLong completeUntil = OptionalLong.empty();
    try {
      completeUntil = scopes.round(now);
    } finally {
      // Whatever happened to the scopes: what is revoked has to get to Redis.
      drain(completeUntil);
    }
    clean(now);
  }

  /** Lets another node take over at once. */
  public void release() throws SQLException {
    database.run(
        connection -> {
          database.leases().release(connection, LEASE, node);
        });
  }

  private void drain(OptionalLong completeUntil) throws SQLException {
    boolean drained = false;
    if (redis.isAvailable()) {
      try {
        currentEpochs = epochs.check();
        int pages = 1;
        while (drainPage() && pages < MAX_PAGES) {
          pages++;
        }
        drained = true;
      } catch (RedisUnavailableException e) {
        // Reported by the connection; the next round tries again.
        metrics.pushFailed();
      }
    }
    Backlog backlog = database.call(c -> database.revoked().backlog(c, currentEpochs, seconds()));
    metrics.backlog(backlog.count(), backlog.oldest());
    if (drained && backlog.count() == 0 && completeUntil.isPresent()) {
      writeWatermark(completeUntil.getAsLong() - WATERMARK_LAG);
    }
  }

  private void writeWatermark(long completeUntil) {
    try {
      watermark.write(currentEpochs, completeUntil);
    } catch (RedisUnavailableException e) {
      // Reported by the connection; whoever reads the watermark sees it grow old.
      metrics.pushFailed();
    }
  }

  /** Whether there may be more. */
  private boolean drainPage() throws SQLException {
    List<RevokedToken> pending =
        database.call(c -> database.revoked().pending(c, currentEpochs, seconds(), DRAIN_PAGE));
    if (pending.isEmpty()) {
      return false;
    }
    Map<String, List<RevokedToken>> pushed =
        metrics.timePush(pending.size(), () -> pusher.push(pending));
    database.run(
        connection -> {
          for (Map.Entry<String, List<RevokedToken>> epoch : pushed.entrySet()) {
            database.revoked().markPushed(connection, epoch.getValue(), epoch.getKey());
          }
        });
    // A node that lost its epoch meanwhile gets a new one in the next round.
    return pending.size() == DRAIN_PAGE && currentEpochs.containsAll(pushed.keySet());
  }

  private void clean(long now) throws SQLException {
    if (now - cleanedAt < CLEANING.toMillis()) {
      return;
    }
    cleanedAt = now;
    long before = Math.floorDiv(now - AFTERLIFE.toMillis(), 1000L);
    database.call(
        connection ->
            database.tokens().deleteExpired(connection, before)
                + database.revoked().deleteExpired(connection, before));
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }
}
