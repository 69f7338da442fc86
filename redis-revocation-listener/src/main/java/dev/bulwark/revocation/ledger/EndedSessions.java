package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.EndedSession;
import dev.bulwark.revocation.rules.SessionClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds stored sessions by the time of their start or last refresh, along Keycloak's two indexes
 * for expiry (since 26.5): a range without sessions costs some microseconds, for any number of
 * sessions.
 */
public final class EndedSessions {

  /**
   * So many ranges at most in one statement. Realms have 15; a statement of thousands would take
   * long to plan.
   */
  public static final int RANGES = 40;

  /** Of a remembered session, in the JSON that Keycloak stores of it. */
  private static final String REMEMBERED = "DATA LIKE '%\"rememberMe\":true%'";

  /** Sessions of a range in one answer: all of a realm can have ended at once. */
  private static final int PAGE = TokenTable.SESSIONS;

  private final int page;

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
   * @param from begin, inclusive; seconds since 1970
   * @param afterId of the sessions at the begin, only those with a greater id; empty for all
   * @param upTo end, inclusive; seconds since 1970
   * @param cause of what is found
   * @param restarted whether only tokens from before the start of the session are dead
   */
  public record Range(
      String realmId,
      SessionClock.Kind kind,
      Moment moment,
      long from,
      String afterId,
      long upTo,
      String cause,
      boolean restarted) {

    /** What of it follows a session. */
    public Range following(long time, String id) {
      return new Range(realmId, kind, moment, time, id, upTo, cause, restarted);
    }
  }

  /**
   * The first sessions of a range, by time.
   *
   * @param sessions can be empty although there is a rest: of old rows, a page has both kinds
   * @param rest the range that has the others; null if there are none
   */
  public record Found(Range range, List<EndedSession> sessions, @Nullable Range rest) {

    /** Copies the list. */
    public Found {
      sessions = List.copyOf(sessions);
    }
  }

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  EndedSessions(String schema) {
    this(schema, PAGE);
  }

  EndedSessions(String schema, int page) {
    this.page = page;
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

  /**
   * The first sessions of each of some ranges, in their order. A session can be in several of them.
   *
   * @param ranges 1 to {@value #RANGES}
   */
  public List<Found> find(Connection connection, List<Range> ranges) throws SQLException {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < ranges.size(); i++) {
      sql.append(i == 0 ? "" : " UNION ALL ").append(select(i, ranges.get(i)));
    }
    try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
      int parameter = 1;
      for (Range range : ranges) {
        statement.setString(parameter++, range.realmId());
        statement.setLong(parameter++, range.from());
        statement.setLong(parameter++, range.upTo());
        statement.setLong(parameter++, range.from());
        statement.setString(parameter++, range.afterId());
      }
      try (ResultSet rows = statement.executeQuery()) {
        return read(rows, ranges);
      }
    }
  }

  private List<Found> read(ResultSet rows, List<Range> ranges) throws SQLException {
    List<List<EndedSession>> sessions = new ArrayList<>();
    List<@Nullable Range> rests = new ArrayList<>();
    int[] read = new int[ranges.size()];
    for (int i = 0; i < ranges.size(); i++) {
      sessions.add(new ArrayList<>());
      rests.add(null);
    }
    while (rows.next()) {
      int number = rows.getInt(1);
      Range range = ranges.get(number);
      String id = rows.getString(2);
      long startedAt = range.restarted() ? rows.getLong(3) : SessionClock.ALL;
      if (rows.getInt(5) == number(range.kind().isRemembered())) {
        sessions
            .get(number)
            .add(new EndedSession(id, range.kind().isOffline(), range.cause(), startedAt));
      }
      read[number]++;
      if (read[number] == page) {
        // The rows of a range come in its order, so this is its last one.
        rests.set(number, range.following(rows.getLong(4), id));
      }
    }
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      found.add(new Found(ranges.get(i), sessions.get(i), rests.get(i)));
    }
    return found;
  }

  private String select(int number, Range range) {
    String column = range.moment().column;
    return "(SELECT "
        + number
        + " AS RANGE_NUMBER, USER_SESSION_ID, "
        + (range.restarted() ? "CREATED_ON" : "0")
        + " AS STARTED_AT, "
        + column
        + " AS MOMENT, "
        + remembered(range.kind())
        + " AS REMEMBERED FROM "
        + sessionTable
        + " WHERE REALM_ID = ? AND OFFLINE_FLAG = '"
        + (range.kind().isOffline() ? "1" : "0")
        + "' AND REMEMBER_ME "
        + mark(range.kind())
        + " AND "
        + column
        + " >= ? AND "
        + column
        + " <= ? AND ("
        + column
        + " > ? OR USER_SESSION_ID > ?)"
        // A restart updates the row of its session. Nearly all rows of the last minute are logins,
        // which have not been updated: to look for older tokens of these costs more than a login.
        + (range.restarted() ? " AND VERSION > 0" : "")
        // The order of the index, which so gives a page without a sort.
        + " ORDER BY "
        // PostgreSQL takes "= TRUE" for a constant, but not "IS NULL": it would sort the range.
        + (range.kind().isMarked() ? "" : "REMEMBER_ME, ")
        + column
        + ", USER_SESSION_ID LIMIT "
        + page
        + ")";
  }

  private static String mark(SessionClock.Kind kind) {
    if (kind.isMarked()) {
      return kind.isRemembered() ? "= TRUE" : "= FALSE";
    }
    return "IS NULL";
  }

  /**
   * Whether a row is of a remembered session, 1 or 0. Where the index does not say so, this is no
   * condition: then a page without such rows would read all that there are.
   */
  private static String remembered(SessionClock.Kind kind) {
    return kind.isMarked() || kind.isOffline()
        ? Integer.toString(number(kind.isRemembered()))
        : "CASE WHEN " + REMEMBERED + " THEN 1 ELSE 0 END";
  }

  private static int number(boolean remembered) {
    return remembered ? 1 : 0;
  }
}
