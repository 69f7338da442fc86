package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;

/**
 * Which revoked tokens have been written to the Redis of a site, and in which of its lives (its
 * epoch). Thread-safe.
 */
public interface PushState {

  /**
   * Returns live tokens that have not been pushed in any of the given epochs.
   *
   * @param epochs the epochs of the Redis nodes; may be empty
   * @param now seconds since 1970
   */
  List<RevokedToken> pending(Connection connection, SortedSet<String> epochs, long now, int limit)
      throws SQLException;

  /**
   * Returns how many tokens are pending and since when.
   *
   * @param epochs the epochs of the Redis nodes; may be empty
   * @param now seconds since 1970
   */
  Backlog backlog(Connection connection, SortedSet<String> epochs, long now) throws SQLException;

  /** Notes that tokens have been pushed in an epoch. */
  void markPushed(Connection connection, Collection<RevokedToken> tokens, String epoch)
      throws SQLException;

  /**
   * What is not yet in Redis.
   *
   * @param count number of tokens
   * @param oldest when the oldest was revoked, milliseconds since 1970; 0 if none
   */
  record Backlog(long count, long oldest) {}
}
