package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.IndexedText;
import dev.bulwark.revocation.sql.Savepoint;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Table BULWARK_REVOCATION_SCOPE: the recent endings. A row is inserted in the transaction of its
 * event and deleted after the last search of the ledger.
 */
public final class EndingTable {

  static final String NAME = "BULWARK_REVOCATION_SCOPE";

  private static final int CHUNK = 200;

  /** So many rows are read by a statement. */
  private static final int READ_CHUNK = 1_000;

  private final SqlDialect dialect;
  private final String table;
  private final String select;
  private final String insert;
  private final IndexedText sessions;
  private final String liveToken;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public EndingTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.table = schema + NAME;
    this.sessions = new IndexedText(dialect, "SESSION_ID");
    this.liveToken =
        "SELECT 1 FROM "
            + schema
            + TokenTable.NAME
            + " WHERE "
            + sessions.is()
            + " AND REALM_ID = ? AND EXPIRES_AT > ? LIMIT 1";
    this.select = "SELECT " + String.join(", ", EndingRow.COLUMNS) + " FROM " + table;
    this.insert =
        "INSERT INTO "
            + table
            + " ("
            + String.join(", ", EndingRow.COLUMNS)
            + ") VALUES ("
            + SqlDialect.parameters(EndingRow.COLUMNS.size())
            + ")";
  }

  /**
   * Inserts endings in the transaction of the connection, which stays usable if that fails.
   *
   * <p>PostgreSQL would refuse everything else in the transaction, and so undo the logout.
   *
   * @throws SQLException if they could not be inserted
   */
  public void insertGuarded(Connection connection, Collection<Ending> endings) throws SQLException {
    Savepoint.guarded(
        dialect,
        connection,
        () -> {
          insert(connection, endings);
          return true;
        });
  }

  /**
   * Whether the ledger has a live token of a session, asked in the transaction of the connection,
   * which stays usable if that fails.
   *
   * @param seconds how long the database may take
   * @param now seconds since 1970
   */
  public boolean hasLiveToken(
      Connection connection, String sessionId, String realmId, int seconds, long now)
      throws SQLException {
    return Savepoint.guarded(
        dialect, connection, () -> hasToken(connection, sessionId, realmId, seconds, now));
  }

  private boolean hasToken(
      Connection connection, String sessionId, String realmId, int seconds, long now)
      throws SQLException {
    return Sql.exists(
        connection,
        liveToken,
        parameters ->
            parameters
                .timeout(dialect.hasQueryTimeout() ? seconds : 0)
                .texts(sessions.parameters(List.of(sessionId)))
                .text(realmId)
                .number(now));
  }

  /** Inserts endings, in whatever transaction the connection is. */
  public void insert(Connection connection, Collection<Ending> endings) throws SQLException {
    Sql.batch(connection, insert, endings, EndingRow::bind);
  }

  /** All endings that this version understands, oldest first. */
  public List<Ending> all(Connection connection) throws SQLException {
    return read(connection, select + " ORDER BY CREATED_AT, ID", Sql.Binder.NONE);
  }

  /** The ids of all endings, also of those that this version does not understand. */
  public Set<String> ids(Connection connection) throws SQLException {
    return new HashSet<>(
        Sql.query(connection, "SELECT ID FROM " + table, Sql.Binder.NONE, row -> row.getString(1)));
  }

  /** Those of the endings that are still there and that this version understands, in any order. */
  public List<Ending> of(Connection connection, Collection<String> ids) throws SQLException {
    List<Ending> endings = new ArrayList<>();
    for (List<String> chunk : Chunks.of(ids, READ_CHUNK)) {
      List<String> asked = Chunks.padded(chunk);
      endings.addAll(
          read(
              connection,
              select + " WHERE ID IN (" + SqlDialect.parameters(asked.size()) + ")",
              parameters -> parameters.texts(asked)));
    }
    return endings;
  }

  private static List<Ending> read(Connection connection, String sql, Sql.Binder binder)
      throws SQLException {
    return Sql.query(connection, sql, binder, EndingRow::read).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** Deletes endings that are done with. */
  public void delete(Connection connection, Collection<Ending> endings) throws SQLException {
    List<String> ids = endings.stream().map(Ending::id).sorted().toList();
    for (List<String> chunk : Chunks.of(ids, CHUNK)) {
      Sql.update(
          connection,
          "DELETE FROM " + table + " WHERE ID IN (" + SqlDialect.parameters(chunk.size()) + ")",
          parameters -> parameters.texts(chunk));
    }
  }
}
