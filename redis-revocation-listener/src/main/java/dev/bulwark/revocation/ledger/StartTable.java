package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

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
    Optional<Long> known = read(connection);
    if (known.isPresent()) {
      return known.get();
    }
    Sql.update(connection, insert, parameters -> parameters.number(ID).number(now));
    return read(connection).orElse(now);
  }

  private Optional<Long> read(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        "SELECT SINCE FROM " + table + " WHERE ID = ?",
        parameters -> parameters.number(ID),
        row -> row.getLong(1));
  }
}
