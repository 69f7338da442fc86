package dev.bulwark.revocation.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

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
    Map<String, String> names = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(select);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        names.put(rows.getString(1), rows.getString(2));
      }
    }
    return names;
  }
}
