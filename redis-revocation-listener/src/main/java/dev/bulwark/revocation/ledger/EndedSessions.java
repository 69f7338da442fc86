package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.EndedSession;
import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.sql.Chunks;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds stored sessions by the time of their start or last refresh, along Keycloak's two indexes
 * for expiry (since 26.5): a range without sessions costs some microseconds, for any number of
 * sessions.
 */
public final class EndedSessions {

  /** Realms have eight ranges and more; a statement of thousands would take long to plan. */
  private static final int RANGES = 40;

  private final String sessionTable;
  private final String realmTable;

  /** What a range is about. */
  public enum Moment {
    /** The last refresh of a session. */
    REFRESH("LAST_SESSION_REFRESH"),
    /** The start of a session. */
    START("CREATED_ON");

    private final String column;

    Moment(String column) {
      this.column = column;
    }
  }

  /**
   * Sessions of a realm within a time.
   *
   * @param realmId internal id of the realm
   * @param after begin, exclusive; seconds since 1970
   * @param upTo end, inclusive; seconds since 1970
   * @param cause of what is found
   * @param restarted whether only tokens from before the start of the session are dead
   */
  public record Range(
      String realmId,
      SessionClock.Kind kind,
      Moment moment,
      long after,
      long upTo,
      String cause,
      boolean restarted) {}

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  EndedSessions(String schema) {
    this.sessionTable = schema + "OFFLINE_USER_SESSION";
    this.realmTable = schema + "REALM";
  }

  /** When the sessions of each realm expire. */
  public List<SessionClock> clocks(Connection connection) throws SQLException {
    String sql =
        "SELECT ID, SSO_IDLE_TIMEOUT, SSO_MAX_LIFESPAN, SSO_IDLE_TIMEOUT_REMEMBER_ME,"
            + " SSO_MAX_LIFESPAN_REMEMBER_ME, OFFLINE_SESSION_IDLE_TIMEOUT, REMEMBER_ME FROM "
            + realmTable;
    List<SessionClock> clocks = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        clocks.add(
            new SessionClock(
                rows.getString(1),
                rows.getLong(2),
                rows.getLong(3),
                rows.getLong(4),
                rows.getLong(5),
                rows.getLong(6),
                rows.getBoolean(7)));
      }
    }
    return clocks;
  }

  /** The sessions in some ranges; one can be there twice. */
  public List<EndedSession> find(Connection connection, List<Range> ranges) throws SQLException {
    List<EndedSession> found = new ArrayList<>();
    for (List<Range> chunk : Chunks.of(ranges, RANGES)) {
      StringBuilder sql = new StringBuilder();
      for (int i = 0; i < chunk.size(); i++) {
        sql.append(i == 0 ? "" : " UNION ALL ").append(select(i, chunk.get(i)));
      }
      try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
        int parameter = 1;
        for (Range range : chunk) {
          statement.setString(parameter++, range.realmId());
          statement.setLong(parameter++, range.after());
          statement.setLong(parameter++, range.upTo());
        }
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            Range range = chunk.get(rows.getInt(1));
            long startedAt = range.restarted() ? rows.getLong(3) : SessionClock.ALL;
            found.add(
                new EndedSession(
                    rows.getString(2), range.kind().isOffline(), range.cause(), startedAt));
          }
        }
      }
    }
    return found;
  }

  private String select(int number, Range range) {
    String column = range.moment().column;
    return "SELECT "
        + number
        + " AS RANGE_NUMBER, USER_SESSION_ID, "
        + (range.restarted() ? "CREATED_ON" : "0")
        + " AS STARTED_AT FROM "
        + sessionTable
        + " WHERE REALM_ID = ? AND OFFLINE_FLAG = '"
        + (range.kind().isOffline() ? "1" : "0")
        + "' AND REMEMBER_ME = "
        + (range.kind().isRemembered() ? "TRUE" : "FALSE")
        + " AND "
        + column
        + " > ? AND "
        + column
        + " <= ?"
        // A restart updates the row of its session. Nearly all rows of the last minute are logins,
        // which have not been updated: to look for older tokens of these costs more than a login.
        + (range.restarted() ? " AND VERSION > 0" : "");
  }
}
