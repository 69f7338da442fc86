package dev.bulwark.revocation.ledger;

/**
 * What makes a token suspected: the state of Keycloak's own tables in which it may be dead, in SQL.
 * The aliases: t is the token, s its session, k its client session, u its user, c its client, r its
 * realm.
 */
final class Suspicions {

  /** Keycloak's defaults where a realm has 0: {@code org.keycloak.models.Constants}. */
  private static final int SSO_IDLE = 1800;

  private static final int SSO_MAX = 36_000;
  private static final int OFFLINE_IDLE = 2_592_000;

  private Suspicions() {}

  /**
   * The tables that a token leans on. Ids of one realm can be in another one that has replaced it:
   * the realm is the token's own.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  static String joins(String schema) {
    String offline = "CASE WHEN t.SESSION_TYPE IN ('of', 'ft') THEN '1' ELSE '0' END";
    return join(
            schema,
            "OFFLINE_USER_SESSION s",
            "s.USER_SESSION_ID = t.SESSION_ID AND s.OFFLINE_FLAG = " + offline)
        + join(
            schema,
            "OFFLINE_CLIENT_SESSION k",
            "k.USER_SESSION_ID = t.SESSION_ID AND k.CLIENT_ID = t.CLIENT_ID"
                + " AND k.OFFLINE_FLAG = "
                + offline)
        + join(schema, "USER_ENTITY u", "u.ID = t.USER_ID")
        + join(schema, "CLIENT c", "c.ID = t.CLIENT_ID")
        + join(schema, "REALM r", "r.ID = t.REALM_ID");
  }

  private static String join(String schema, String table, String on) {
    return " LEFT JOIN " + schema + table + " ON " + on;
  }

  /**
   * An expression that is null for a token that nothing makes suspected. Each of its parameters is
   * the present time, seconds since 1970.
   *
   * @param sessionsInDatabase whether Keycloak writes online sessions to its database
   */
  static String cause(boolean sessionsInDatabase) {
    return "COALESCE(CASE WHEN t.SESSION_ID IS NOT NULL THEN CASE "
        + ofSession(sessionsInDatabase)
        + " END END, CASE"
        // Users and clients of a storage provider, and transient users, have no row.
        + owner("u", "USER", " AND t.USER_ID NOT LIKE 'f:%' AND t.USER_ID NOT LIKE 'lightweight-%'")
        + owner("c", "CLIENT", " AND t.CLIENT_ID NOT LIKE 'f:%'")
        + owner("r", "REALM", "")
        + " END)";
  }

  /**
   * Sessions and client sessions that are gone, sessions that were restarted, have expired, or were
   * remembered where that is off now. (The removal of an identity provider is an event.)
   */
  private static String ofSession(boolean sessionsInDatabase) {
    String causes =
        "WHEN s.USER_SESSION_ID IS NULL THEN 'SESSION_GONE'"
            // As JsonWebToken.isIssuedBeforeSessionStart.
            + " WHEN t.ISSUED_AT + 1 < s.CREATED_ON THEN 'SESSION_RESTARTED'"
            + " WHEN s.REMEMBER_ME = TRUE AND r.REMEMBER_ME = FALSE THEN 'REMEMBER_ME_OFF'"
            // Clients of a storage provider have another key there; their user session is checked.
            + " WHEN k.USER_SESSION_ID IS NULL AND t.SESSION_TYPE IN ('on', 'of')"
            + " AND t.CLIENT_ID NOT LIKE 'f:%' THEN 'CLIENT_SESSION_GONE'"
            + " WHEN "
            + expiry("s.LAST_SESSION_REFRESH", idle())
            + " THEN 'SESSION_IDLE'"
            + " WHEN s.OFFLINE_FLAG = '0' AND "
            + expiry("s.CREATED_ON", lifespan())
            + " THEN 'SESSION_EXPIRED'";
    return sessionsInDatabase
        ? causes
        : "WHEN t.SESSION_TYPE IN ('on', 'nt', 'un') THEN 'SESSION_NOT_STORED' " + causes;
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
