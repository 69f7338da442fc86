package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.ScopeKind;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.Chunks;
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
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Table BULWARK_REVOCATION_SCOPE: what has ended lately. A row comes in the transaction of its
 * event, and goes when the ledger has been searched for the last time.
 */
public final class ScopeTable {

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

  private static final int MAX_CAUSE = 128;

  private final SqlDialect dialect;
  private final String table;
  private final String insert;
  private final String liveToken;
  private final String liveOfflineToken;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public ScopeTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.table = schema + NAME;
    this.liveToken =
        "SELECT 1 FROM "
            + schema
            + TokenTable.NAME
            + " WHERE SESSION_ID = ? AND REALM_ID = ? AND EXPIRES_AT > ? LIMIT 1";
    this.liveOfflineToken =
        "SELECT 1 FROM "
            + schema
            + TokenTable.NAME
            + " WHERE USER_ID = ? AND REALM_ID = ? AND EXPIRES_AT > ? AND SESSION_TYPE IN ('of', 'un') LIMIT 1";
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
   * Inserts scopes in the transaction of the connection, which stays usable if that fails.
   *
   * <p>PostgreSQL would refuse everything else in the transaction, and so undo the logout.
   *
   * @throws SQLException if they could not be inserted
   */
  public void insertGuarded(Connection connection, Collection<RevocationScope> scopes)
      throws SQLException {
    Savepoint.guarded(
        dialect,
        connection,
        () -> {
          insert(connection, scopes);
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
        dialect,
        connection,
        () -> hasToken(connection, liveToken, sessionId, realmId, seconds, now));
  }

  /**
   * Whether the ledger has a live token of a user that leans on an offline session; otherwise as
   * {@link #hasLiveToken}.
   */
  public boolean hasLiveOfflineToken(
      Connection connection, String userId, String realmId, int seconds, long now)
      throws SQLException {
    return Savepoint.guarded(
        dialect,
        connection,
        () -> hasToken(connection, liveOfflineToken, userId, realmId, seconds, now));
  }

  private boolean hasToken(
      Connection connection, String sql, String id, String realmId, int seconds, long now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (dialect.hasQueryTimeout()) {
        statement.setQueryTimeout(seconds);
      }
      statement.setString(1, id);
      statement.setString(2, realmId);
      statement.setLong(3, now);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** Inserts scopes, in whatever transaction the connection is. */
  public void insert(Connection connection, Collection<RevocationScope> scopes)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      for (RevocationScope scope : scopes) {
        int column = 1;
        statement.setString(column++, scope.id());
        statement.setString(column++, scope.kind().name());
        TokenTable.setNullable(statement, column++, scope.realmId());
        TokenTable.setNullable(statement, column++, scope.userId());
        TokenTable.setNullable(statement, column++, scope.clientId());
        TokenTable.setNullable(statement, column++, scope.sessionId());
        TokenTable.setNullable(statement, column++, scope.apiKeyId());
        TokenTable.setNullable(statement, column++, scope.jti());
        statement.setLong(column++, scope.expiresAt());
        statement.setString(column++, codes(scope.kills()));
        statement.setLong(column++, scope.issuedBefore());
        statement.setString(column++, codes(scope.verifies()));
        statement.setString(column++, cut(scope.cause()));
        statement.setLong(column++, scope.createdAt());
        Members members = scope.members();
        TokenTable.setNullable(statement, column, members == null ? null : members.text());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** All scopes, oldest first. */
  public List<RevocationScope> all(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT "
                    + String.join(", ", COLUMNS)
                    + " FROM "
                    + table
                    + " ORDER BY CREATED_AT, ID");
        ResultSet rows = statement.executeQuery()) {
      List<RevocationScope> scopes = new ArrayList<>();
      while (rows.next()) {
        scopes.add(
            new RevocationScope(
                rows.getString("ID"),
                ScopeKind.valueOf(rows.getString("KIND")),
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
                Members.of(rows.getString("MEMBERS_OF"))));
      }
      return scopes;
    }
  }

  /** Deletes scopes that are done with. */
  public void delete(Connection connection, Collection<RevocationScope> scopes)
      throws SQLException {
    List<RevocationScope> sorted =
        scopes.stream().sorted(Comparator.comparing(RevocationScope::id)).toList();
    for (List<RevocationScope> chunk : Chunks.of(sorted, CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "DELETE FROM "
                  + table
                  + " WHERE ID IN ("
                  + SqlDialect.parameters(chunk.size())
                  + ")")) {
        int parameter = 1;
        for (RevocationScope scope : chunk) {
          statement.setString(parameter++, scope.id());
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
