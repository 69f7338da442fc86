package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Searches {@link TokenTable} for the tokens of one ending. */
final class TokenCandidates {

  /** Rows of a statement that looks for one token among many. */
  private static final int PAGE = 5_000;

  private final String table;
  private final RevokedTable revoked;
  private final TargetCondition.Cases conditions;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  TokenCandidates(SqlDialect dialect, String schema) {
    this.table = schema + TokenTable.NAME;
    this.revoked = new RevokedTable(dialect, schema);
    this.conditions = new TargetCondition.Cases(dialect, schema);
  }

  /** As {@link TokenTable#candidates}. */
  TokenTable.Page candidates(
      Connection connection, Ending ending, @Nullable LedgerToken after, long now, int limit)
      throws SQLException {
    TargetCondition condition = ending.target().to(conditions);
    Set<SessionType> types = ending.requiresVerification() ? ending.effect().verifies() : Set.of();
    boolean bounded = ending.effect().isCutOff();
    String sql =
        "SELECT "
            + TokenColumns.SELECTED
            + " FROM "
            + table
            + " t WHERE "
            + condition.sql()
            + " AND t.EXPIRES_AT >= ?"
            + (types.isEmpty() ? "" : ofTypes(types.size()))
            + (bounded ? " AND t.ISSUED_AT < ?" : "")
            + (after == null ? "" : " AND (t.EXPIRES_AT > ? OR t.JTI > ?)")
            + condition.withoutRevoked()
            + " ORDER BY t.EXPIRES_AT, t.JTI LIMIT "
            + limit;
    List<LedgerToken> rows =
        Sql.query(
            connection,
            sql,
            parameters -> {
              parameters.texts(condition.parameters());
              // A token is expired from the second of its exp on; see RevokedTable.
              parameters.number(after == null ? now + 1 : after.expiresAt());
              parameters.texts(types.stream().map(SessionType::code).toList());
              if (bounded) {
                parameters.number(ending.effect().issuedBefore());
              }
              if (after != null) {
                parameters.number(after.expiresAt()).text(after.jti());
              }
            },
            TokenColumns::token);
    return page(connection, condition, rows, limit);
  }

  private static String ofTypes(int types) {
    return " AND t.SESSION_TYPE IN (" + SqlDialect.parameters(types) + ")";
  }

  /** As {@link TokenTable#hasCandidate}. */
  boolean hasCandidate(Connection connection, Ending ending, long now) throws SQLException {
    TokenTable.Page page = candidates(connection, ending, null, now, 1);
    while (page.tokens().isEmpty() && page.last() != null) {
      page = candidates(connection, ending, page.last(), now, PAGE);
    }
    return !page.tokens().isEmpty();
  }

  private TokenTable.Page page(
      Connection connection, TargetCondition condition, List<LedgerToken> rows, int limit)
      throws SQLException {
    LedgerToken last = rows.size() < limit ? null : rows.get(limit - 1);
    if (!condition.withoutRevoked().isEmpty()) {
      return new TokenTable.Page(rows, last);
    }
    Set<String> dead = revoked.among(connection, rows.stream().map(LedgerToken::jti).toList());
    return new TokenTable.Page(
        rows.stream().filter(token -> !dead.contains(token.jti())).toList(), last);
  }
}
