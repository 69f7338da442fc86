package dev.bulwark.it.revocation;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.UUID;

/**
 * A session that is in the database and in no server's memory, where it would live on after it has
 * been removed by SQL.
 *
 * @param database of the server; names are as Keycloak writes them, for MariaDB minds their case
 * @param id of the session
 */
record StoredSession(DatabaseProcess database, String id) {

  private static final List<String> TABLES =
      List.of("OFFLINE_CLIENT_SESSION", "OFFLINE_USER_SESSION");

  /** A copy of the session of a token. */
  static StoredSession copyOf(DatabaseProcess database, Response tokens) {
    StoredSession copy = new StoredSession(database, UUID.randomUUID().toString());
    for (String table : TABLES) {
      // Temporary tables go with the connection, of which every call has its own.
      database.sql(
          "CREATE TEMPORARY TABLE copied AS SELECT * FROM %s WHERE USER_SESSION_ID = '%s';"
                  .formatted(table, PathRealm.sid(tokens))
              + " UPDATE copied SET USER_SESSION_ID = '%s';".formatted(copy.id())
              + " INSERT INTO %s SELECT * FROM copied".formatted(table));
    }
    return copy;
  }

  /** Ends it without an event. */
  void remove() {
    StringBuilder sql = new StringBuilder("BEGIN;");
    for (String table : TABLES) {
      sql.append(" DELETE FROM %s WHERE USER_SESSION_ID = '%s';".formatted(table, id));
    }
    database.sql(sql + " COMMIT");
  }
}
