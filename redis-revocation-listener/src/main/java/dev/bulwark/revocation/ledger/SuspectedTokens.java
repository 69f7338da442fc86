package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Suspect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares a {@link Window} of the ledger with Keycloak's own tables in one statement. A token is
 * suspected where these have a state in which it may be dead: then Keycloak is asked. Thread-safe.
 *
 * <p>The database decides how to join: PostgreSQL reads Keycloak's tables once for a large window,
 * MariaDB looks each row up. So a window is to be a large part of the ledger on PostgreSQL, and
 * small on the others ({@link #windowRows}).
 */
public final class SuspectedTokens {

  /** With fewer rows, reading all sessions for a window costs more than the rows. */
  private static final int MIN_ROWS = 500_000;

  /** With more rows, a statement could take longer than the background work may. */
  private static final int MAX_ROWS = 1_000_000;

  /** Each window reads Keycloak's tables once more; in fewer ones a statement takes longer. */
  private static final int WINDOWS = 2;

  /** Some ten milliseconds of a database that looks each row up. */
  private static final int LOOKED_UP_ROWS = 5_000;

  private final String table;
  private final String cause;
  private final String joins;
  private final long times;
  private final boolean joinsByHash;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   * @param sessionsInDatabase whether Keycloak writes online sessions to its database; where it
   *     does not, every token of an online session is suspected
   * @param joinsByHash whether the database can read a table once for many rows
   */
  SuspectedTokens(String schema, boolean sessionsInDatabase, boolean joinsByHash) {
    this.table = schema + TokenTable.NAME;
    this.cause = Suspicions.cause(sessionsInDatabase);
    this.joins = Suspicions.joins(schema);
    this.times = cause.chars().filter(c -> c == '?').count();
    this.joinsByHash = joinsByHash;
  }

  /**
   * How many rows a window is to have.
   *
   * @param ledger rows of the whole ledger, as far as is known
   */
  public int windowRows(long ledger) {
    return joinsByHash
        ? (int) Math.min(MAX_ROWS, Math.max(MIN_ROWS, ledger / WINDOWS))
        : LOOKED_UP_ROWS;
  }

  /**
   * The window that follows a time: whole seconds, with {@code rows} tokens and the others of its
   * last second.
   *
   * @param after seconds since 1970
   */
  public Window window(Connection connection, long after, int rows) throws SQLException {
    Optional<Long> end =
        Sql.first(
            connection,
            "SELECT EXPIRES_AT FROM "
                + table
                + " WHERE EXPIRES_AT > ? ORDER BY EXPIRES_AT LIMIT 1 OFFSET "
                + (rows - 1),
            parameters -> parameters.number(after),
            row -> row.getLong(1));
    return new Window(after, end.orElse(null));
  }

  /** How many rows a window has. */
  public long count(Connection connection, Window window) throws SQLException {
    return Sql.first(
            connection,
            "SELECT COUNT(*) FROM " + table + " t WHERE " + condition(window),
            parameters -> bind(parameters, window),
            row -> row.getLong(1))
        .orElseThrow();
  }

  /**
   * A page of suspects in the order of their rows' jtis; among them tokens that are revoked
   * already.
   *
   * @param afterJti leaves out rows up to this jti; empty for none
   * @param now seconds since 1970
   * @param limit number of rows at most
   */
  public Page find(Connection connection, Window window, String afterJti, long now, int limit)
      throws SQLException {
    List<Suspect> suspects =
        Sql.query(
            connection,
            sql(window, limit),
            parameters -> {
              for (int i = 0; i < times; i++) {
                parameters.number(now);
              }
              bind(parameters, window);
              parameters.text(afterJti);
            },
            row -> new Suspect(TokenColumns.token(row), row.getString("CAUSE")));
    return new Page(
        suspects, suspects.size() < limit ? null : suspects.get(limit - 1).token().jti());
  }

  /**
   * A page of suspects.
   *
   * @param lastJti after which the next page begins; null if this is the last one of its window
   */
  public record Page(List<Suspect> suspects, @Nullable String lastJti) {}

  private String sql(Window window, int limit) {
    return "SELECT * FROM (SELECT "
        + TokenColumns.SELECTED
        + ", "
        + cause
        + " AS CAUSE FROM "
        + table
        + " t"
        + joins
        + " WHERE "
        + condition(window)
        + " AND t.JTI > ?) x WHERE CAUSE IS NOT NULL ORDER BY JTI LIMIT "
        + limit;
  }

  private static String condition(Window window) {
    return window.end() == null ? "t.EXPIRES_AT > ?" : "t.EXPIRES_AT > ? AND t.EXPIRES_AT <= ?";
  }

  private static void bind(Sql.Parameters parameters, Window window) throws SQLException {
    parameters.number(window.after());
    Long end = window.end();
    if (end != null) {
      parameters.number(end);
    }
  }
}
