package dev.bulwark.revocation.ledger;

import dev.bulwark.contract.Revocation;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Table BULWARK_REVOCATION_REALM: the realms whose tokens are in the ledger, and since when. Read
 * beside Keycloak's own tables, which tell where the realm lists the event listener.
 */
public final class SwitchTable {

  static final String NAME = "BULWARK_REVOCATION_REALM";

  /** Stands for no realm: the table has been used before. */
  private static final String USED = "*";

  private final String table;
  private final String insert;
  private final String select;
  private final String schema;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public SwitchTable(SqlDialect dialect, String schema) {
    this.schema = schema;
    this.table = schema + NAME;
    this.insert = dialect.insertNew(table, List.of("REALM_ID", "SINCE"), List.of("REALM_ID"), 1);
    this.select =
        "SELECT r.ID, r.NAME, l.VALUE, s.SINCE FROM "
            + schema
            + "REALM r LEFT JOIN "
            + schema
            + "REALM_EVENTS_LISTENERS l ON l.REALM_ID = r.ID AND l.VALUE = ? LEFT JOIN "
            + table
            + " s ON s.REALM_ID = r.ID";
  }

  /**
   * A realm.
   *
   * @param id internal id
   * @param isWanted whether it is to have revocation
   * @param since from when on all its tokens are in the ledger, milliseconds since 1970; null where
   *     revocation is off
   */
  public record Realm(String id, String name, boolean isWanted, @Nullable Long since) {

    /** Whether revocation can be relied on. */
    public boolean isOn(long now) {
      return isWanted && since != null && since <= now;
    }
  }

  /**
   * Returns all realms of Keycloak.
   *
   * @param everywhere whether each is to have revocation, and not only those that list it
   */
  public List<Realm> realms(Connection connection, boolean everywhere) throws SQLException {
    return Sql.query(
        connection,
        select,
        parameters -> parameters.text(Revocation.LISTENER),
        row ->
            new Realm(
                row.getString(1),
                row.getString(2),
                everywhere || row.getString(3) != null,
                row.getObject(4, Long.class)));
  }

  /** Returns whether the table has been used before, and notes that it has. */
  public boolean use(Connection connection) throws SQLException {
    boolean used =
        Sql.exists(
            connection,
            "SELECT 1 FROM " + table + " WHERE REALM_ID = ?",
            parameters -> parameters.text(USED));
    if (!used) {
      switchOn(connection, USED, 0);
    }
    return used;
  }

  /**
   * Switches a realm on, unless it is.
   *
   * @param since milliseconds since 1970
   */
  public void switchOn(Connection connection, String realmId, long since) throws SQLException {
    Sql.update(connection, insert, parameters -> parameters.text(realmId).number(since));
  }

  /** Switches a realm off. */
  public void switchOff(Connection connection, String realmId) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM " + table + " WHERE REALM_ID = ?",
        parameters -> parameters.text(realmId));
  }

  /** Forgets realms that Keycloak no longer has. */
  public void forgetRemoved(Connection connection) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM "
            + table
            + " WHERE REALM_ID <> ? AND REALM_ID NOT IN (SELECT ID FROM "
            + schema
            + "REALM)",
        parameters -> parameters.text(USED));
  }
}
