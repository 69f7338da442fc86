package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.IndexedText;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Searches {@link TokenTable} for the tokens of many sessions. */
final class SessionTokens {

  private final String table;
  private final String revokedTable;
  private final IndexedText sessions;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  SessionTokens(SqlDialect dialect, String schema) {
    this.table = schema + TokenTable.NAME;
    this.revokedTable = schema + RevokedTable.NAME;
    this.sessions = new IndexedText(dialect, "t.SESSION_ID");
  }

  /** As {@link TokenTable#ofSessions}. */
  List<LedgerToken> ofSessions(
      Connection connection, List<String> sessionIds, String afterJti, long now, int limit)
      throws SQLException {
    List<String> ids = Chunks.padded(sessionIds);
    String sql = sql(sessions.isAmong(ids.size()), "t.EXPIRES_AT", limit);
    return Sql.query(
        connection,
        sql,
        parameters -> parameters.texts(sessions.parameters(ids)).text(afterJti).number(now),
        TokenColumns::token);
  }

  /** As {@link TokenTable#candidatesOfSessions}. */
  List<LedgerToken> candidatesOfSessions(
      Connection connection, List<String> sessionIds, String afterJti, long now, int limit)
      throws SQLException {
    List<String> ids = Chunks.padded(sessionIds);
    // Not NOT EXISTS: to join, PostgreSQL may read the whole table of revoked tokens.
    String unknown = " AND (SELECT r.JTI FROM " + revokedTable + " r WHERE r.JTI = t.JTI) IS NULL";
    // "+ 0": else PostgreSQL may read the whole index of the key, to have fewer rows to look up.
    String sql = sql(sessions.mayBeAmong(ids.size()) + unknown, "t.EXPIRES_AT + 0", limit);
    return Sql.query(
        connection,
        sql,
        parameters -> parameters.texts(ids).text(afterJti).number(now),
        TokenColumns::token);
  }

  private String sql(String condition, String expiresAt, int limit) {
    return "SELECT "
        + TokenColumns.SELECTED
        + " FROM "
        + table
        + " t WHERE "
        + condition
        + " AND t.JTI > ? AND "
        + expiresAt
        + " > ? ORDER BY t.JTI LIMIT "
        + limit;
  }
}
