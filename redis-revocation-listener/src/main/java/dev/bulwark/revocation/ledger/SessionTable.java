package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.Savepoint;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keycloak's table OFFLINE_USER_SESSION, which holds online sessions as well. It is only read.
 *
 * <p>Where an event says that a session has ended, the table decides and not Keycloak's caches: a
 * request that read the session just before its end can put it back into the cache of its node.
 */
public final class SessionTable {

  private static final Set<SessionType> OFFLINE =
      Set.copyOf(EnumSet.of(SessionType.OFFLINE, SessionType.OFFLINE_USER_SESSION));
  private static final Set<SessionType> ONLINE =
      Set.copyOf(EnumSet.of(SessionType.ONLINE, SessionType.ONLINE_USER_SESSION));

  private static final int CHUNK = 1_000;

  private final SqlDialect dialect;
  private final String select;
  private final String selectAmong;
  private final String selectOwner;
  private final String selectOffline;
  private final String selectWithOffline;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public SessionTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.selectOwner =
        "SELECT REALM_ID, USER_ID FROM "
            + schema
            + "OFFLINE_USER_SESSION WHERE USER_SESSION_ID = ? AND OFFLINE_FLAG = ?";
    this.selectOffline =
        "SELECT 1 FROM "
            + schema
            + "OFFLINE_USER_SESSION WHERE USER_ID = ? AND REALM_ID = ? AND OFFLINE_FLAG = '1'"
            + " LIMIT 1";
    this.selectWithOffline =
        "SELECT DISTINCT REALM_ID, USER_ID FROM "
            + schema
            + "OFFLINE_USER_SESSION WHERE OFFLINE_FLAG = '1' AND USER_ID IN (";
    this.select =
        "SELECT OFFLINE_FLAG FROM " + schema + "OFFLINE_USER_SESSION WHERE USER_SESSION_ID = ?";
    this.selectAmong =
        "SELECT USER_SESSION_ID, OFFLINE_FLAG FROM "
            + schema
            + "OFFLINE_USER_SESSION WHERE USER_SESSION_ID IN (";
  }

  /**
   * Whose a session is.
   *
   * @param realmId internal id of its realm
   * @param userId of its user
   */
  public record Owner(String realmId, String userId) {}

  /**
   * Whose a session is, asked in the transaction of the connection, which stays usable if that
   * fails; empty if there is no such session.
   */
  public Optional<Owner> owner(Connection connection, String sessionId, boolean offline)
      throws SQLException {
    return Savepoint.guarded(
        dialect,
        connection,
        () ->
            Sql.first(
                connection,
                selectOwner,
                parameters -> parameters.text(sessionId).text(offline ? "1" : "0"),
                SessionTable::owner));
  }

  private static Owner owner(ResultSet row) throws SQLException {
    return new Owner(row.getString(1), row.getString(2));
  }

  /**
   * Whether a user has an offline session, asked in the transaction of the connection, which stays
   * usable if that fails. Online sessions do not count.
   *
   * @param realmId internal id of the user's realm
   * @param seconds how long the database may take, 1 or more; on H2 its lock timeout holds
   */
  public boolean hasOffline(Connection connection, String userId, String realmId, int seconds)
      throws SQLException {
    return Savepoint.guarded(
        dialect,
        connection,
        () ->
            Sql.exists(
                connection,
                selectOffline,
                parameters ->
                    parameters
                        .timeout(dialect.hasQueryTimeout() ? seconds : 0)
                        .text(userId)
                        .text(realmId)));
  }

  /**
   * Those of some users that have an offline session, by a statement for some hundred of them.
   * Online sessions do not count.
   */
  public Set<Owner> withOffline(Connection connection, Collection<Owner> users)
      throws SQLException {
    Set<Owner> asked = new HashSet<>(users);
    Set<Owner> found = new HashSet<>();
    for (List<Owner> chunk : Chunks.of(asked, CHUNK)) {
      List<String> ids = Chunks.padded(chunk.stream().map(Owner::userId).toList());
      found.addAll(
          Sql.query(
              connection,
              selectWithOffline + SqlDialect.parameters(ids.size()) + ")",
              parameters -> parameters.texts(ids),
              SessionTable::owner));
    }
    // Users of two realms can have the same id.
    found.retainAll(asked);
    return found;
  }

  /**
   * The session types whose user session is gone. To be asked after the tokens have been read: a
   * token is in the ledger after its session is in this table.
   *
   * @param onlineIsStored whether Keycloak writes online sessions to its database; where it does
   *     not, nothing is said of them
   */
  public Set<SessionType> goneTypes(Connection connection, String sessionId, boolean onlineIsStored)
      throws SQLException {
    Set<SessionType> gone = withoutSession(onlineIsStored);
    Sql.query(connection, select, parameters -> parameters.text(sessionId), row -> row.getString(1))
        .forEach(flag -> gone.removeAll(ofFlag(flag)));
    return gone;
  }

  /**
   * The same of some sessions, by a statement for some hundred of them.
   *
   * @return for each of the ids the types whose user session is gone
   * @throws IllegalStateException if the table has an id that is none of these, but the same to the
   *     database, as in another case
   */
  public Map<String, Set<SessionType>> goneTypes(
      Connection connection, Collection<String> sessionIds, boolean onlineIsStored)
      throws SQLException {
    Map<String, Set<SessionType>> gone = new HashMap<>();
    for (String id : sessionIds) {
      gone.put(id, withoutSession(onlineIsStored));
    }
    for (List<String> chunk : Chunks.of(gone.keySet(), CHUNK)) {
      List<String> ids = Chunks.padded(chunk);
      List<Map.Entry<String, String>> present =
          Sql.query(
              connection,
              selectAmong + SqlDialect.parameters(ids.size()) + ")",
              parameters -> parameters.texts(ids),
              row -> Map.entry(row.getString(1), row.getString(2)));
      for (Map.Entry<String, String> session : present) {
        Set<SessionType> types = gone.get(session.getKey());
        if (types == null) {
          throw new IllegalStateException("A session was found that was not asked for.");
        }
        types.removeAll(ofFlag(session.getValue()));
      }
    }
    return gone;
  }

  private static Set<SessionType> withoutSession(boolean onlineIsStored) {
    Set<SessionType> gone = EnumSet.copyOf(OFFLINE);
    if (onlineIsStored) {
      gone.addAll(ONLINE);
    }
    return gone;
  }

  private static Set<SessionType> ofFlag(String offlineFlag) {
    return "1".equals(offlineFlag) ? OFFLINE : ONLINE;
  }
}
