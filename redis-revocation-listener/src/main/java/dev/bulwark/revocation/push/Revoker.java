package dev.bulwark.revocation.push;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
  private final RevocationObserver observer;
  private final Clock clock;

  /**
   * With its collaborators.
   *
   * @param observer learns what is revoked
   */
  public Revoker(
      LedgerDatabase database,
      RedisConnection redis,
      RevocationPusher pusher,
      MissedPushes missedPushes,
      RevocationMetrics metrics,
      RevocationObserver observer,
      Clock clock) {
    this.database = database;
    this.redis = redis;
    this.pusher = pusher;
    this.missedPushes = missedPushes;
    this.metrics = metrics;
    this.observer = observer;
    this.clock = clock;
  }

  /** Revokes tokens that have not been revoked before. */
  public void revoke(List<RevokedToken> tokens, String cause) throws SQLException {
    if (tokens.isEmpty()) {
      return;
    }
    Map<RevokedToken, String> epochs = new HashMap<>();
    push(tokens).forEach((epoch, some) -> some.forEach(token -> epochs.put(token, epoch)));
    database.run(connection -> insert(connection, tokens, epochs, cause));
    metrics.revoked(tokens.size(), cause);
  }

  /**
   * Writes down revoked tokens. The observer comes first: a token is found again by the ending that
   * ended it as long as {@link RevokedTable} does not have it.
   *
   * @param epochs of Redis, of those that have been pushed
   */
  private void insert(
      Connection connection,
      List<RevokedToken> tokens,
      Map<RevokedToken, String> epochs,
      String cause)
      throws SQLException {
    observer.revoking(connection, tokens.stream().map(RevokedToken::jti).toList());
    database
        .revoked()
        .insert(
            connection,
            tokens,
            token -> epochs.getOrDefault(token, RevokedTable.NOT_PUSHED),
            cause,
            clock.millis());
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
