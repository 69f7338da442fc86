package dev.bulwark.revocation.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Table BULWARK_LEASE: which node does the background work. Two nodes at once (clocks apart) would
 * do the same work twice, which is harmless.
 */
public final class LeaseTable {

  static final String NAME = "BULWARK_LEASE";

  private final String table;
  private final String insert;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public LeaseTable(SqlDialect dialect, String schema) {
    this.table = schema + NAME;
    this.insert =
        dialect.insertNew(table, List.of("NAME", "OWNER", "EXPIRES_AT"), List.of("NAME"), 1);
  }

  /**
   * Takes or renews a lease.
   *
   * @param owner the node
   * @param now milliseconds since 1970
   * @param until milliseconds since 1970
   * @return whether the node has it now
   */
  public boolean acquire(Connection connection, String name, String owner, long now, long until)
      throws SQLException {
    if (update(connection, name, owner, now, until)) {
      return true;
    }
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, name);
      statement.setString(2, owner);
      statement.setLong(3, 0);
      statement.executeUpdate();
    }
    return update(connection, name, owner, now, until);
  }

  /** Gives a lease back, if the node has it. */
  public void release(Connection connection, String name, String owner) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE " + table + " SET EXPIRES_AT = 0 WHERE NAME = ? AND OWNER = ?")) {
      statement.setString(1, name);
      statement.setString(2, owner);
      statement.executeUpdate();
    }
  }

  private boolean update(Connection connection, String name, String owner, long now, long until)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE "
                + table
                + " SET OWNER = ?, EXPIRES_AT = ?"
                + " WHERE NAME = ? AND (OWNER = ? OR EXPIRES_AT < ?)")) {
      statement.setString(1, owner);
      statement.setLong(2, until);
      statement.setString(3, name);
      statement.setString(4, owner);
      statement.setLong(5, now);
      return statement.executeUpdate() == 1;
    }
  }
}
