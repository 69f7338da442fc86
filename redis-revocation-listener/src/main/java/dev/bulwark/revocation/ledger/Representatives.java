package dev.bulwark.revocation.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The oldest token of each kind that one id has, found without reading the others: of each kind the
 * index gives the first row, and the next kind begins behind the last row of this one (a loose
 * index scan, which neither PostgreSQL nor H2 does by itself). A service account with a million
 * tokens of one client costs as much as one with a single token.
 *
 * <p>The kinds are the columns that follow the id in its index, the moment of issue is the last.
 */
final class Representatives {

  /** With more kinds all rows of the id are read: one by one, they could cost more than that. */
  static final int MAX = 100;

  private final String table;
  private final String id;
  private final List<String> kinds;

  /**
   * Along an index.
   *
   * @param id first column of the index
   * @param kinds its next columns, but for the moment of issue; one or more
   */
  Representatives(String table, String id, List<String> kinds) {
    this.table = table;
    this.id = id;
    this.kinds = List.copyOf(kinds);
  }

  /**
   * A row of the ledger.
   *
   * @param expiresAt with jti its key
   * @param kind values of the columns that tell its kind
   */
  record Row(long expiresAt, String jti, long issuedAt, List<String> kind) {}

  /**
   * One for each kind, the expired among them; empty if there are more than {@link #MAX}.
   *
   * @param value of the id
   */
  Optional<List<Row>> of(Connection connection, String value) throws SQLException {
    List<Row> rows = new ArrayList<>();
    Row row = first(connection, value, List.of(), 0);
    while (row != null) {
      if (rows.size() == MAX) {
        return Optional.empty();
      }
      rows.add(row);
      row = next(connection, value, row.kind());
    }
    return Optional.of(rows);
  }

  /** The next kind differs in its last column first, as the index is ordered. */
  private @Nullable Row next(Connection connection, String value, List<String> kind)
      throws SQLException {
    for (int equal = kinds.size() - 1; equal >= 0; equal--) {
      Row row = first(connection, value, kind.subList(0, equal + 1), 1);
      if (row != null) {
        return row;
      }
    }
    return null;
  }

  /**
   * The first row whose kind begins with these values.
   *
   * @param greater how many of them, from the last one, are to be exceeded: 0 or 1
   */
  private @Nullable Row first(Connection connection, String value, List<String> bounds, int greater)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(sql(bounds.size() - greater, greater))) {
      statement.setString(1, value);
      for (int i = 0; i < bounds.size(); i++) {
        statement.setString(i + 2, bounds.get(i));
      }
      try (ResultSet found = statement.executeQuery()) {
        return found.next() ? row(found) : null;
      }
    }
  }

  private Row row(ResultSet found) throws SQLException {
    List<String> kind = new ArrayList<>();
    for (String column : kinds) {
      kind.add(found.getString(column));
    }
    return new Row(
        found.getLong("EXPIRES_AT"), found.getString("JTI"), found.getLong("ISSUED_AT"), kind);
  }

  private String sql(int equal, int greater) {
    StringBuilder sql = new StringBuilder("SELECT EXPIRES_AT, JTI, ISSUED_AT");
    kinds.forEach(column -> sql.append(", ").append(column));
    sql.append(" FROM ").append(table).append(" WHERE ").append(id).append(" = ?");
    for (int i = 0; i < equal + greater; i++) {
      sql.append(" AND ").append(kinds.get(i)).append(i < equal ? " = ?" : " > ?");
    }
    // All columns of the index, so that it is plain that it has the order.
    sql.append(" ORDER BY ").append(id);
    kinds.forEach(column -> sql.append(", ").append(column));
    return sql.append(", ISSUED_AT LIMIT 1").toString();
  }
}
