package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.EndingKind;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.IndexedText;
import dev.bulwark.revocation.sql.Savepoint;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Table BULWARK_REVOCATION_SCOPE: the recent endings. A row is inserted in the transaction of its
 * event and deleted after the last search of the ledger.
 */
public final class EndingTable {

  static final String NAME = "BULWARK_REVOCATION_SCOPE";

  private static final List<String> COLUMNS =
      List.of(
          "ID",
          "KIND",
          "REALM_ID",
          "USER_ID",
          "CLIENT_ID",
          "SESSION_ID",
          "API_KEY_ID",
          "JTI",
          "EXPIRES_AT",
          "KILLS",
          "ISSUED_BEFORE",
          "VERIFIES",
          "CAUSE",
          "CREATED_AT",
          "MEMBERS_OF");
  private static final int CHUNK = 200;

  /** So many rows are read by a statement. */
  private static final int READ = 1_000;

  private static final int MAX_CAUSE = 128;

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
    this.select = "SELECT " + String.join(", ", COLUMNS) + " FROM " + table;
    this.insert =
        "INSERT INTO "
            + table
            + " ("
            + String.join(", ", COLUMNS)
            + ") VALUES ("
            + SqlDialect.parameters(COLUMNS.size())
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
    try (PreparedStatement statement = connection.prepareStatement(liveToken)) {
      if (dialect.hasQueryTimeout()) {
        statement.setQueryTimeout(seconds);
      }
      int parameter = sessions.set(statement, 1, List.of(sessionId));
      statement.setString(parameter++, realmId);
      statement.setLong(parameter, now);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** Inserts endings, in whatever transaction the connection is. */
  public void insert(Connection connection, Collection<Ending> endings) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      for (Ending ending : endings) {
        int column = 1;
        statement.setString(column++, ending.id());
        statement.setString(column++, ending.kind().name());
        TokenTable.setNullable(statement, column++, ending.realmId());
        TokenTable.setNullable(statement, column++, ending.userId());
        TokenTable.setNullable(statement, column++, ending.clientId());
        TokenTable.setNullable(statement, column++, ending.sessionId());
        TokenTable.setNullable(statement, column++, ending.apiKeyId());
        TokenTable.setNullable(statement, column++, ending.jti());
        statement.setLong(column++, ending.expiresAt());
        statement.setString(column++, codes(ending.kills()));
        statement.setLong(column++, ending.issuedBefore());
        statement.setString(column++, codes(ending.verifies()));
        statement.setString(column++, cut(ending.cause()));
        statement.setLong(column++, ending.createdAt());
        Members members = ending.members();
        TokenTable.setNullable(statement, column, members == null ? null : members.text());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** All endings, oldest first. */
  public List<Ending> all(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(select + " ORDER BY CREATED_AT, ID")) {
      return read(statement);
    }
  }

  /** The ids of all endings. */
  public Set<String> ids(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT ID FROM " + table);
        ResultSet rows = statement.executeQuery()) {
      Set<String> ids = new HashSet<>();
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
      return ids;
    }
  }

  /** Those of the endings that are still there, in any order. */
  public List<Ending> of(Connection connection, Collection<String> ids) throws SQLException {
    List<Ending> endings = new ArrayList<>();
    for (List<String> chunk : Chunks.of(ids, READ)) {
      List<String> asked = Chunks.padded(chunk);
      try (PreparedStatement statement =
          connection.prepareStatement(
              select + " WHERE ID IN (" + SqlDialect.parameters(asked.size()) + ")")) {
        int parameter = 1;
        for (String id : asked) {
          statement.setString(parameter++, id);
        }
        endings.addAll(read(statement));
      }
    }
    return endings;
  }

  private static List<Ending> read(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      List<Ending> endings = new ArrayList<>();
      while (rows.next()) {
        endings.add(ending(rows));
      }
      return endings;
    }
  }

  private static Ending ending(ResultSet rows) throws SQLException {
    return new Ending(
        rows.getString("ID"),
        EndingKind.valueOf(rows.getString("KIND")),
        rows.getString("REALM_ID"),
        rows.getString("USER_ID"),
        rows.getString("CLIENT_ID"),
        rows.getString("SESSION_ID"),
        rows.getString("API_KEY_ID"),
        rows.getString("JTI"),
        rows.getLong("EXPIRES_AT"),
        types(rows.getString("KILLS")),
        rows.getLong("ISSUED_BEFORE"),
        types(rows.getString("VERIFIES")),
        rows.getString("CAUSE"),
        rows.getLong("CREATED_AT"),
        Members.of(rows.getString("MEMBERS_OF")));
  }

  /** Deletes endings that are done with. */
  public void delete(Connection connection, Collection<Ending> endings) throws SQLException {
    List<Ending> sorted = endings.stream().sorted(Comparator.comparing(Ending::id)).toList();
    for (List<Ending> chunk : Chunks.of(sorted, CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "DELETE FROM "
                  + table
                  + " WHERE ID IN ("
                  + SqlDialect.parameters(chunk.size())
                  + ")")) {
        int parameter = 1;
        for (Ending ending : chunk) {
          statement.setString(parameter++, ending.id());
        }
        statement.executeUpdate();
      }
    }
  }

  /** The resource types of extensions can be of any length. */
  private static String cut(String cause) {
    return cause.length() <= MAX_CAUSE ? cause : cause.substring(0, MAX_CAUSE);
  }

  private static String codes(Set<SessionType> types) {
    // Oracle's empty string is null: the separator alone stands for the empty set.
    return types.stream().map(SessionType::code).sorted().collect(Collectors.joining(",", ",", ""));
  }

  private static Set<SessionType> types(String codes) {
    EnumSet<SessionType> types = EnumSet.noneOf(SessionType.class);
    for (SessionType type : SessionType.values()) {
      if (codes.contains("," + type.code())) {
        types.add(type);
      }
    }
    return types;
  }
}
