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
   * How far Redis is behind.
   *
   * @param configured whether there is a Redis
   * @param feed what Redis tells applications about the realm; null if it has not answered
   * @param backlog live revoked tokens of all realms that Redis lacks; null where this node has not
   *     heard of Redis yet
   */
  record Feed(
      boolean configured, @Nullable RealmFeed feed, RevokedTable.@Nullable Backlog backlog) {}

  /**
   * Returns the live revoked tokens of a realm.
   *
   * @param realmId its internal id
   */
  List<RevokedTable.Cause> causes(String realmId) throws SQLException {
    return database.call(
        TIMEOUT, connection -> database.revoked().byCause(connection, realmId, seconds()));
  }

  /**
   * Compares Redis with the database.
   *
   * @param name of the realm
   */
  Feed feed(String name) throws SQLException {
    if (!redis.isConfigured()) {
      return new Feed(false, null, null);
    }
    RealmFeed feed = null;
    try {
      epochs = Collections.unmodifiableSortedSet(FeedState.read(redis).epochs());
      feed = RealmFeed.read(redis, name);
    } catch (RedisUnavailableException e) {
      // That is part of the report.
    }
    RealmFeed told = feed;
    SortedSet<String> known = epochs;
    return database.call(
        TIMEOUT,
        connection ->
            new Feed(
                true,
                told,
                known == null ? null : database.revoked().backlog(connection, known, seconds())));
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }
}
