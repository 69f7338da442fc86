package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jboss.logging.Logger;

/**
 * Writes issued tokens to the ledger before they leave the server. If the database refuses, the
 * token goes out all the same and its row is tried again in the background. Thread-safe.
 */
public final class LedgerWriter {

  private static final Logger LOG = Logger.getLogger(LedgerWriter.class);

  private static final int MAX_BATCH = 256;
  private static final int MAX_UNWRITTEN = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final LedgerDatabase database;
  private final RevocationMetrics metrics;
  private final GroupCommit<LedgerToken> commits;
  private final BlockingQueue<LedgerToken> unwritten = new ArrayBlockingQueue<>(MAX_UNWRITTEN);

  /** With its collaborators. */
  public LedgerWriter(LedgerDatabase database, RevocationMetrics metrics) {
    this.database = database;
    this.metrics = metrics;
    this.commits = new GroupCommit<>(this::insert, MAX_BATCH, PATIENCE);
  }

  /**
   * Writes a token's row. Returns when it is with the database, or has been set aside because the
   * database refused. Never throws.
   */
  public void write(LedgerToken token) {
    long started = System.nanoTime();
    try {
      commits.write(token);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      setAside(token, e);
    } catch (Exception e) {
      setAside(token, e);
    } finally {
      metrics.ledgerTime().record(Duration.ofNanos(System.nanoTime() - started));
    }
  }

  /** Writes what has been set aside; stops at the first failure. */
  public void retry() throws Exception {
    List<LedgerToken> again = new ArrayList<>();
    unwritten.drainTo(again, MAX_BATCH);
    while (!again.isEmpty()) {
      try {
        insert(again);
      } catch (Exception e) {
        again.forEach(unwritten::offer);
        throw e;
      }
      again.clear();
      unwritten.drainTo(again, MAX_BATCH);
    }
  }

  private void insert(List<LedgerToken> tokens) throws Exception {
    database.run(
        connection -> {
          database.tokens().insert(connection, tokens);
        });
  }

  private void setAside(LedgerToken token, Exception failure) {
    boolean kept = unwritten.offer(token);
    metrics.ledgerFailed();
    LOG.warnf(
        failure,
        "A token was issued without a row in the ledger; %s",
        kept ? "it is tried again" : "too many wait already, its revocation can be missed");
  }
}
