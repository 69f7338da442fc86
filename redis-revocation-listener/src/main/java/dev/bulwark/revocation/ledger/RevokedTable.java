package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.IdLookup;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Table BULWARK_REVOKED_TOKEN: the revocations that must be in Redis. Each row has the epoch of
 * Redis in which it was written there. A row without an epoch, or with an earlier one, must be
 * pushed.
 */
public final class RevokedTable {

  static final String NAME = "BULWARK_REVOKED_TOKEN";

  /** The epoch of a row that has not been pushed. */
  public static final String NOT_PUSHED = "-";

  private static final Comparator<RevokedToken> ORDER =
      Comparator.<RevokedToken, Boolean>comparing(token -> JtiRange.isBase(token.jti()))
          .thenComparing(RevokedToken::jti);

  private static final int CHUNK = 500;
  private static final int MAX_CAUSE = 64;

  private static final List<String> COLUMNS =
      List.of("JTI", "EXPIRES_AT", "EPOCH", "CAUSE", "REVOKED_AT");

  private final SqlDialect dialect;
  private final String table;
  private final String tokens;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public RevokedTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.table = schema + NAME;
    this.tokens = schema + TokenTable.NAME;
  }

  /**
   * Live revoked tokens of a realm with one cause.
   *
   * @param last when the last of them was revoked, milliseconds since 1970
   */
  public record Cause(String name, long tokens, long last) {}

  /**
   * Returns how many live tokens of a realm are revoked by which cause, the most frequent first. Of
   * a {@link JtiRange} every id counts.
   *
   * @param now seconds since 1970
   */
  public List<Cause> byCause(Connection connection, String realmId, long now) throws SQLException {
    return Sql.query(
        connection,
        "SELECT r.CAUSE, COUNT(*), MAX(r.REVOKED_AT) FROM "
            + table
            + " r JOIN "
            + tokens
            + " t ON t.EXPIRES_AT = r.EXPIRES_AT AND t.JTI IN (r.JTI, LEFT(r.JTI, "
            + JtiRange.BASE_LENGTH
            + ")) WHERE r.EXPIRES_AT > ? AND t.REALM_ID = ?"
            + " GROUP BY r.CAUSE ORDER BY COUNT(*) DESC, r.CAUSE",
        parameters -> parameters.number(now).text(realmId),
        row -> new Cause(row.getString(1), row.getLong(2), row.getLong(3)));
  }

  /**
   * Inserts rows; those that exist are left alone. The base of a {@link JtiRange} comes after its
   * ids: who finds it here looks for none of them any more, and the work can end in between.
   *
   * @param epoch in which a token has been pushed; {@link #NOT_PUSHED} if it has not
   * @param cause cut to 64 characters
   * @param now milliseconds since 1970
   */
  public void insert(
      Connection connection,
      Collection<RevokedToken> tokens,
      Function<RevokedToken, String> epoch,
      String cause,
      long now)
      throws SQLException {
    String shortCause = cause.length() <= MAX_CAUSE ? cause : cause.substring(0, MAX_CAUSE);
    for (List<RevokedToken> chunk : Chunks.of(sorted(tokens), CHUNK)) {
      Sql.update(
          connection,
          dialect.insertNew(table, COLUMNS, List.of("JTI"), chunk.size()),
          parameters -> {
            for (RevokedToken token : chunk) {
              parameters
                  .text(token.jti())
                  .number(token.expiresAt())
                  .text(epoch.apply(token))
                  .text(shortCause)
                  .number(now);
            }
          });
    }
  }

  /** Whether a token is among the revoked. */
  public boolean contains(Connection connection, String jti) throws SQLException {
    return Sql.exists(
        connection,
        "SELECT 1 FROM " + table + " WHERE JTI = ?",
        parameters -> parameters.text(jti));
  }

  /** Those of the jtis that are among the revoked. */
  public Set<String> among(Connection connection, Collection<String> jtis) throws SQLException {
    return new IdLookup(table, "JTI").among(connection, jtis);
  }

  /**
   * Returns live tokens that have not been pushed in any of the given epochs.
   *
   * @param epochs the epochs of the Redis nodes; may be empty
   * @param now seconds since 1970
   */
  public List<RevokedToken> pending(
      Connection connection, SortedSet<String> epochs, long now, int limit) throws SQLException {
    return read(
        connection,
        "SELECT JTI, EXPIRES_AT FROM "
            + table
            + " WHERE ("
            + outside(epochs.size())
            + ") AND EXPIRES_AT > ? LIMIT "
            + limit,
        parameters -> parameters.texts(bounds(epochs)).number(now));
  }

  private static List<RevokedToken> read(Connection connection, String sql, Sql.Binder binder)
      throws SQLException {
    return Sql.query(
        connection, sql, binder, row -> new RevokedToken(row.getString(1), row.getLong(2)));
  }

  /**
   * Returns a page of all live revoked tokens, ordered by their id.
   *
   * @param after id of the last token of the page before; empty for the first page
   * @param now seconds since 1970
   */
  public List<RevokedToken> page(Connection connection, String after, long now, int limit)
      throws SQLException {
    return read(
        connection,
        "SELECT JTI, EXPIRES_AT FROM "
            + table
            + " WHERE JTI > ? AND EXPIRES_AT > ? ORDER BY JTI LIMIT "
            + limit,
        parameters -> parameters.text(after).number(now));
  }

  /**
   * What is not yet in Redis.
   *
   * @param count number of tokens
   * @param oldest when the oldest was revoked, milliseconds since 1970; 0 if none
   */
  public record Backlog(long count, long oldest) {}

  /**
   * Returns how many tokens are pending and since when.
   *
   * @param epochs the epochs of the Redis nodes; may be empty
   * @param now seconds since 1970
   */
  public Backlog backlog(Connection connection, SortedSet<String> epochs, long now)
      throws SQLException {
    return Sql.first(
            connection,
            "SELECT COUNT(*), MIN(REVOKED_AT) FROM "
                + table
                + " WHERE ("
                + outside(epochs.size())
                + ") AND EXPIRES_AT > ?",
            parameters -> parameters.texts(bounds(epochs)).number(now),
            row -> new Backlog(row.getLong(1), row.getLong(2)))
        .orElseThrow();
  }

  /** Notes that tokens have been pushed in an epoch. */
  public void markPushed(Connection connection, Collection<RevokedToken> tokens, String epoch)
      throws SQLException {
    for (List<RevokedToken> chunk : Chunks.of(sorted(tokens), CHUNK)) {
      Sql.update(
          connection,
          "UPDATE "
              + table
              + " SET EPOCH = ? WHERE JTI IN ("
              + SqlDialect.parameters(chunk.size())
              + ")",
          parameters ->
              parameters.text(epoch).texts(chunk.stream().map(RevokedToken::jti).toList()));
    }
  }

  /**
   * Deletes rows that expired before a time, some thousand at a time.
   *
   * @param before seconds since 1970
   * @return number of rows deleted; {@link SqlDialect#DELETES} if there may be more
   */
  public int deleteExpired(Connection connection, long before) throws SQLException {
    return dialect.deleteExpired(connection, table, before);
  }

  /** Nodes that write the same rows in different orders would wait for each other. */
  private static List<RevokedToken> sorted(Collection<RevokedToken> tokens) {
    return tokens.stream().sorted(ORDER).toList();
  }

  /**
   * "Not in" as ranges, which an index on EPOCH can serve. The bounds are bound by {@link #bounds}.
   */
  private static String outside(int epochs) {
    if (epochs == 0) {
      return "EPOCH >= ?";
    }
    StringBuilder sql = new StringBuilder("EPOCH < ?");
    for (int i = 1; i < epochs; i++) {
      sql.append(" OR (EPOCH > ? AND EPOCH < ?)");
    }
    return sql.append(" OR EPOCH > ?").toString();
  }

  private static List<String> bounds(SortedSet<String> epochs) {
    return epochs.isEmpty()
        ? List.of("")
        : epochs.stream().flatMap(epoch -> Stream.of(epoch, epoch)).toList();
  }
}
