package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.IndexedText;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Table BULWARK_TOKEN: the issued access tokens that have not expired. Rows are inserted and
 * deleted, never updated: issuing must cost as little as possible, and an update would wait for row
 * locks.
 *
 * <p>The key leads with the expiry, so that new rows go to the end of the index and old ones are
 * deleted from its beginning.
 */
public final class TokenTable {

  static final String NAME = "BULWARK_TOKEN";

  /** The further jtis of a row: see {@link TokenRow}. */
  static final String OTHERS = "OTHER_JTIS";

  private static final List<String> COLUMNS =
      List.of(
          "EXPIRES_AT",
          "JTI",
          "SESSION_TYPE",
          "REALM_ID",
          "USER_ID",
          "CLIENT_ID",
          "SESSION_ID",
          "API_KEY_ID",
          "ISSUED_AT",
          "ISSUED_FOR",
          "ISSUER",
          OTHERS);
  private static final int CHUNK = 100;

  /** Rows of a statement that looks for one token among many. */
  private static final int PAGE = 5_000;

  /** So many sessions at most are asked about at a time. */
  public static final int SESSIONS = 1_000;

  /** So many rows at most cost PostgreSQL less as plain parameters than as arrays. */
  private static final int FEW = 2;

  private static final Comparator<LedgerToken> BY_KEY =
      Comparator.comparingLong(LedgerToken::expiresAt).thenComparing(LedgerToken::jti);

  private static final Comparator<TokenRow> ROWS_BY_KEY =
      Comparator.comparing(TokenRow::token, BY_KEY);

  private static final List<String> KEY = List.of("EXPIRES_AT", "JTI");
  static final String SELECTED = "t." + String.join(", t.", COLUMNS);

  private final SqlDialect dialect;
  private final String table;
  private final String revokedTable;
  private final RevokedTable revoked;
  private final RowLookup lookup;
  private final String insertArrays;
  private final String insertUnflushed;
  private final TargetCondition.Cases conditions;
  private final IndexedText sessions;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public TokenTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.table = schema + NAME;
    this.revokedTable = schema + RevokedTable.NAME;
    this.revoked = new RevokedTable(dialect, schema);
    this.lookup = new RowLookup(dialect, schema);
    this.conditions = new TargetCondition.Cases(dialect, schema);
    this.sessions = new IndexedText(dialect, "t.SESSION_ID");
    this.insertArrays = insertArrays("");
    this.insertUnflushed =
        insertArrays("(SELECT set_config('synchronous_commit', 'off', TRUE)) unflushed, ");
  }

  private String insertArrays(String before) {
    return "INSERT INTO "
        + table
        + " ("
        + String.join(", ", COLUMNS)
        + ") SELECT r.* FROM "
        + before
        + "unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[],"
        + " ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[]) r"
        + " ON CONFLICT DO NOTHING";
  }

  /** Inserts rows; those that exist are left alone. */
  public void insert(Connection connection, List<LedgerToken> tokens) throws SQLException {
    List<TokenRow> sorted = sorted(TokenRow.single(tokens));
    if (dialect == SqlDialect.POSTGRESQL && tokens.size() > FEW) {
      insertArrays(connection, insertArrays, sorted, 0);
    } else {
      insertRows(connection, sorted, 0);
    }
  }

  /**
   * Inserts rows; those that exist are left alone. However often a token is given, and whichever
   * tokens it shared a row with before, it has a row afterwards. PostgreSQL answers before it has
   * flushed them to its disk (asynchronous commit): a single row costs a third then. A crash of the
   * database within the next second can lose them, so the caller has to keep them and insert them
   * again; see {@code FailoverGuard}.
   *
   * @param mayShare whether tokens may share a row, which nodes of earlier versions do not read
   * @param seconds how long a statement takes at most; 0 for the connection's own limit
   */
  void insertUnflushed(
      Connection connection, List<LedgerToken> tokens, boolean mayShare, int seconds)
      throws SQLException {
    List<TokenRow> rows = sorted(mayShare ? TokenRow.shared(tokens) : TokenRow.single(tokens));
    int inserted = insertUnflushed(connection, rows, seconds);
    if (inserted < rows.size() || !dialect.countsInserted()) {
      List<TokenRow> apart = sorted(TokenRow.single(displaced(connection, rows, seconds)));
      if (!apart.isEmpty()) {
        insertUnflushed(connection, apart, seconds);
      }
    }
  }

  private int insertUnflushed(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    return dialect == SqlDialect.POSTGRESQL
        ? insertArrays(connection, insertUnflushed, rows, seconds)
        : insertRows(connection, rows, seconds);
  }

  /**
   * The tokens whose shared row is not there, since another row has its key: one of them was
   * written before, alone or beside other tokens. That happens when a write is repeated whose
   * answer was lost or late.
   */
  private List<LedgerToken> displaced(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    List<LedgerToken> displaced = new ArrayList<>();
    List<TokenRow> sharing = rows.stream().filter(TokenRow::isShared).toList();
    for (List<TokenRow> chunk : Chunks.of(sharing, CHUNK)) {
      Set<Stored> found = stored(connection, chunk, seconds);
      for (TokenRow row : chunk) {
        if (!found.contains(new Stored(row.token().expiresAt(), row.token().jti(), row.others()))) {
          displaced.addAll(row.tokens());
        }
      }
    }
    return displaced;
  }

  /** What tells which tokens a row has. */
  private record Stored(long expiresAt, String jti, @Nullable String others) {}

  /** The rows that have the keys of some rows: one round trip, for issuing waits for it. */
  private Set<Stored> stored(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    // Not (EXPIRES_AT, JTI) IN (...): not every optimizer searches the index for each pair.
    String keys =
        String.join(" OR ", Collections.nCopies(rows.size(), "(EXPIRES_AT = ? AND JTI = ?)"));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT EXPIRES_AT, JTI, " + OTHERS + " FROM " + table + " WHERE " + keys)) {
      limit(statement, seconds);
      int parameter = 1;
      for (TokenRow row : rows) {
        statement.setLong(parameter++, row.token().expiresAt());
        statement.setString(parameter++, row.token().jti());
      }
      Set<Stored> stored = new HashSet<>();
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          stored.add(new Stored(found.getLong(1), found.getString(2), found.getString(3)));
        }
      }
      return stored;
    }
  }

  /** Nodes that insert the same rows in different orders would wait for each other. */
  private static List<TokenRow> sorted(List<TokenRow> rows) {
    return rows.size() > 1 ? rows.stream().sorted(ROWS_BY_KEY).toList() : rows;
  }

  /** One statement, one parse, one round trip and one commit, however many rows. */
  private int insertArrays(Connection connection, String sql, List<TokenRow> rows, int seconds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      limit(statement, seconds);
      int column = 1;
      statement.setArray(column++, numbers(connection, rows, r -> r.token().expiresAt()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().jti()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().type().code()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().realmId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().userId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().clientId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().sessionId()));
      statement.setArray(column++, texts(connection, rows, r -> r.token().apiKeyId()));
      statement.setArray(column++, numbers(connection, rows, r -> r.token().issuedAt()));
      statement.setArray(column++, numbers(connection, rows, r -> r.token().issuedFor()));
      statement.setArray(column++, numbers(connection, rows, r -> r.token().issuer()));
      statement.setArray(column, texts(connection, rows, TokenRow::others));
      return statement.executeUpdate();
    }
  }

  private int insertRows(Connection connection, List<TokenRow> rows, int seconds)
      throws SQLException {
    int inserted = 0;
    for (List<TokenRow> chunk : Chunks.of(rows, CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(dialect.insertNew(table, COLUMNS, KEY, chunk.size()))) {
        limit(statement, seconds);
        int parameter = 1;
        for (TokenRow row : chunk) {
          LedgerToken token = row.token();
          statement.setLong(parameter++, token.expiresAt());
          statement.setString(parameter++, token.jti());
          statement.setString(parameter++, token.type().code());
          statement.setString(parameter++, token.realmId());
          statement.setString(parameter++, token.userId());
          statement.setString(parameter++, token.clientId());
          setNullable(statement, parameter++, token.sessionId());
          setNullable(statement, parameter++, token.apiKeyId());
          statement.setLong(parameter++, token.issuedAt());
          setNullable(statement, parameter++, token.issuedFor());
          setNullable(statement, parameter++, token.issuer());
          setNullable(statement, parameter++, row.others());
        }
        inserted += statement.executeUpdate();
      }
    }
    return inserted;
  }

  /**
   * One page of the tokens that an ending concerns, live and not yet revoked, in the order of the
   * key. Revoked ones are left out by the statement where they are few. Of a client or realm a
   * statement reads so many rows at most: millions can be revoked, and it must not search all of
   * them for one that is not.
   *
   * @param after the last token of the page before, null for the first page
   * @param now seconds since 1970
   * @param limit number of rows at most; some may have several tokens
   */
  public Page candidates(
      Connection connection, Ending ending, @Nullable LedgerToken after, long now, int limit)
      throws SQLException {
    TargetCondition condition = ending.target().to(conditions);
    Set<SessionType> types =
        ending.requiresVerification() ? ending.effect().verifies() : Set.of();
    boolean bounded = ending.effect().isCutOff();
    String sql =
        "SELECT "
            + SELECTED
            + " FROM "
            + table
            + " t WHERE "
            + condition.sql()
            + " AND t.EXPIRES_AT >= ?"
            + (types.isEmpty() ? "" : ofTypes(types.size()))
            + (bounded ? " AND t.ISSUED_AT < ?" : "")
            + (after == null ? "" : " AND (t.EXPIRES_AT > ? OR t.JTI > ?)")
            + condition.withoutRevoked()
            + " ORDER BY t.EXPIRES_AT, t.JTI LIMIT "
            + limit;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int parameter = 1;
      for (String key : condition.parameters()) {
        statement.setString(parameter++, key);
      }
      // A token is expired from the second of its exp on; see RevokedTable.
      statement.setLong(parameter++, after == null ? now + 1 : after.expiresAt());
      for (SessionType type : types) {
        statement.setString(parameter++, type.code());
      }
      if (bounded) {
        statement.setLong(parameter++, ending.effect().issuedBefore());
      }
      if (after != null) {
        statement.setLong(parameter++, after.expiresAt());
        statement.setString(parameter, after.jti());
      }
      return page(connection, condition, readRows(statement), limit);
    }
  }

  private static String ofTypes(int types) {
    return " AND t.SESSION_TYPE IN (" + SqlDialect.parameters(types) + ")";
  }

  /** Whether {@link #candidates} has any. */
  public boolean hasCandidate(Connection connection, Ending ending, long now) throws SQLException {
    Page page = candidates(connection, ending, null, now, 1);
    while (page.tokens().isEmpty() && page.last() != null) {
      page = candidates(connection, ending, page.last(), now, PAGE);
    }
    return !page.tokens().isEmpty();
  }

  private Page page(
      Connection connection, TargetCondition condition, List<TokenRow> rows, int limit)
      throws SQLException {
    boolean all = condition.withoutRevoked().isEmpty();
    Set<String> doubtful = new HashSet<>();
    for (TokenRow row : rows) {
      if (all || row.isShared()) {
        row.tokens().forEach(token -> doubtful.add(token.jti()));
      }
    }
    Set<String> dead = revoked.among(connection, doubtful);
    List<LedgerToken> tokens = new ArrayList<>();
    for (TokenRow row : rows) {
      for (LedgerToken token : row.tokens()) {
        if (!dead.contains(token.jti())) {
          tokens.add(token);
        }
      }
    }
    return new Page(tokens, rows.size() < limit ? null : rows.get(limit - 1).token());
  }

  /**
   * A page of tokens.
   *
   * @param tokens may be empty though more pages follow
   * @param last after which the next page begins; null if this is the last one
   */
  public record Page(List<LedgerToken> tokens, @Nullable LedgerToken last) {}

  /**
   * One page of the live tokens of some sessions, in the order of their jti; among them tokens that
   * are revoked already.
   *
   * @param sessionIds at most {@link #SESSIONS}, and at least one
   * @param afterJti leaves out tokens up to this jti; empty for none
   * @param now seconds since 1970
   */
  public List<LedgerToken> ofSessions(
      Connection connection, List<String> sessionIds, String afterJti, long now, int limit)
      throws SQLException {
    List<String> ids = Chunks.padded(sessionIds);
    String sql = ofSessions(sessions.isAmong(ids.size()), "t.EXPIRES_AT", limit);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int parameter = sessions.set(statement, 1, ids);
      statement.setString(parameter++, afterJti);
      statement.setLong(parameter, now);
      return read(statement);
    }
  }

  /**
   * The same without tokens that are revoked already. Among them may be tokens of other sessions,
   * whose id has the same hash.
   */
  public List<LedgerToken> candidatesOfSessions(
      Connection connection, List<String> sessionIds, String afterJti, long now, int limit)
      throws SQLException {
    List<String> ids = Chunks.padded(sessionIds);
    // Not NOT EXISTS: to join, PostgreSQL may read the whole table of revoked tokens.
    String unknown = " AND (SELECT r.JTI FROM " + revokedTable + " r WHERE r.JTI = t.JTI) IS NULL";
    // "+ 0": else PostgreSQL may read the whole index of the key, to have fewer rows to look up.
    String sql = ofSessions(sessions.mayBeAmong(ids.size()) + unknown, "t.EXPIRES_AT + 0", limit);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int parameter = sessions.setOnce(statement, 1, ids);
      statement.setString(parameter++, afterJti);
      statement.setLong(parameter, now);
      return read(statement);
    }
  }

  private String ofSessions(String condition, String expiresAt, int limit) {
    return "SELECT "
        + SELECTED
        + " FROM "
        + table
        + " t WHERE "
        + condition
        + " AND t.JTI > ? AND "
        + expiresAt
        + " > ? ORDER BY t.JTI LIMIT "
        + limit;
  }

  /**
   * Those of the jtis that have a row. Reads all rows in the range once, however many jtis: for
   * rare occasions. To be called in {@link LedgerDatabase#callOverRange}: otherwise PostgreSQL's
   * driver has all rows that tokens share in memory at once.
   *
   * @param now leaves out what has expired, seconds since 1970
   * @param maxExpiresAt greatest {@code exp} of them, seconds since 1970
   */
  public Set<String> among(Connection connection, List<String> jtis, long now, long maxExpiresAt)
      throws SQLException {
    return lookup.among(connection, jtis, now, maxExpiresAt);
  }

  /**
   * Deletes rows of revoked tokens. They have no use any more: what must be in Redis is in {@link
   * RevokedTable}. A row that several tokens share stays until it has expired: the others may be
   * alive.
   */
  public void delete(Connection connection, Collection<LedgerToken> tokens) throws SQLException {
    for (List<LedgerToken> chunk : Chunks.of(tokens.stream().sorted(BY_KEY).toList(), CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "DELETE FROM "
                  + table
                  + " WHERE EXPIRES_AT = ? AND JTI = ? AND "
                  + OTHERS
                  + " IS NULL")) {
        for (LedgerToken token : chunk) {
          statement.setLong(1, token.expiresAt());
          statement.setString(2, token.jti());
          statement.addBatch();
        }
        statement.executeBatch();
      }
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

  private static List<LedgerToken> read(PreparedStatement statement) throws SQLException {
    return readRows(statement).stream().flatMap(row -> row.tokens().stream()).toList();
  }

  private static List<TokenRow> readRows(PreparedStatement statement) throws SQLException {
    List<TokenRow> read = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        read.add(tokenRow(rows));
      }
    }
    return read;
  }

  static TokenRow tokenRow(ResultSet rows) throws SQLException {
    return new TokenRow(token(rows), rows.getString(OTHERS));
  }

  private static LedgerToken token(ResultSet rows) throws SQLException {
    return new LedgerToken(
        rows.getString("JTI"),
        SessionType.ofCode(rows.getString("SESSION_TYPE")),
        rows.getString("REALM_ID"),
        rows.getString("USER_ID"),
        rows.getString("CLIENT_ID"),
        rows.getString("SESSION_ID"),
        rows.getString("API_KEY_ID"),
        rows.getLong("ISSUED_AT"),
        rows.getLong("EXPIRES_AT"),
        nullableLong(rows, "ISSUED_FOR"),
        nullableLong(rows, "ISSUER"));
  }

  private static @Nullable Long nullableLong(ResultSet rows, String column) throws SQLException {
    long value = rows.getLong(column);
    return rows.wasNull() ? null : value;
  }

  private static void limit(PreparedStatement statement, int seconds) throws SQLException {
    if (seconds > 0) {
      statement.setQueryTimeout(seconds);
    }
  }

  static void setNullable(PreparedStatement statement, int column, @Nullable String value)
      throws SQLException {
    if (value == null) {
      statement.setNull(column, Types.VARCHAR);
    } else {
      statement.setString(column, value);
    }
  }

  private static void setNullable(PreparedStatement statement, int column, @Nullable Long value)
      throws SQLException {
    if (value == null) {
      statement.setNull(column, Types.BIGINT);
    } else {
      statement.setLong(column, value);
    }
  }

  private static Array numbers(
      Connection connection, List<TokenRow> rows, Function<TokenRow, @Nullable Long> value)
      throws SQLException {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    return connection.createArrayOf("bigint", values);
  }

  private static Array texts(
      Connection connection, List<TokenRow> rows, Function<TokenRow, @Nullable String> value)
      throws SQLException {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    return connection.createArrayOf("text", values);
  }
}
