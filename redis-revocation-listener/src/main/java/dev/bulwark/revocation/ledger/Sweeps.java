package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.ledger.SuspectSweep.Join;
import java.util.List;

/**
 * What makes a token suspected: the state of Keycloak's own tables in which it may be dead, in SQL.
 */
final class Sweeps {

  /** Keycloak's defaults where a realm has 0: {@code org.keycloak.models.Constants}. */
  private static final int SSO_IDLE = 1800;

  private static final int SSO_MAX = 36_000;
  private static final int OFFLINE_IDLE = 2_592_000;

  private static final String OWN_REALM = "r.ID = t.REALM_ID";

  private Sweeps() {}

  /**
   * Along the sessions: sessions and client sessions that are gone, sessions that were restarted,
   * have expired, or were remembered where that is off now. (The removal of an identity provider is
   * an event.)
   *
   * @param schema with a dot at its end, or empty for the default schema
   * @param sessionsInDatabase whether Keycloak writes online sessions to its database; where it
   *     does not, every token of an online session is suspected
   */
  static SuspectSweep alongSessions(String schema, boolean sessionsInDatabase) {
    String offline = "CASE WHEN t.SESSION_TYPE IN ('of', 'ft') THEN '1' ELSE '0' END";
    List<Join> joins =
        List.of(
            new Join(
                schema + "OFFLINE_USER_SESSION s",
                "s.USER_SESSION_ID = t.SESSION_ID AND s.OFFLINE_FLAG = " + offline,
                "s.USER_SESSION_ID"),
            new Join(
                schema + "OFFLINE_CLIENT_SESSION c",
                "c.USER_SESSION_ID = t.SESSION_ID AND c.CLIENT_ID = t.CLIENT_ID"
                    + " AND c.OFFLINE_FLAG = "
                    + offline,
                "c.USER_SESSION_ID"),
            new Join(schema + "REALM r", "r.ID = s.REALM_ID", OWN_REALM, null));
    String causes =
        "WHEN s.USER_SESSION_ID IS NULL THEN 'SESSION_GONE'"
            // As JsonWebToken.isIssuedBeforeSessionStart.
            + " WHEN t.ISSUED_AT + 1 < s.CREATED_ON THEN 'SESSION_RESTARTED'"
            + " WHEN s.REMEMBER_ME = TRUE AND r.REMEMBER_ME = FALSE THEN 'REMEMBER_ME_OFF'"
            // Clients of a storage provider have another key there; their user session is checked.
            + " WHEN c.USER_SESSION_ID IS NULL AND t.SESSION_TYPE IN ('on', 'of')"
            + " AND t.CLIENT_ID NOT LIKE 'f:%' THEN 'CLIENT_SESSION_GONE'"
            + " WHEN "
            + expiry("s.LAST_SESSION_REFRESH", idle())
            + " THEN 'SESSION_IDLE'"
            + " WHEN s.OFFLINE_FLAG = '0' AND "
            + expiry("s.CREATED_ON", lifespan())
            + " THEN 'SESSION_EXPIRED'";
    if (!sessionsInDatabase) {
      causes = "WHEN t.SESSION_TYPE IN ('on', 'nt', 'un') THEN 'SESSION_NOT_STORED' " + causes;
    }
    return new SuspectSweep(
        "sessions",
        "SESSION_ID",
        List.of("CLIENT_ID", "SESSION_TYPE"),
        schema + TokenTable.NAME,
        "CASE " + causes + " END",
        joins);
  }

  /**
   * Along the users: users, clients and realms that are gone, disabled, or have a not-before later
   * than the token.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  static SuspectSweep alongUsers(String schema) {
    String table = schema + TokenTable.NAME;
    // The token's own realm takes its row: it is read where nothing else tells the realm.
    String realm =
        "COALESCE(c.REALM_ID, u.REALM_ID, (SELECT MIN(x.REALM_ID) FROM "
            + table
            + " x WHERE x.USER_ID = t.USER_ID AND x.CLIENT_ID = t.CLIENT_ID))";
    List<Join> joins =
        List.of(
            new Join(schema + "USER_ENTITY u", "u.ID = t.USER_ID", "u.ID"),
            new Join(schema + "CLIENT c", "c.ID = t.CLIENT_ID", null),
            new Join(schema + "REALM r", "r.ID = " + realm, OWN_REALM, null));
    String causes =
        // Users and clients of a storage provider, and transient users, have no row.
        owner("u", "USER", " AND t.USER_ID NOT LIKE 'f:%' AND t.USER_ID NOT LIKE 'lightweight-%'")
            + owner("c", "CLIENT", " AND t.CLIENT_ID NOT LIKE 'f:%'")
            + owner("r", "REALM", "");
    return new SuspectSweep(
        "users", "USER_ID", List.of("CLIENT_ID"), table, "CASE" + causes + " END", joins);
  }

  /** The time is bound as a long: a sum of two INT columns would overflow. */
  private static String expiry(String since, String seconds) {
    return since + " <= ? - " + seconds;
  }

  /** As RealmExpiration. */
  private static String idle() {
    return "CASE WHEN s.OFFLINE_FLAG = '1' THEN "
        + orDefault("r.OFFLINE_SESSION_IDLE_TIMEOUT", OFFLINE_IDLE)
        + " WHEN s.REMEMBER_ME = TRUE AND r.SSO_IDLE_TIMEOUT_REMEMBER_ME > "
        + orDefault("r.SSO_IDLE_TIMEOUT", SSO_IDLE)
        + " THEN r.SSO_IDLE_TIMEOUT_REMEMBER_ME ELSE "
        + orDefault("r.SSO_IDLE_TIMEOUT", SSO_IDLE)
        + " END";
  }

  private static String lifespan() {
    return "CASE WHEN s.REMEMBER_ME = TRUE AND r.SSO_MAX_LIFESPAN_REMEMBER_ME > "
        + orDefault("r.SSO_MAX_LIFESPAN", SSO_MAX)
        + " THEN r.SSO_MAX_LIFESPAN_REMEMBER_ME ELSE "
        + orDefault("r.SSO_MAX_LIFESPAN", SSO_MAX)
        + " END";
  }

  private static String orDefault(String column, int fallback) {
    return "(CASE WHEN " + column + " > 0 THEN " + column + " ELSE " + fallback + " END)";
  }

  private static String owner(String alias, String name, String unless) {
    return String.format(
        " WHEN %1$s.ID IS NULL%3$s THEN '%2$s_GONE' WHEN %1$s.ENABLED = FALSE THEN '%2$s_DISABLED'"
            + " WHEN t.ISSUED_AT < %1$s.NOT_BEFORE THEN '%2$s_NOT_BEFORE'",
        alias, name, unless);
  }
}
