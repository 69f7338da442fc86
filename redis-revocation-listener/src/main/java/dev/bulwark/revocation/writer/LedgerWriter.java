package dev.bulwark.revocation.writer;

import dev.bulwark.http.CircuitBreaker;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.DatabaseFailure;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Writes issued tokens to the ledger before they leave the server. A token whose row the database
 * does not take must not leave. Thread-safe.
 *
 * <p>After a timeout, as when somebody has locked the table, one row at a time is tried, and the
 * others fail at once: requests that wait would need up all connections of Keycloak's pool.
 */
public final class LedgerWriter {

  private static final Logger LOG = Logger.getLogger(LedgerWriter.class);

  private static final int MAX_BATCH = 256;

  /** How much longer than the time limit others wait for the request that writes their row. */
  private static final Duration EXTRA_TIMEOUT = Duration.ofMillis(500);

  /** Between two tries of a database that has not taken a row in time. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Half of the time in which a logout searches the ledger again: see {@code EndingSchedule}. */
  private static final long LATE_SECONDS = 30;

  private final LedgerDatabase database;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final Duration limit;
  private final Runnable late;
  private final GroupCommit<LedgerToken> commits;
  private final FailoverGuard guard;
  private final CircuitBreaker circuit = new CircuitBreaker(1, PAUSE, System::nanoTime);

  /**
   * Creates a writer.
   *
   * @param limit how long a row's write may take, rounded up to seconds
   * @param late run after rows were written so long after their tokens that the last pass of a
   *     logout may have missed them; must not wait, and not throw
   */
  public LedgerWriter(
      LedgerDatabase database,
      RevocationMetrics metrics,
      Clock clock,
      Duration limit,
      Runnable late) {
    this.database = database;
    this.metrics = metrics;
    this.clock = clock;
    this.limit = limit;
    this.late = late;
    this.commits = new GroupCommit<>(this::write, MAX_BATCH, limit.plus(EXTRA_TIMEOUT));
    this.guard = new FailoverGuard(database, metrics);
  }

  /**
   * Queues the row of a token that is being issued. Does not wait; the row may be written at once,
   * in a transaction of its own.
   */
  public Ticket<LedgerToken> queueRow(LedgerToken token) {
    return commits.queue(token);
  }

  /**
   * Returns when the row is in the database.
   *
   * @throws Exception if the database did not take it
   */
  public void awaitRow(Ticket<LedgerToken> ticket) throws Exception {
    long started = System.nanoTime();
    try {
      commits.await(ticket);
    } finally {
      metrics.ledgerTime().record(Duration.ofNanos(System.nanoTime() - started));
    }
  }

  private void write(List<LedgerToken> tokens) throws SQLException {
    if (!circuit.mayAsk()) {
      throw new SQLTimeoutException(
          "The ledger has not taken a row in time and is tried once a second");
    }
    boolean timedOut = false;
    try {
      insert(tokens);
    } catch (SQLException e) {
      timedOut = DatabaseFailure.isTimeout(e);
      throw e;
    } finally {
      if (timedOut) {
        circuit.failed();
      } else {
        // Whatever the database thinks of these rows: it has answered in time.
        circuit.succeeded();
      }
    }
  }

  private void insert(List<LedgerToken> tokens) throws SQLException {
    // Known before they are written: a failover in between is noticed after it.
    String server = guard.server();
    database.insertTokens(limit, tokens);
    guard.written(tokens, server);
    long now = Math.floorDiv(clock.millis(), 1000L);
    if (tokens.stream().anyMatch(token -> now - token.issuedAt() > LATE_SECONDS)) {
      late.run();
    }
  }

  /**
   * Writes again what a failover of the database may have lost. Called over and over on every node.
   *
   * @throws SQLException if the database does not answer; nothing is forgotten then
   */
  public void guard() throws SQLException {
    if (guard.check()) {
      late.run();
    }
  }

  /**
   * Whether the database has the rows of all tokens that have left any node: not right after a
   * failover. False as well if that cannot be known.
   */
  public boolean isSettled() {
    try {
      return guard.isSettled();
    } catch (SQLException e) {
      LOG.debug("It is not known whether the database has all rows", e);
      return false;
    }
  }
}
