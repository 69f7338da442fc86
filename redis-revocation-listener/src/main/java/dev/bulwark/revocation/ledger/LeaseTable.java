package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Table BULWARK_LEASE: which node does the background work. Two nodes at once that work (after a
 * pause that outlasted the lease) would do the same work twice, which is harmless.
 */
public final class LeaseTable {

  static final String NAME = "BULWARK_LEASE";

  private final String table;
  private final String insert;
  private final String update;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public LeaseTable(SqlDialect dialect, String schema) {
    this.table = schema + NAME;
    this.insert =
        dialect.insertNew(table, List.of("NAME", "OWNER", "EXPIRES_AT"), List.of("NAME"), 1);
    this.update =
        "UPDATE "
            + table
            + " SET OWNER = ?, EXPIRES_AT = "
            + dialect.nowMillis()
            + " + ? WHERE NAME = ? AND (OWNER = ? OR EXPIRES_AT < "
            + dialect.nowMillis()
            + ")";
  }

  /**
   * Takes or renews a lease. The database's clock alone says when it runs out: nodes' clocks
   * differ.
   *
   * @param owner the node
   * @param time how long
   * @return whether the node has it now
   */
  public boolean acquire(Connection connection, String name, String owner, Duration time)
      throws SQLException {
    if (update(connection, name, owner, time)) {
      return true;
    }
    Sql.update(connection, insert, parameters -> parameters.text(name).text(owner).number(0));
    return update(connection, name, owner, time);
  }

  /** Lets a lease run out, whoever has it. */
  public void end(Connection connection, String name) throws SQLException {
    Sql.update(
        connection,
        "UPDATE " + table + " SET EXPIRES_AT = 0 WHERE NAME = ?",
        parameters -> parameters.text(name));
  }

  /** Gives a lease back, if the node has it. */
  public void release(Connection connection, String name, String owner) throws SQLException {
    Sql.update(
        connection,
        "UPDATE " + table + " SET EXPIRES_AT = 0 WHERE NAME = ? AND OWNER = ?",
        parameters -> parameters.text(name).text(owner));
  }

  private boolean update(Connection connection, String name, String owner, Duration time)
      throws SQLException {
    return Sql.update(
            connection,
            update,
            parameters -> parameters.text(owner).number(time.toMillis()).text(name).text(owner))
        == 1;
  }
}
