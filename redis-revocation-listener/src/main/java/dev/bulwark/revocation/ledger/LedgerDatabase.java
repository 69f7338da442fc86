package dev.bulwark.revocation.ledger;

import dev.bulwark.factory.TimeLimit;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.ConnectionSource;
import dev.bulwark.revocation.sql.DatabaseFailure;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The tables and the way to them. Thread-safe. */
public final class LedgerDatabase {

  /** Nobody waits for a statement of the background work; this one is stuck. */
  private static final Duration BACKGROUND = Duration.ofSeconds(30);

  /** The settings of {@link #callOverRange}, for the transaction. */
  private static final String OVER_RANGE =
      "SELECT set_config('plan_cache_mode', 'force_custom_plan', TRUE),"
          + " set_config('max_parallel_workers_per_gather', '0', TRUE),"
          + " set_config('jit', 'off', TRUE),"
          + " set_config('work_mem', GREATEST(pg_size_bytes(current_setting('work_mem')),"
          + " 33554432) / 1024 || 'kB', TRUE)";

  /**
   * The settings of {@link #callByIndex}, for the transaction. A table that has to be read all the
   * same has a cost for which PostgreSQL would compile the statement each time.
   */
  private static final String BY_INDEX =
      "SELECT set_config('enable_seqscan', 'off', TRUE), set_config('jit', 'off', TRUE)";

  private final ConnectionSource connections;
  private final SqlDialect dialect;
  private final TokenTable tokens;
  private final RevokedTable revoked;
  private final EndingTable endings;
  private final LeaseTable leases;
  private final SessionTable sessions;
  private final SwitchTable switches;
  private final LastSeenTable lastSeen;
  private final EndedSessions endedSessions;
  private final SuspectedKeys suspectedKeys;
  private final KeycloakRevokedTable keycloakRevoked;
  private final String prefix;
  private final AtomicLong losses = new AtomicLong();

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
    this.endings = new EndingTable(dialect, prefix);
    this.switches = new SwitchTable(dialect, prefix);
    this.leases = new LeaseTable(dialect, prefix);
    this.sessions = new SessionTable(dialect, prefix);
    this.lastSeen = new LastSeenTable(dialect, prefix);
    this.endedSessions = new EndedSessions(prefix);
    this.suspectedKeys = new SuspectedKeys(prefix);
    this.keycloakRevoked = new KeycloakRevokedTable(prefix, revoked);
  }

  /** Work on a connection. */
  @FunctionalInterface
  public interface Work<T> {

    /** Does it; each statement commits by itself. */
    T on(Connection connection) throws SQLException;
  }

  /**
   * Does work on a connection of its own. Each statement ends after 30 s at the latest, and after
   * 35 s if the host of the database is gone.
   */
  public <T> T call(Work<T> work) throws SQLException {
    return call(BACKGROUND, work);
  }

  /**
   * Does work on a connection of its own.
   *
   * @param limit time limit of each statement, rounded up to seconds; on H2 its lock timeout holds
   */
  public <T> T call(Duration limit, Work<T> work) throws SQLException {
    try (Connection connection = connections.open()) {
      return dialect.hasQueryTimeout()
          ? TimeLimit.call(connection, limit, work::on)
          : work.on(connection);
    } catch (SQLException e) {
      throw counted(e);
    }
  }

  /**
   * Does reading work over a range in one transaction. PostgreSQL plans its statements for the
   * values at hand, since it does not know how much of the table any range is. It uses one
   * processor only, which leaves the others to requests. It may use 32 MiB a step, or more if that
   * is its setting: with its default of 4 MiB it writes the sessions of a large realm to files.
   */
  public <T> T callOverRange(Work<T> work) throws SQLException {
    return callWith(OVER_RANGE, work);
  }

  /** Does reading work in one transaction for which PostgreSQL reads no table that has an index. */
  public <T> T callByIndex(Work<T> work) throws SQLException {
    return callWith(BY_INDEX, work);
  }

  private <T> T callWith(String settings, Work<T> work) throws SQLException {
    if (dialect != SqlDialect.POSTGRESQL) {
      return call(work);
    }
    return call(
        connection ->
            inTransaction(
                connection,
                same -> {
                  try (Statement statement = same.createStatement()) {
                    statement.execute(settings);
                  }
                  return work.on(same);
                }));
  }

  private static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try {
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

  /** Work on a connection without a result. */
  @FunctionalInterface
  public interface Task {

    /** Does it; each statement commits by itself. */
    void on(Connection connection) throws SQLException;
  }

  /** Does work on a connection of its own. Each statement ends after 30 s at the latest. */
  public void run(Task task) throws SQLException {
    call(
        connection -> {
          task.on(connection);
          return true;
        });
  }

  /**
   * Inserts issued tokens on a connection of its own, with a time limit as in {@link #call}; see
   * {@link TokenTable#insertUnflushed}.
   */
  public void insertTokens(Duration limit, List<LedgerToken> issued) throws SQLException {
    try (Connection connection = connections.open()) {
      if (dialect.hasQueryTimeout()) {
        TimeLimit.answered(connection, limit, limited -> insert(limited, limit, issued));
      } else {
        tokens.insertUnflushed(connection, issued, 0);
      }
    } catch (SQLException e) {
      throw counted(e);
    }
  }

  /** Every issued token goes this way: a limit for each statement of a connection costs more. */
  private boolean insert(Connection connection, Duration limit, List<LedgerToken> issued)
      throws SQLException {
    tokens.insertUnflushed(connection, issued, TimeLimit.seconds(limit));
    return true;
  }

  /**
   * Number of connections that were lost or could not be made. When it has grown, another server
   * may answer, which may lack the last commits.
   */
  public long losses() {
    return losses.get();
  }

  /**
   * Text that tells the server that answers now from every other one, so that a failover is noticed
   * that happened between two statements. A constant where the database has no such thing.
   */
  public String server() throws SQLException {
    return call(this::server);
  }

  private String server(Connection connection) throws SQLException {
    Map<String, String> values = new HashMap<>();
    try {
      Sql.query(
              connection,
              dialect.serverQuery(),
              Sql.Binder.NONE,
              row -> new String[] {row.getString(1), row.getString(2)})
          .forEach(value -> values.put(value[0], value[1]));
    } catch (SQLException e) {
      if (DatabaseFailure.isConnectionLoss(e) || DatabaseFailure.isTimeout(e)) {
        throw e;
      }
      // Something that only speaks the language, and has no such function.
    }
    return dialect.server(values);
  }

  private SQLException counted(SQLException failure) {
    if (DatabaseFailure.isConnectionLoss(failure)) {
      losses.incrementAndGet();
    }
    return failure;
  }

  /** The database's time, milliseconds since 1970. */
  public long now() throws SQLException {
    return call(
        connection ->
            Sql.first(
                    connection,
                    "SELECT " + dialect.nowMillis(),
                    Sql.Binder.NONE,
                    row -> row.getLong(1))
                .orElseThrow());
  }

  /** The issued tokens. */
  public TokenTable tokens() {
    return tokens;
  }

  /** The revoked tokens. */
  public RevokedTable revoked() {
    return revoked;
  }

  /** The endings. */
  public EndingTable endings() {
    return endings;
  }

  /** The realms, and since when their tokens are in the ledger. */
  public SwitchTable switches() {
    return switches;
  }

  /** The leases. */
  public LeaseTable leases() {
    return leases;
  }

  /** Keycloak's sessions. */
  public SessionTable sessions() {
    return sessions;
  }

  /** The names and states that were last seen. */
  public LastSeenTable lastSeen() {
    return lastSeen;
  }

  /** Sessions that have expired or were restarted. */
  public EndedSessions endedSessions() {
    return endedSessions;
  }

  /** API keys that may have died. */
  public SuspectedKeys suspectedKeys() {
    return suspectedKeys;
  }

  /** What Keycloak itself has revoked by jti. */
  public KeycloakRevokedTable keycloakRevoked() {
    return keycloakRevoked;
  }

  /** Does work in one transaction on a connection of its own, with the same time limit. */
  public void runInTransaction(Task task) throws SQLException {
    run(
        connection ->
            inTransaction(
                connection,
                same -> {
                  task.on(same);
                  return true;
                }));
  }

  /**
   * The comparison with Keycloak's own tables.
   *
   * @param sessionsInDatabase whether Keycloak writes online sessions to its database
   */
  public SuspectedTokens suspectedTokens(boolean sessionsInDatabase) {
    return new SuspectedTokens(prefix, sessionsInDatabase, dialect == SqlDialect.POSTGRESQL);
  }
}
