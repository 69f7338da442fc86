package dev.bulwark.revocation.ledger;

import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Collectors;

/** Keycloak's table REALM. It is only read. */
public final class RealmTable {

  private final String select;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  RealmTable(String schema) {
    this.select = "SELECT ID, NAME FROM " + schema + "REALM";
  }

  /** Returns the names of the realms by their ids. */
  public Map<String, String> names(Connection connection) throws SQLException {
    return Sql.query(
            connection,
            select,
            Sql.Binder.NONE,
            row -> Map.entry(row.getString(1), row.getString(2)))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
