package dev.bulwark.revocation.ledger;

import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * API keys that have live tokens and may have ended: the key is missing, expired or inactive, or
 * has fewer endings than before. The names of tables and fields are data formats of the API keys.
 */
public final class SuspectedKeys {

  private final String sql;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public SuspectedKeys(String schema) {
    String data = "COALESCE(c.CREDENTIAL_DATA, f.CREDENTIAL_DATA, k.DATA)";
    this.sql =
        "SELECT DISTINCT t.API_KEY_ID FROM "
            + schema
            + TokenTable.NAME
            + " t LEFT JOIN "
            + schema
            + "BULWARK_API_KEY k ON k.ID = t.API_KEY_ID LEFT JOIN "
            + schema
            + "CREDENTIAL c ON c.ID = t.API_KEY_ID LEFT JOIN "
            + schema
            + "FED_USER_CREDENTIAL f ON f.ID = t.API_KEY_ID"
            + " WHERE t.API_KEY_ID IS NOT NULL AND t.EXPIRES_AT > ? AND (k.ID IS NULL"
            + " OR (k.OWNER_TYPE = 'user' AND c.ID IS NULL AND f.ID IS NULL)"
            + " OR k.ENDS_AT <= ? OR "
            + data
            + " LIKE '%\"active\":false%' OR "
            + data
            + " LIKE '%\"tokensFrom\":%') AND NOT EXISTS (SELECT 1 FROM "
            + schema
            + RevokedTable.NAME
            + " r WHERE r.JTI = t.JTI)";
  }

  /**
   * Their ids.
   *
   * @param now milliseconds since 1970
   */
  public List<String> find(Connection connection, long now) throws SQLException {
    return Sql.query(
        connection,
        sql,
        parameters -> parameters.number(Math.floorDiv(now, 1000L)).number(now),
        row -> row.getString(1));
  }
}
