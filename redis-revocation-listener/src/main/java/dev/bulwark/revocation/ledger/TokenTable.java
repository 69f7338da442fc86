package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Table BULWARK_TOKEN: the issued access tokens that have not expired. Rows are inserted and
 * deleted, never updated: issuing must cost as little as possible, and an update would wait for row
 * locks.
 *
 * <p>The key leads with the expiry, so that new rows go to the end of the index and old ones are
 * deleted from its beginning.
 */
public final class TokenTable {

  static final String NAME = "BULWARK_TOKEN";

  /** So many sessions at most are asked about at a time. */
  public static final int SESSIONS = 1_000;

  /** The order of the key. */
  static final Comparator<LedgerToken> BY_KEY =
      Comparator.comparingLong(LedgerToken::expiresAt).thenComparing(LedgerToken::jti);

  private static final int CHUNK = 100;

  private final SqlDialect dialect;
  private final String table;
  private final TokenInsert inserts;
  private final TokenCandidates candidates;
  private final SessionTokens sessions;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public TokenTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.table = schema + NAME;
    this.inserts = new TokenInsert(dialect, schema);
    this.candidates = new TokenCandidates(dialect, schema);
    this.sessions = new SessionTokens(dialect, schema);
  }

  /** Inserts rows; those that exist are left alone. */
  public void insert(Connection connection, List<LedgerToken> tokens) throws SQLException {
    inserts.insert(connection, tokens);
  }

  /**
   * Inserts rows; those that exist are left alone. PostgreSQL answers before it has flushed them to
   * its disk (asynchronous commit): a single row costs a third then. A crash of the database within
   * the next second can lose them, so the caller has to keep them and insert them again; see {@code
   * FailoverGuard}.
   *
   * @param seconds how long a statement takes at most; 0 for the connection's own limit
   */
  void insertUnflushed(Connection connection, List<LedgerToken> tokens, int seconds)
      throws SQLException {
    inserts.insertUnflushed(connection, tokens, seconds);
  }

  /**
   * One page of the tokens that an ending concerns, live and not yet revoked, in the order of the
   * key. Revoked ones are left out by the statement where they are few. Of a client or realm a
   * statement reads so many rows at most: millions can be revoked, and it must not search all of
   * them for one that is not.
   *
   * @param after the last token of the page before, null for the first page
   * @param now seconds since 1970
   * @param limit number of rows at most
   */
  public Page candidates(
      Connection connection, Ending ending, @Nullable LedgerToken after, long now, int limit)
      throws SQLException {
    return candidates.candidates(connection, ending, after, now, limit);
  }

  /** Whether {@link #candidates} has any. */
  public boolean hasCandidate(Connection connection, Ending ending, long now) throws SQLException {
    return candidates.hasCandidate(connection, ending, now);
  }

  /**
   * A page of tokens.
   *
   * @param tokens may be empty though more pages follow
   * @param last after which the next page begins; null if this is the last one
   */
  public record Page(List<LedgerToken> tokens, @Nullable LedgerToken last) {}

  /**
   * One page of the live tokens of some sessions, in the order of their jti; among them tokens that
   * are revoked already.
   *
   * @param sessionIds at most {@link #SESSIONS}, and at least one
   * @param afterJti leaves out tokens up to this jti; empty for none
   * @param now seconds since 1970
   */
  public List<LedgerToken> ofSessions(
      Connection connection, List<String> sessionIds, String afterJti, long now, int limit)
      throws SQLException {
    return sessions.ofSessions(connection, sessionIds, afterJti, now, limit);
  }

  /**
   * The same without tokens that are revoked already. Among them may be tokens of other sessions,
   * whose id has the same hash.
   */
  public List<LedgerToken> candidatesOfSessions(
      Connection connection, List<String> sessionIds, String afterJti, long now, int limit)
      throws SQLException {
    return sessions.candidatesOfSessions(connection, sessionIds, afterJti, now, limit);
  }

  /**
   * Deletes rows of revoked tokens. They have no use any more: what must be in Redis is in {@link
   * RevokedTable}.
   */
  public void delete(Connection connection, Collection<LedgerToken> tokens) throws SQLException {
    for (List<LedgerToken> chunk : Chunks.of(tokens.stream().sorted(BY_KEY).toList(), CHUNK)) {
      Sql.batch(
          connection,
          "DELETE FROM " + table + " WHERE EXPIRES_AT = ? AND JTI = ?",
          chunk,
          (parameters, token) -> parameters.number(token.expiresAt()).text(token.jti()));
    }
  }

  /**
   * Deletes rows that expired before a time, some thousand at a time.
   *
   * @param before seconds since 1970
   * @return number of rows deleted; {@link SqlDialect#DELETES} if there may be more
   */
  public int deleteExpired(Connection connection, long before) throws SQLException {
    return dialect.deleteExpired(connection, table, before);
  }
}
