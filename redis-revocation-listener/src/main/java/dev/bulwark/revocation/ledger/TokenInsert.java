package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.NullableParameter;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes rows of {@link TokenTable}. */
final class TokenInsert {

  private static final int CHUNK = 100;

  /** So many rows at most cost PostgreSQL less as plain parameters than as arrays. */
  private static final int MAX_PLAIN_ROWS = 2;

  private static final Comparator<TokenRow> ROWS_BY_KEY =
      Comparator.comparing(TokenRow::token, TokenTable.BY_KEY);

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
        + " ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[]) r"
        + " ON CONFLICT DO NOTHING";
  }

  /** As {@link TokenTable#insert}. */
  void insert(Connection connection, List<LedgerToken> tokens) throws SQLException {
    List<TokenRow> sorted = sorted(TokenRow.single(tokens));
    if (dialect == SqlDialect.POSTGRESQL && tokens.size() > MAX_PLAIN_ROWS) {
      insertArrays(connection, insertArrays, sorted, 0);
    } else {
      insertRows(connection, sorted, 0);
    }
  }

  /** As {@link TokenTable#insertUnflushed}. */
  void insertUnflushed(Connection connection, List<LedgerToken> tokens, int seconds)
      throws SQLException {
    List<TokenRow> rows = sorted(TokenRow.shared(tokens));
    int inserted = insertRowsUnflushed(connection, rows, seconds);
    if (inserted < rows.size() || !dialect.countsInserted()) {
      List<TokenRow> apart = sorted(TokenRow.single(displaced(connection, rows, seconds)));
      if (!apart.isEmpty()) {
        insertRowsUnflushed(connection, apart, seconds);
      }
    }
  }

  private int insertRowsUnflushed(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    return dialect == SqlDialect.POSTGRESQL
        ? insertArrays(connection, insertUnflushed, rows, seconds)
        : insertRows(connection, rows, seconds);
  }

  /**
   * The tokens whose shared row is not there, since another row has its key: one of them was
   * written before, alone or beside other tokens. That happens when a write is repeated whose
   * answer was lost or late.
   */
  private List<LedgerToken> displaced(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    List<LedgerToken> displaced = new ArrayList<>();
    List<TokenRow> sharing = rows.stream().filter(TokenRow::isShared).toList();
    for (List<TokenRow> chunk : Chunks.of(sharing, CHUNK)) {
      Set<Stored> found = stored(connection, chunk, seconds);
      for (TokenRow row : chunk) {
        if (!found.contains(new Stored(row.token().expiresAt(), row.token().jti(), row.others()))) {
          displaced.addAll(row.tokens());
        }
      }
    }
    return displaced;
  }

  /** What tells which tokens a row has. */
  private record Stored(long expiresAt, String jti, @Nullable String others) {}

  /** The rows that have the keys of some rows: one round trip, for issuing waits for it. */
  private Set<Stored> stored(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    // Not (EXPIRES_AT, JTI) IN (...): not every optimizer searches the index for each pair.
    String keys =
        String.join(" OR ", Collections.nCopies(rows.size(), "(EXPIRES_AT = ? AND JTI = ?)"));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT EXPIRES_AT, JTI, " + TokenTable.OTHERS + " FROM " + table + " WHERE " + keys)) {
      limit(statement, seconds);
      int parameter = 1;
      for (TokenRow row : rows) {
        statement.setLong(parameter++, row.token().expiresAt());
        statement.setString(parameter++, row.token().jti());
      }
      Set<Stored> stored = new HashSet<>();
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          stored.add(new Stored(found.getLong(1), found.getString(2), found.getString(3)));
        }
      }
      return stored;
    }
  }

  /** Nodes that insert the same rows in different orders would wait for each other. */
  private static List<TokenRow> sorted(List<TokenRow> rows) {
    return rows.size() > 1 ? rows.stream().sorted(ROWS_BY_KEY).toList() : rows;
  }

  /** One statement, one parse, one round trip and one commit, however many rows. */
  private int insertArrays(Connection connection, String sql, List<TokenRow> rows, int seconds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      limit(statement, seconds);
      int column = 1;
      statement.setArray(column++, numbers(connection, rows, r -> r.token().expiresAt()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().jti()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().type().code()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().realmId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().userId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().clientId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().sessionId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().apiKeyId()));
      statement.setArray(column++, numbers(connection, rows, r -> r.token().issuedAt()));
      statement.setArray(column++, numbers(connection, rows, r -> r.token().issuedFor()));
      statement.setArray(column++, numbers(connection, rows, r -> r.token().issuer()));
      statement.setArray(column, texts(connection, rows, TokenRow::others));
      return statement.executeUpdate();
    }
  }

  private int insertRows(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    int inserted = 0;
    for (List<TokenRow> chunk : Chunks.of(rows, CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              dialect.insertNew(table, TokenColumns.COLUMNS, KEY, chunk.size()))) {
        limit(statement, seconds);
        int parameter = 1;
        for (TokenRow row : chunk) {
          LedgerToken token = row.token();
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
          NullableParameter.set(statement, parameter++, row.others());
        }
        inserted += statement.executeUpdate();
      }
    }
    return inserted;
  }

  private static void limit(PreparedStatement statement, int seconds) throws SQLException {
    if (seconds > 0) {
      statement.setQueryTimeout(seconds);
    }
  }

  private static Array numbers(
      Connection connection, List<TokenRow> rows, Function<TokenRow, @Nullable Long> value)
      throws SQLException {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    return connection.createArrayOf("bigint", values);
  }

  private static Array texts(
      Connection connection, List<TokenRow> rows, Function<TokenRow, @Nullable String> value)
      throws SQLException {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    return connection.createArrayOf("text", values);
  }
}
