package dev.bulwark.revocation;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.push.FeedState;
import dev.bulwark.revocation.push.RealmFeed;
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
   * @param configured whether there is a Redis
   * @param available whether Redis has answered
   * @param feed what Redis tells applications about the realm; null if it has not answered
   * @param backlog live revoked tokens of all realms that Redis lacks; null where this node has not
   *     heard of Redis yet
   */
  record Report(
      List<RevokedTable.Cause> causes,
      boolean configured,
      boolean available,
      @Nullable RealmFeed feed,
      RevokedTable.@Nullable Backlog backlog) {}

  /**
   * Reports about a realm.
   *
   * @param realmId its internal id
   * @param name its name
   */
  Report of(String realmId, String name) throws SQLException {
    RealmFeed feed = null;
    try {
      epochs = Collections.unmodifiableSortedSet(FeedState.read(redis).epochs());
      feed = RealmFeed.read(redis, name);
    } catch (RedisUnavailableException e) {
      // That is part of the report.
    }
    RealmFeed told = feed;
    SortedSet<String> known = epochs;
    long now = Math.floorDiv(clock.millis(), 1000L);
    return database.call(
        TIMEOUT,
        connection ->
            new Report(
                database.revoked().byCause(connection, realmId, now),
                redis.isConfigured(),
                told != null,
                told,
                known == null ? null : database.revoked().backlog(connection, known, now)));
  }
}
