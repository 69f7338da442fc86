package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds stored sessions by the time of their start or last refresh, along Keycloak's two indexes
 * for expiry (since 26.5): a range without sessions costs some microseconds, for any number of
 * sessions.
 *
 * <p>Keycloak 26.8 divides the indexes into buckets, and rounds the last refresh down in a column
 * of its own, so that few refreshes move a row: whoever asks by it finds sessions up to half of
 * their idle time too early. Thread-safe.
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

  /** So many pages are one answer about many realms. */
  private static final int ALIKE = 10;

  /** Buckets of Keycloak 26.8 (keycloak#51852): sessions in others are the full comparison's. */
  private static final String BUCKETS =
      IntStream.range(0, 64)
          .mapToObj(Integer::toString)
          .collect(Collectors.joining(", ", " AND SESSION_BUCKET IN (", ")"));

  private static final String ROUNDED_REFRESH = "LAST_SESSION_REFRESH_COARSE";

  private final int page;

  /** Whether the database has the columns of Keycloak 26.8; null until it was looked at. */
  private volatile @Nullable Boolean bucketed;

  private final String sessionTable;
  private final String realmTable;
  private final String switchTable;

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
    this.switchTable = schema + SwitchTable.NAME;
  }

  /**
   * When the sessions of each realm expire that has revocation.
   *
   * @param inUse leaves out realms that have no session
   */
  public List<SessionClock> clocks(Connection connection, boolean inUse) throws SQLException {
    String sql =
        "SELECT ID, SSO_IDLE_TIMEOUT, SSO_MAX_LIFESPAN, SSO_IDLE_TIMEOUT_REMEMBER_ME,"
            + " SSO_MAX_LIFESPAN_REMEMBER_ME, OFFLINE_SESSION_IDLE_TIMEOUT, REMEMBER_ME FROM "
            + realmTable
            + " r WHERE EXISTS (SELECT 1 FROM "
            + switchTable
            + " o WHERE o.REALM_ID = r.ID)"
            + (inUse ? withSessions() : "");
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

  /** The order is the index's: else a database may read all sessions for a realm without one. */
  private String withSessions() {
    return " AND (SELECT s.OFFLINE_FLAG FROM "
        + sessionTable
        + " s WHERE s.REALM_ID = r.ID ORDER BY s.OFFLINE_FLAG LIMIT 1) IS NOT NULL";
  }

  /**
   * The first sessions of each of some ranges, in their order. A session can be in several of them.
   *
   * @param ranges 1 to {@value #RANGES}
   */
  public List<FoundSessions> find(Connection connection, List<SessionRange> ranges)
      throws SQLException {
    boolean inBuckets = isBucketed(connection);
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < ranges.size(); i++) {
      SessionRange range = ranges.get(i);
      String column = column(range, inBuckets);
      sql.append(i == 0 ? "" : " UNION ALL ")
          .append(select(i, range, inBuckets, "= ?"))
          .append(" AND (" + column + " > ? OR USER_SESSION_ID > ?)")
          // The order of the index, which so gives a page without a sort.
          .append(" ORDER BY ")
          // PostgreSQL takes "= TRUE" for a constant, but not "IS NULL": it would sort the range.
          .append(range.kind().isMarked() ? "" : "REMEMBER_ME, ")
          .append(column + ", USER_SESSION_ID LIMIT " + page + ")");
    }
    try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
      int parameter = 1;
      for (SessionRange range : ranges) {
        statement.setString(parameter++, range.realmId());
        statement.setLong(parameter++, range.from());
        statement.setLong(parameter++, range.upTo());
        statement.setLong(parameter++, range.from());
        statement.setString(parameter++, range.afterId());
      }
      FoundRows rows = new FoundRows(ranges);
      try (ResultSet results = statement.executeQuery()) {
        while (results.next()) {
          // The rows of a range come in its order, so the last one is where a full page ends.
          rows.add(results, results.getInt("RANGE_NUMBER"));
        }
      }
      return rows.found(page);
    }
  }

  /**
   * The same for one range in each of many realms. Where there are too many sessions for one
   * answer, nothing is found, and the rest of each range is the range itself.
   *
   * @param ranges alike but for their realms
   */
  public List<FoundSessions> findAlike(Connection connection, List<SessionRange> ranges)
      throws SQLException {
    Map<String, Integer> numbers = new HashMap<>();
    ranges.forEach(range -> numbers.put(range.realmId(), numbers.size()));
    List<String> realms = Chunks.padded(numbers.keySet());
    SessionRange range = ranges.get(0);
    int most = ALIKE * page;
    String sql =
        select(
                0,
                range,
                isBucketed(connection),
                "IN (" + SqlDialect.parameters(realms.size()) + ")")
            + (" LIMIT " + most + ")");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int parameter = 1;
      for (String realm : realms) {
        statement.setString(parameter++, realm);
      }
      statement.setLong(parameter++, range.from());
      statement.setLong(parameter, range.upTo());
      FoundRows rows = new FoundRows(ranges);
      int read = 0;
      try (ResultSet results = statement.executeQuery()) {
        while (results.next()) {
          rows.add(results, Objects.requireNonNull(numbers.get(results.getString("REALM_ID"))));
          read++;
        }
      }
      return read < most
          ? rows.found(Integer.MAX_VALUE)
          : ranges.stream().map(each -> new FoundSessions(each, List.of(), each)).toList();
    }
  }

  private boolean isBucketed(Connection connection) throws SQLException {
    Boolean known = bucketed;
    if (known == null) {
      known = false;
      try (PreparedStatement statement =
              connection.prepareStatement("SELECT * FROM " + sessionTable + " WHERE 1 = 0");
          ResultSet none = statement.executeQuery()) {
        ResultSetMetaData columns = none.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          known |= columns.getColumnName(i).equalsIgnoreCase(ROUNDED_REFRESH);
        }
      }
      bucketed = known;
    }
    return known;
  }

  private static String column(SessionRange range, boolean inBuckets) {
    return inBuckets && range.moment() == SessionRange.Moment.REFRESH
        ? ROUNDED_REFRESH
        : range.moment().column();
  }

  /** Up to its conditions, without the bracket at its end. */
  private String select(int number, SessionRange range, boolean inBuckets, String realms) {
    String column = column(range, inBuckets);
    return "(SELECT "
        + number
        + " AS RANGE_NUMBER, USER_SESSION_ID, REALM_ID, "
        + (range.restarted() ? "CREATED_ON" : "0")
        + " AS STARTED_AT, "
        + column
        + " AS MOMENT, "
        + remembered(range.kind())
        + " AS REMEMBERED FROM "
        + sessionTable
        + " WHERE REALM_ID "
        + realms
        + " AND OFFLINE_FLAG = '"
        + (range.kind().isOffline() ? "1" : "0")
        + "' AND REMEMBER_ME "
        + mark(range.kind())
        + (inBuckets ? BUCKETS : "")
        // 0 is what 26.8 gives to sessions from before it until they are refreshed.
        + (column.equals(ROUNDED_REFRESH) ? " AND " + column + " > 0" : "")
        + " AND "
        + column
        + " >= ? AND "
        + column
        + " <= ?"
        // A restart updates the row of its session. Nearly all rows of the last minute are logins,
        // which have not been updated: to look for older tokens of these costs more than a login.
        + (range.restarted() ? " AND VERSION > 0" : "");
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
        ? Integer.toString(FoundRows.number(kind.isRemembered()))
        : "CASE WHEN " + REMEMBERED + " THEN 1 ELSE 0 END";
  }
}
