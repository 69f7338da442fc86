package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LastSeen;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.Savepoint;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Table BULWARK_LAST_SEEN: the names and states of Keycloak's objects when they were last seen. A
 * difference from Keycloak's own tables is a change, with or without an event: by a server option,
 * an import or a change in the database.
 */
public final class LastSeenTable {

  static final String NAME = "BULWARK_LAST_SEEN";

  private static final List<String> COLUMNS = List.of("KIND", "ID", "STATE");
  private static final List<String> KEY = List.of("KIND", "ID");

  private final SqlDialect dialect;
  private final String schema;
  private final String table;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public LastSeenTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.schema = schema;
    this.table = schema + NAME;
  }

  /** The state in which an object was last seen. */
  public Optional<String> state(Connection connection, LastSeen.Kind kind, String id)
      throws SQLException {
    return Sql.first(
        connection,
        "SELECT STATE FROM " + table + " WHERE KIND = ? AND ID = ?",
        parameters -> parameters.text(kind.name()).text(id),
        row -> row.getString(1));
  }

  /**
   * Whether an object was last seen in another state, or never; notes its state. In the transaction
   * of the connection, which stays usable if that fails.
   */
  public boolean isNew(Connection connection, LastSeen.Kind kind, String id, String state)
      throws SQLException {
    return Savepoint.guarded(dialect, connection, () -> note(connection, kind, id, state));
  }

  /**
   * The same for a client, whose state is what the transaction has written so far. False if it is
   * gone: its removal has an event.
   */
  public boolean isNewClient(Connection connection, String id) throws SQLException {
    return Savepoint.guarded(
        dialect,
        connection,
        () -> {
          Optional<String> state =
              Sql.first(
                  connection,
                  "SELECT x.STATE FROM " + current(LastSeen.Kind.CLIENT) + " WHERE x.ID = ?",
                  parameters -> parameters.text(id),
                  row -> row.getString(1));
          return state.isPresent() && note(connection, LastSeen.Kind.CLIENT, id, state.get());
        });
  }

  private boolean note(Connection connection, LastSeen.Kind kind, String id, String state)
      throws SQLException {
    if (state(connection, kind, id).filter(state::equals).isPresent()) {
      return false;
    }
    put(connection, kind, id, state);
    return true;
  }

  /** Notes the state of an object, in whatever transaction the connection is. */
  public void put(Connection connection, LastSeen.Kind kind, String id, String state)
      throws SQLException {
    int known =
        Sql.update(
            connection,
            "UPDATE " + table + " SET STATE = ? WHERE KIND = ? AND ID = ?",
            parameters -> parameters.text(state).text(kind.name()).text(id));
    if (known == 0) {
      insert(connection, List.of(new LastSeen(kind, id, "", state, null)));
    }
  }

  /** Notes objects that were not known; those that are known by now are left alone. */
  public void insert(Connection connection, List<LastSeen> objects) throws SQLException {
    for (List<LastSeen> chunk : Chunks.of(objects, 100)) {
      Sql.update(
          connection,
          dialect.insertNew(table, COLUMNS, KEY, chunk.size()),
          parameters -> {
            for (LastSeen object : chunk) {
              parameters.text(object.kind().name()).text(object.id()).text(object.state());
            }
          });
    }
  }

  /** Forgets an object. */
  public void delete(Connection connection, LastSeen.Kind kind, String id) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM " + table + " WHERE KIND = ? AND ID = ?",
        parameters -> parameters.text(kind.name()).text(id));
  }

  /**
   * Objects of Keycloak's tables that are not known, or known in another state.
   *
   * @param addresses what {@link LastSeen#realmState} takes
   */
  public List<LastSeen> changed(
      Connection connection, LastSeen.Kind kind, String addresses, int limit) throws SQLException {
    String sql =
        "SELECT x.ID, x.REALM_ID, x.STATE, n.STATE AS BEFORE_STATE FROM "
            + current(kind)
            + " LEFT JOIN "
            + table
            + " n ON n.KIND = ? AND n.ID = x.ID WHERE n.STATE IS NULL OR n.STATE <> x.STATE LIMIT "
            + limit;
    return Sql.query(
        connection,
        sql,
        parameters -> {
          if (kind == LastSeen.Kind.REALM) {
            parameters.text(addresses);
          }
          parameters.text(kind.name());
        },
        row ->
            new LastSeen(
                kind,
                row.getString("ID"),
                row.getString("REALM_ID"),
                row.getString("STATE"),
                row.getString("BEFORE_STATE")));
  }

  /** Known objects that are no longer in Keycloak's tables, with their last state. */
  public List<LastSeen> gone(Connection connection, LastSeen.Kind kind, int limit)
      throws SQLException {
    String sql =
        "SELECT n.ID, n.STATE FROM "
            + table
            + " n WHERE n.KIND = ? AND NOT EXISTS (SELECT 1 FROM "
            + owner(kind)
            + " x WHERE x.ID = n.ID) LIMIT "
            + limit;
    return Sql.query(
        connection,
        sql,
        parameters -> parameters.text(kind.name()),
        row -> new LastSeen(kind, row.getString("ID"), "", LastSeen.GONE, row.getString("STATE")));
  }

  private String owner(LastSeen.Kind kind) {
    return schema
        + switch (kind) {
          case CLIENT -> "CLIENT";
          case REALM, ORGANIZATIONS -> "REALM";
          case ORGANIZATION -> "ORG";
          case USER_STORE, KEY -> "COMPONENT";
        };
  }

  /** What Keycloak's tables say now: id, realm and state of each object. */
  private String current(LastSeen.Kind kind) {
    return "(SELECT "
        + switch (kind) {
          case CLIENT ->
              "o.ID, o.REALM_ID, CONCAT(o.CLIENT_ID, ' ', COALESCE(o.PROTOCOL, ''), ' ', "
                  + onOrOff(
                      "EXISTS (SELECT 1 FROM "
                          + schema
                          + "CLIENT_SCOPE_CLIENT m JOIN "
                          + schema
                          + "CLIENT_SCOPE s ON s.ID = m.SCOPE_ID WHERE m.CLIENT_ID = o.ID"
                          + " AND s.NAME = 'offline_access'"
                          + " AND s.PROTOCOL = COALESCE(o.PROTOCOL, 'openid-connect'))")
                  + ") AS STATE";
          case REALM ->
              "o.ID, o.ID AS REALM_ID, CONCAT(o.NAME, ' ', COALESCE((SELECT MAX(a.VALUE) FROM "
                  + schema
                  + "REALM_ATTRIBUTE a WHERE a.REALM_ID = o.ID AND a.NAME = 'frontendUrl'), ''),"
                  + " ' ', ?) AS STATE";
          case ORGANIZATION -> "o.ID, o.REALM_ID, " + onOrOff("o.ENABLED = TRUE") + " AS STATE";
          case ORGANIZATIONS ->
              "o.ID, o.ID AS REALM_ID, "
                  + onOrOff(
                      "EXISTS (SELECT 1 FROM "
                          + schema
                          + "REALM_ATTRIBUTE a WHERE a.REALM_ID = o.ID"
                          + " AND a.NAME = 'organizationsEnabled' AND a.VALUE = 'true')")
                  + " AS STATE";
          case USER_STORE, KEY ->
              "o.ID, o.REALM_ID, CONCAT("
                  + onOrOff(
                      "NOT EXISTS (SELECT 1 FROM "
                          + schema
                          + "COMPONENT_CONFIG g WHERE g.COMPONENT_ID = o.ID"
                          + " AND g.NAME = 'enabled' AND g.VALUE = 'false')")
                  + ", ' ', o.REALM_ID) AS STATE";
        }
        + " FROM "
        + owner(kind)
        + " o"
        + switch (kind) {
          case USER_STORE -> " WHERE o.PROVIDER_TYPE = 'org.keycloak.storage.UserStorageProvider'";
          case KEY -> " WHERE o.PROVIDER_TYPE = 'org.keycloak.keys.KeyProvider'";
          case ORGANIZATIONS ->
              " WHERE EXISTS (SELECT 1 FROM " + schema + "ORG e WHERE e.REALM_ID = o.ID)";
          default -> "";
        }
        + ") x";
  }

  private static String onOrOff(String condition) {
    return "CASE WHEN " + condition + " THEN '" + LastSeen.ON + "' ELSE '" + LastSeen.OFF + "' END";
  }
}
