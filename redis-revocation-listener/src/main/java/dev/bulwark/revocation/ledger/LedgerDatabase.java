package dev.bulwark.revocation.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The tables and the way to them. Thread-safe. */
public final class LedgerDatabase {

  private final ConnectionSource connections;
  private final TokenTable tokens;
  private final RevokedTable revoked;
  private final ScopeTable scopes;
  private final LeaseTable leases;
  private final String prefix;

  /**
   * The tables of a schema.
   *
   * @param schema empty for the default schema
   */
  public LedgerDatabase(ConnectionSource connections, SqlDialect dialect, String schema) {
    this.prefix = schema.isEmpty() ? "" : schema + ".";
    this.connections = connections;
    this.tokens = new TokenTable(dialect, prefix);
    this.revoked = new RevokedTable(dialect, prefix);
    this.scopes = new ScopeTable(prefix);
    this.leases = new LeaseTable(dialect, prefix);
  }

  /** Work on a connection. */
  @FunctionalInterface
  public interface Work<T> {

    /** Does it; each statement commits by itself. */
    T on(Connection connection) throws SQLException;
  }

  /** Does work on a connection of its own. */
  public <T> T call(Work<T> work) throws SQLException {
    try (Connection connection = connections.open()) {
      return work.on(connection);
    }
  }

  /** Work on a connection without a result. */
  @FunctionalInterface
  public interface Task {

    /** Does it; each statement commits by itself. */
    void on(Connection connection) throws SQLException;
  }

  /** Does work on a connection of its own. */
  public void run(Task task) throws SQLException {
    try (Connection connection = connections.open()) {
      task.on(connection);
    }
  }

  /** The issued tokens. */
  public TokenTable tokens() {
    return tokens;
  }

  /** The revoked tokens. */
  public RevokedTable revoked() {
    return revoked;
  }

  /** The scopes. */
  public ScopeTable scopes() {
    return scopes;
  }

  /** The leases. */
  public LeaseTable leases() {
    return leases;
  }

  /**
   * The comparisons with Keycloak's own tables.
   *
   * @param sessionsInDatabase whether Keycloak writes online sessions to its database
   */
  public List<SuspectSweep> sweeps(boolean sessionsInDatabase) {
    return List.of(
        SuspectSweep.alongSessions(prefix, sessionsInDatabase), SuspectSweep.alongUsers(prefix));
  }
}
