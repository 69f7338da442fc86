package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Which of many jtis have a row in the ledger. No index finds a row by its jti alone, so all rows
 * of a range of expiries are read: once, for a lost node leaves tens of thousands of jtis.
 * Thread-safe.
 */
final class RowLookup {

  /** Rows of a statement: not every driver hands over the rows of a result one after the other. */
  private static final int PAGE = 5_000;

  private final SqlDialect dialect;
  private final SharedRows shared;
  private final String selectAmong;
  private final String selectPage;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  RowLookup(SqlDialect dialect, String schema) {
    String table = schema + TokenTable.NAME;
    this.dialect = dialect;
    this.shared = new SharedRows(schema);
    // A join, and no condition JTI = ANY(?): for that the index may be read once for each jti.
    this.selectAmong =
        "SELECT t.JTI FROM "
            + table
            + " t WHERE t.EXPIRES_AT > ? AND t.EXPIRES_AT <= ?"
            + " AND t.JTI IN (SELECT unnest(?::text[]))";
    this.selectPage =
        "SELECT EXPIRES_AT, JTI, "
            + TokenTable.OTHERS
            + " FROM "
            + table
            + " WHERE EXPIRES_AT >= ? AND EXPIRES_AT <= ? AND (EXPIRES_AT > ? OR JTI > ?)"
            + " ORDER BY EXPIRES_AT, JTI LIMIT "
            + PAGE;
  }

  /** As {@link TokenTable#among}. */
  Set<String> among(Connection connection, Collection<String> jtis, long now, long maxExpiresAt)
      throws SQLException {
    Set<String> wanted = new HashSet<>(jtis);
    return dialect == SqlDialect.POSTGRESQL
        ? ask(connection, wanted, now, maxExpiresAt)
        : read(connection, wanted, now, maxExpiresAt);
  }

  /** The database compares the keys of the rows. */
  private Set<String> ask(Connection connection, Set<String> wanted, long now, long maxExpiresAt)
      throws SQLException {
    Set<String> found = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(selectAmong)) {
      statement.setLong(1, now);
      statement.setLong(2, maxExpiresAt);
      statement.setArray(3, connection.createArrayOf("text", wanted.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    shared.forEach(
        connection,
        "t.EXPIRES_AT > ? AND t.EXPIRES_AT <= ?",
        token -> {
          if (wanted.contains(token.jti())) {
            found.add(token.jti());
          }
        },
        now,
        maxExpiresAt);
    return found;
  }

  /** This node compares what it reads, in the order of the key. */
  private Set<String> read(Connection connection, Set<String> wanted, long now, long maxExpiresAt)
      throws SQLException {
    Set<String> found = new HashSet<>();
    long expiresAt = now + 1;
    String jti = "";
    int rows = PAGE;
    while (rows == PAGE) {
      rows = 0;
      try (PreparedStatement statement = connection.prepareStatement(selectPage)) {
        statement.setLong(1, expiresAt);
        statement.setLong(2, maxExpiresAt);
        statement.setLong(3, expiresAt);
        statement.setString(4, jti);
        try (ResultSet page = statement.executeQuery()) {
          while (page.next()) {
            rows++;
            expiresAt = page.getLong(1);
            jti = page.getString(2);
            TokenRow.jtis(jti, page.getString(3)).stream()
                .filter(wanted::contains)
                .forEach(found::add);
          }
        }
      }
    }
    return found;
  }
}
