package dev.bulwark.revocation.writer;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.sql.Chunks;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Writes rows again that a failover of the database may have lost: a standby that follows
 * asynchronously lacks the last commits, while the tokens are with their clients and their sessions
 * are older and live on.
 *
 * <p>Each row is remembered with the server that answered before it was written. When another
 * server answers, or after a connection was lost, the rows are inserted again; a row that is there
 * already is left alone. Keycloak's pool may hide the loss of idle connections, so the server is
 * asked for its identity in every round.
 *
 * <p>Only rows of issued tokens need this. Whatever else the ledger holds follows from them and
 * from what Keycloak itself committed: a logout that was lost has left its session alive.
 *
 * <p>Thread-safe; {@link #check} is called by one thread.
 */
final class FailoverGuard {

  private static final Logger LOG = Logger.getLogger(FailoverGuard.class);

  /** How far a standby may be behind. */
  private static final Duration AGE = Duration.ofSeconds(60);

  /** 60 s of 1,000 tokens a second and more; about 50 MB. */
  private static final int MAX_ROWS = 100_000;

  /** Rows of one statement. */
  private static final int CHUNK = 1_000;

  /** The rows that were written before any server was known. */
  private static final String UNKNOWN = "";

  private final LedgerDatabase database;
  private final RevocationMetrics metrics;
  private final RecentRows<LedgerToken> recent;
  private volatile String server = UNKNOWN;
  private final SeenServers seen = new SeenServers();
  private long losses;

  FailoverGuard(LedgerDatabase database, RevocationMetrics metrics) {
    this(database, metrics, MAX_ROWS);
  }

  FailoverGuard(LedgerDatabase database, RevocationMetrics metrics, int maxRows) {
    this.database = database;
    this.metrics = metrics;
    this.recent = new RecentRows<>(maxRows, AGE);
  }

  /** The server that answered in the last round. */
  String server() {
    return server;
  }

  /**
   * Whether the server that answers now has the rows of all nodes: not right after a failover.
   *
   * @throws SQLException if the database does not answer
   */
  boolean isSettled() throws SQLException {
    return seen.isSettled(database.server(), System.nanoTime());
  }

  /**
   * Remembers rows that the database has acknowledged.
   *
   * @param before {@link #server()} before they were written
   */
  void written(List<LedgerToken> rows, String before) {
    int dropped = recent.add(rows, before, System.nanoTime());
    if (dropped > 0) {
      metrics.ledgerForgotten(dropped);
    }
  }

  /**
   * One round: compares the server with the last one and writes again what it may lack. Returns
   * whether it has written anything.
   */
  boolean check() throws SQLException {
    long lossesNow = database.losses();
    String answering = database.server();
    if (lossesNow != losses) {
      recent.doubt();
    }
    RecentRows.Missing<LedgerToken> missing = recent.missing(answering);
    List<LedgerToken> rows = missing.rows();
    if (!rows.isEmpty()) {
      LOG.debugf("%d rows of the ledger are written again", rows.size());
      for (List<LedgerToken> chunk : Chunks.of(rows, CHUNK)) {
        database.run(connection -> database.tokens().insert(connection, chunk));
      }
      metrics.ledgerRewritten(rows.size());
    }
    // Behind a load balancer the same servers answer in turn.
    if (seen.note(answering, System.nanoTime())) {
      LOG.warnf(
          "Another database server answers (%s, before %s), or the server was "
              + "restarted. %d rows of the last %d s were written to the ledger again, in"
              + " case a failover lost them",
          answering, server, rows.size(), AGE.toSeconds());
    }
    recent.confirm(missing, answering);
    recent.forget(answering, System.nanoTime());
    // At last: after a failure the next round does it again.
    losses = lossesNow;
    server = answering;
    return !rows.isEmpty();
  }
}
