package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.SessionType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
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

  private final String select;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public SessionTable(String schema) {
    this.select =
        "SELECT OFFLINE_FLAG FROM " + schema + "OFFLINE_USER_SESSION WHERE USER_SESSION_ID = ?";
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
    Set<SessionType> gone = EnumSet.copyOf(OFFLINE);
    if (onlineIsStored) {
      gone.addAll(ONLINE);
    }
    try (PreparedStatement statement = connection.prepareStatement(select)) {
      statement.setString(1, sessionId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          gone.removeAll("1".equals(rows.getString(1)) ? OFFLINE : ONLINE);
        }
      }
    }
    return gone;
  }
}
