package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.NullableParameter;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes rows of {@link TokenTable}. */
final class TokenInsert {

  private static final int CHUNK = 100;

  /** So many rows at most cost PostgreSQL less as plain parameters than as arrays. */
  private static final int MAX_PLAIN_ROWS = 2;

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
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      limit(statement, seconds);
      int column = 1;
      statement.setArray(column++, numbers(connection, rows, LedgerToken::expiresAt));
      statement.setArray(column++, texts(connection, rows, LedgerToken::jti));
      statement.setArray(column++, texts(connection, rows, row -> row.type().code()));
      statement.setArray(column++, texts(connection, rows, LedgerToken::realmId));
      statement.setArray(column++, texts(connection, rows, LedgerToken::userId));
      statement.setArray(column++, texts(connection, rows, LedgerToken::clientId));
      statement.setArray(column++, texts(connection, rows, LedgerToken::sessionId));
      statement.setArray(column++, texts(connection, rows, LedgerToken::apiKeyId));
      statement.setArray(column++, numbers(connection, rows, LedgerToken::issuedAt));
      statement.setArray(column++, numbers(connection, rows, LedgerToken::issuedFor));
      statement.setArray(column++, numbers(connection, rows, LedgerToken::issuer));
      statement.setArray(column, numbers(connection, rows, LedgerToken::signingKey));
      statement.executeUpdate();
    }
  }

  private void insertRows(Connection connection, List<LedgerToken> rows, int seconds)
      throws SQLException {
    for (List<LedgerToken> chunk : Chunks.of(rows, CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              dialect.insertNew(table, TokenColumns.COLUMNS, KEY, chunk.size()))) {
        limit(statement, seconds);
        int parameter = 1;
        for (LedgerToken token : chunk) {
          statement.setLong(parameter++, token.expiresAt());
          statement.setString(parameter++, token.jti());
          statement.setString(parameter++, token.type().code());
          statement.setString(parameter++, token.realmId());
          statement.setString(parameter++, token.userId());
          statement.setString(parameter++, token.clientId());
          NullableParameter.set(statement, parameter++, token.sessionId());
          NullableParameter.set(statement, parameter++, token.apiKeyId());
          statement.setLong(parameter++, token.issuedAt());
          NullableParameter.set(statement, parameter++, token.issuedFor());
          NullableParameter.set(statement, parameter++, token.issuer());
          NullableParameter.set(statement, parameter++, token.signingKey());
        }
        statement.executeUpdate();
      }
    }
  }

  private static void limit(PreparedStatement statement, int seconds) throws SQLException {
    if (seconds > 0) {
      statement.setQueryTimeout(seconds);
    }
  }

  private static Array numbers(
      Connection connection, List<LedgerToken> rows, Function<LedgerToken, @Nullable Long> value)
      throws SQLException {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    return connection.createArrayOf("bigint", values);
  }

  private static Array texts(
      Connection connection, List<LedgerToken> rows, Function<LedgerToken, @Nullable String> value)
      throws SQLException {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    return connection.createArrayOf("text", values);
  }
}
