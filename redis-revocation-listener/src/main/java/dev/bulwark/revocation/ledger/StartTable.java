package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table BULWARK_LEDGER_START: from when on every issued token is in the ledger. One row. */
public final class StartTable {

  static final String NAME = "BULWARK_LEDGER_START";

  private static final int ID = 1;

  private final String table;
  private final String insert;

  StartTable(SqlDialect dialect, String schema) {
    this.table = schema + NAME;
    this.insert = dialect.insertNew(table, List.of("ID", "SINCE"), List.of("ID"), 1);
  }

  /**
   * Returns the time from which every issued token is in the ledger, milliseconds since 1970. The
   * first call of the first node sets it to the present.
   *
   * @param now milliseconds since 1970, before any token has been issued
   */
  public long since(Connection connection, long now) throws SQLException {
    Long known = read(connection);
    if (known != null) {
      return known;
    }
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setInt(1, ID);
      statement.setLong(2, now);
      statement.executeUpdate();
    }
    Long set = read(connection);
    return set == null ? now : set;
  }

  private @Nullable Long read(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT SINCE FROM " + table + " WHERE ID = ?")) {
      statement.setInt(1, ID);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getLong(1) : null;
      }
    }
  }
}
