package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes tokens revoked: pushes them to Redis if it is there, and writes down that they are revoked
 * and where they have been pushed. Whatever is lost in between is found again by the ending that is
 * still in the database, or by the drainer. Thread-safe.
 */
public final class Revoker {

  private final LedgerDatabase database;
  private final RedisConnection redis;
  private final RevocationPusher pusher;
  private final MissedPushes missedPushes;
  private final RevocationMetrics metrics;
  private final Sites sites;

  /** With its collaborators. */
  public Revoker(
      LedgerDatabase database,
      RedisConnection redis,
      RevocationPusher pusher,
      MissedPushes missedPushes,
      RevocationMetrics metrics,
      Sites sites) {
    this.database = database;
    this.redis = redis;
    this.pusher = pusher;
    this.missedPushes = missedPushes;
    this.metrics = metrics;
    this.sites = sites;
  }

  /** Revokes tokens that have not been revoked before. */
  public void revoke(List<RevokedToken> tokens, String cause) throws SQLException {
    if (tokens.isEmpty()) {
      return;
    }
    Map<String, List<RevokedToken>> pushed = push(tokens);
    Set<RevokedToken> rest = new HashSet<>(tokens);
    // HashSet.removeAll(List) searches the list for each element where the list is the longer one.
    pushed.values().forEach(some -> some.forEach(rest::remove));
    database.run(connection -> sites.insert(connection, pushed, rest, cause));
    metrics.revoked(tokens.size(), cause);
  }

  private Map<String, List<RevokedToken>> push(List<RevokedToken> tokens) {
    if (!redis.isAvailable()) {
      missedPushes.missed();
      return Map.of();
    }
    try {
      return metrics.timePush(tokens.size(), () -> pusher.push(tokens));
    } catch (RedisUnavailableException e) {
      // Reported by the connection; the drainer pushes them when Redis is back.
      metrics.pushFailed();
      missedPushes.missed();
      return Map.of();
    }
  }
}
