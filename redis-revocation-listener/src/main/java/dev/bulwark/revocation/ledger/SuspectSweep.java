package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Suspect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the ledger with Keycloak's own tables, slice by slice along one index, and finds the
 * rows that those tables no longer support. A slice is a range of session or user ids: both sides
 * are read by an index range, so a slice without suspects costs the same however long the ledger
 * is.
 *
 * <p>What it finds is suspected only: a session can be on its way into its table, and some ends are
 * decided by more than the tables show.
 */
public final class SuspectSweep {

  private final String name;
  private final String column;
  private final String table;
  private final String cause;

  /**
   * What a cause depends on, but for the moment of issue: all tokens alike in these are judged
   * alike. The index has all of it, and the expiry, so that the rows themselves are not read: a
   * quarter of the time with a million rows in PostgreSQL.
   */
  private final String alike;

  private final List<Join> joins;
  private final Representatives representatives;

  /** How often the cause asks for the time. */
  private final long times;

  /**
   * A comparison.
   *
   * @param column its ids, the first column of an index
   * @param kinds the next columns of that index; the moment of issue and the expiry are the last
   * @param table the ledger's, aliased t in the cause and the joins
   * @param cause SQL: what makes a row suspected, NULL if nothing does
   */
  SuspectSweep(
      String name,
      String column,
      List<String> kinds,
      String table,
      String cause,
      List<Join> joins) {
    this.name = name;
    this.alike = column + ", " + String.join(", ", kinds);
    this.column = column;
    this.table = table;
    this.cause = cause;
    this.joins = joins;
    this.representatives = new Representatives(table, column, kinds);
    this.times = cause.chars().filter(c -> c == '?').count();
  }

  /** For logs and metrics. */
  public String name() {
    return name;
  }

  /**
   * The slice that follows an id: whole ids, with fewer rows than {@code size} together, or one id
   * that has as many or more.
   *
   * @param after empty at the beginning
   */
  public Slice slice(Connection connection, String after, int size) throws SQLException {
    String last = idAt(connection, after, size - 1);
    if (last == null) {
      return Slice.last(after);
    }
    String before = lastBetween(connection, after, last);
    return before == null ? new Slice(after, last, true) : new Slice(after, before, false);
  }

  private @Nullable String idAt(Connection connection, String after, int offset)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(idAtSql(offset))) {
      statement.setString(1, after);
      return text(statement);
    }
  }

  private @Nullable String lastBetween(Connection connection, String after, String end)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(lastBetweenSql())) {
      statement.setString(1, after);
      statement.setString(2, end);
      return text(statement);
    }
  }

  private static @Nullable String text(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** How many rows a slice has, expired ones too. */
  public long count(Connection connection, Slice slice) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(countSql(slice))) {
      setRange(statement, 1, slice);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /**
   * The suspects of a slice by their jti, live ones only; among them tokens that are revoked
   * already.
   *
   * @param afterJti leaves out tokens up to this jti; empty for none
   * @param now seconds since 1970
   */
  public List<Suspect> find(
      Connection connection, Slice slice, String afterJti, long now, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(findSql(slice, limit))) {
      int parameter = setTimes(statement, now);
      for (int range = ranges(); range > 0; range--) {
        parameter = setRange(statement, parameter, slice);
      }
      statement.setString(parameter++, afterJti);
      statement.setLong(parameter, now);
      List<Suspect> suspects = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          suspects.add(new Suspect(TokenTable.row(rows), rows.getString("CAUSE")));
        }
      }
      return suspects;
    }
  }

  /**
   * Whether a slice may have a suspect. Tokens that are judged alike are joined with Keycloak's
   * tables once, by the oldest of them, since a cause that looks at the moment of issue looks for
   * an old one; so a user or session with many live tokens costs a fraction of what {@link #find}
   * does. Where a slice is one id, only the oldest tokens are read at all, unless one of those is
   * suspected and has expired.
   *
   * <p>The realm is that of the session, client or user; {@link #find} looks at the token's own.
   * They differ where a realm was replaced by another with the same ids in it.
   *
   * @param now seconds since 1970
   */
  public boolean mayHaveSuspects(Connection connection, Slice slice, long now) throws SQLException {
    String id = slice.end();
    if (slice.isOneId() && id != null) {
      Optional<List<Representatives.Row>> oldest = representatives.of(connection, id);
      if (oldest.isPresent()) {
        List<Representatives.Row> suspected = suspected(connection, oldest.get(), now);
        if (suspected.stream().allMatch(row -> row.expiresAt() > now)) {
          return !suspected.isEmpty();
        }
        // An expired one tells nothing of the live ones.
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(anySql(slice))) {
      int parameter = setRange(statement, setTimes(statement, now), slice);
      statement.setLong(parameter++, now);
      for (int range = ranges() - 1; range > 0; range--) {
        parameter = setRange(statement, parameter, slice);
      }
      return hasRow(statement);
    }
  }

  private List<Representatives.Row> suspected(
      Connection connection, List<Representatives.Row> oldest, long now) throws SQLException {
    List<Representatives.Row> suspected = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(oneSql())) {
      for (Representatives.Row row : oldest) {
        int parameter = setTimes(statement, now);
        statement.setLong(parameter++, row.expiresAt());
        statement.setString(parameter, row.jti());
        if (hasRow(statement)) {
          suspected.add(row);
        }
      }
    }
    return suspected;
  }

  private static boolean hasRow(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next();
    }
  }

  private int setTimes(PreparedStatement statement, long now) throws SQLException {
    int parameter = 1;
    while (parameter <= times) {
      statement.setLong(parameter++, now);
    }
    return parameter;
  }

  private static int setRange(PreparedStatement statement, int first, Slice slice)
      throws SQLException {
    int parameter = first;
    statement.setString(parameter++, slice.after());
    if (slice.end() != null) {
      statement.setString(parameter++, slice.end());
    }
    return parameter;
  }

  private String idAtSql(int offset) {
    return "SELECT "
        + column
        + " FROM "
        + table
        + " WHERE "
        + column
        + " > ? ORDER BY "
        + column
        + " LIMIT 1 OFFSET "
        + offset;
  }

  private String lastBetweenSql() {
    return "SELECT MAX(%1$s) FROM %2$s WHERE %1$s > ? AND %1$s < ?".formatted(column, table);
  }

  private String countSql(Slice slice) {
    return "SELECT COUNT(*) FROM " + table + " WHERE " + slice.condition(column);
  }

  private String findSql(Slice slice, int limit) {
    StringBuilder sql = new StringBuilder("SELECT * FROM (SELECT ");
    sql.append(TokenTable.SELECTED).append(", ");
    sql.append(cause).append(" AS CAUSE FROM ");
    sql.append(table).append(" t");
    appendJoins(sql, slice, true);
    return sql.append(" WHERE ")
        .append(slice.condition("t." + column))
        .append(
            " AND t.JTI > ? AND t.EXPIRES_AT > ?) x WHERE CAUSE IS NOT NULL ORDER BY JTI LIMIT ")
        .append(limit)
        .toString();
  }

  private String anySql(Slice slice) {
    StringBuilder sql = new StringBuilder("SELECT 1 FROM (SELECT ");
    sql.append(cause).append(" AS CAUSE FROM (SELECT ").append(alike);
    sql.append(", MIN(ISSUED_AT) AS ISSUED_AT FROM ").append(table).append(" WHERE ");
    sql.append(slice.condition(column));
    sql.append(" AND EXPIRES_AT > ? GROUP BY ").append(alike).append(") t");
    appendJoins(sql, slice, false);
    return sql.append(") x WHERE CAUSE IS NOT NULL LIMIT 1").toString();
  }

  private String oneSql() {
    StringBuilder sql = new StringBuilder("SELECT 1 FROM (SELECT ");
    sql.append(cause).append(" AS CAUSE FROM ").append(table).append(" t");
    appendJoins(sql, null, true);
    return sql.append(" WHERE t.EXPIRES_AT = ? AND t.JTI = ?) x WHERE CAUSE IS NOT NULL")
        .toString();
  }

  private void appendJoins(StringBuilder sql, @Nullable Slice slice, boolean byRow) {
    for (Join join : joins) {
      sql.append(" LEFT JOIN ").append(join.table()).append(" ON ");
      sql.append(byRow ? join.onRow() : join.on());
      if (slice != null && join.ranged() != null) {
        sql.append(" AND ").append(slice.condition(join.ranged()));
      }
    }
  }

  private int ranges() {
    return 1 + (int) joins.stream().filter(join -> join.ranged() != null).count();
  }

  /**
   * A table of Keycloak's.
   *
   * @param table its name and alias
   * @param on how its rows belong to a token, by the columns of the index alone
   * @param onRow the same where the token's whole row is at hand
   * @param ranged its column that lies in the slice as well; null if none
   */
  record Join(String table, String on, String onRow, @Nullable String ranged) {

    Join(String table, String on, @Nullable String ranged) {
      this(table, on, on, ranged);
    }
  }
}
