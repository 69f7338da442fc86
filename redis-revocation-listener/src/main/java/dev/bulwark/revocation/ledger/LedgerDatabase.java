package dev.bulwark.revocation.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables and the way to them. Thread-safe. */
public final class LedgerDatabase {

  private final ConnectionSource connections;
  private final SqlDialect dialect;
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
    this.dialect = dialect;
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

  /**
   * Does reading work over a range in one transaction. PostgreSQL plans its statements for the
   * values at hand, since a plan for any range takes a slice for a quarter of the table, and runs
   * them without helpers and without compiling them (jit), which both take longer than a slice.
   */
  public <T> T callOverRange(Work<T> work) throws SQLException {
    if (dialect != SqlDialect.POSTGRESQL) {
      return call(work);
    }
    try (Connection connection = connections.open()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SET LOCAL plan_cache_mode = force_custom_plan");
          statement.execute("SET LOCAL max_parallel_workers_per_gather = 0");
          statement.execute("SET LOCAL jit = off");
        }
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(autoCommit);
      }
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
    return List.of(Sweeps.alongSessions(prefix, sessionsInDatabase), Sweeps.alongUsers(prefix));
  }
}
