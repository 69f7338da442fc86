package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes rows of {@link TokenTable}. */
final class TokenInsert {

  private static final int CHUNK = 100;

  /** So many rows at most cost PostgreSQL less as plain parameters than as arrays. */
  private static final int MAX_PLAIN_ROWS = 2;

  private static final String NUMBERS = "bigint";
  private static final String TEXTS = "text";
  private static final List<String> KEY = List.of("EXPIRES_AT", "JTI");

  private final SqlDialect dialect;
  private final String table;
  private final String insertArrays;
  private final String insertUnflushed;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  TokenInsert(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.table = schema + TokenTable.NAME;
    this.insertArrays = insertArrays("");
    this.insertUnflushed =
        insertArrays("(SELECT set_config('synchronous_commit', 'off', TRUE)) unflushed, ");
  }

  private String insertArrays(String before) {
    return "INSERT INTO "
        + table
        + " ("
        + String.join(", ", TokenColumns.COLUMNS)
        + ") SELECT r.* FROM "
        + before
        + "unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[],"
        + " ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[]) r"
        + " ON CONFLICT DO NOTHING";
  }

  /** As {@link TokenTable#insert}. */
  void insert(Connection connection, List<LedgerToken> tokens) throws SQLException {
    List<LedgerToken> sorted = sorted(tokens);
    if (dialect == SqlDialect.POSTGRESQL && tokens.size() > MAX_PLAIN_ROWS) {
      insertArrays(connection, insertArrays, sorted, 0);
    } else {
      insertRows(connection, sorted, 0);
    }
  }

  /** As {@link TokenTable#insertUnflushed}. */
  void insertUnflushed(Connection connection, List<LedgerToken> tokens, int seconds)
      throws SQLException {
    List<LedgerToken> sorted = sorted(tokens);
    if (dialect == SqlDialect.POSTGRESQL) {
      insertArrays(connection, insertUnflushed, sorted, seconds);
    } else {
      insertRows(connection, sorted, seconds);
    }
  }

  /**
   * Nodes that insert the same rows in different orders would wait for each other. A row that is
   * shared by several tokens can be there once for each.
   */
  private static List<LedgerToken> sorted(List<LedgerToken> rows) {
    return rows.size() > 1 ? rows.stream().distinct().sorted(TokenTable.BY_KEY).toList() : rows;
  }

  /** One statement, one parse, one round trip and one commit, however many rows. */
  private void insertArrays(Connection connection, String sql, List<LedgerToken> rows, int seconds)
      throws SQLException {
    Sql.update(
        connection,
        sql,
        parameters ->
            parameters
                .timeout(seconds)
                .array(NUMBERS, values(rows, LedgerToken::expiresAt))
                .array(TEXTS, values(rows, LedgerToken::jti))
                .array(TEXTS, values(rows, row -> row.type().code()))
                .array(TEXTS, values(rows, LedgerToken::realmId))
                .array(TEXTS, values(rows, LedgerToken::userId))
                .array(TEXTS, values(rows, LedgerToken::clientId))
                .array(TEXTS, values(rows, LedgerToken::sessionId))
                .array(TEXTS, values(rows, LedgerToken::apiKeyId))
                .array(NUMBERS, values(rows, LedgerToken::issuedAt))
                .array(NUMBERS, values(rows, LedgerToken::issuedFor))
                .array(NUMBERS, values(rows, LedgerToken::issuer))
                .array(NUMBERS, values(rows, LedgerToken::signingKey)));
  }

  private void insertRows(Connection connection, List<LedgerToken> rows, int seconds)
      throws SQLException {
    for (List<LedgerToken> chunk : Chunks.of(rows, CHUNK)) {
      Sql.update(
          connection,
          dialect.insertNew(table, TokenColumns.COLUMNS, KEY, chunk.size()),
          parameters -> {
            parameters.timeout(seconds);
            for (LedgerToken token : chunk) {
              parameters
                  .number(token.expiresAt())
                  .text(token.jti())
                  .text(token.type().code())
                  .text(token.realmId())
                  .text(token.userId())
                  .text(token.clientId())
                  .text(token.sessionId())
                  .text(token.apiKeyId())
                  .number(token.issuedAt())
                  .number(token.issuedFor())
                  .number(token.issuer())
                  .number(token.signingKey());
            }
          });
    }
  }

  private static @Nullable Object[] values(
      List<LedgerToken> rows, Function<LedgerToken, @Nullable Object> value) {
    return rows.stream().map(value).toArray();
  }
}
