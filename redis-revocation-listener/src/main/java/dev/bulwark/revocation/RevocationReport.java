package dev.bulwark.revocation;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.push.FeedState;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is revoked in a realm, and how far Redis is behind: from the database and from Redis, so
 * that every node gives the same answer. Thread-safe.
 */
final class RevocationReport {

  /** An administrator waits for it. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final LedgerDatabase database;
  private final RedisConnection redis;
  private final Clock clock;

  /** Of the last answer of Redis; null before the first. */
  private volatile @Nullable SortedSet<String> epochs;

  RevocationReport(LedgerDatabase database, RedisConnection redis, Clock clock) {
    this.database = database;
    this.redis = redis;
    this.clock = clock;
  }

  /**
   * A report.
   *
   * @param causes live revoked tokens of the realm
   * @param available whether Redis has answered
   * @param completeUntil up to when Redis has all revocations, milliseconds since 1970; 0 if it
   *     does not say
   * @param backlog live revoked tokens of all realms that Redis lacks; null where this node has not
   *     heard of Redis yet
   */
  record Report(
      List<RevokedTable.Cause> causes,
      boolean available,
      long completeUntil,
      RevokedTable.@Nullable Backlog backlog) {}

  /** Reports about a realm. */
  Report of(String realmId) throws SQLException {
    FeedState feed = null;
    try {
      feed = FeedState.read(redis);
      epochs = Collections.unmodifiableSortedSet(feed.epochs());
    } catch (RedisUnavailableException e) {
      // That is part of the report.
    }
    boolean available = feed != null;
    long completeUntil = feed == null ? 0 : feed.completeUntil();
    SortedSet<String> known = epochs;
    long now = Math.floorDiv(clock.millis(), 1000L);
    return database.call(
        TIMEOUT,
        connection ->
            new Report(
                database.revoked().byCause(connection, realmId, now),
                available,
                completeUntil,
                known == null ? null : database.revoked().backlog(connection, known, now)));
  }
}
