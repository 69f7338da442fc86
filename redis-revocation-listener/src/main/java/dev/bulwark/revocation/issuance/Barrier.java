package dev.bulwark.revocation.issuance;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Waits until the rows of all tokens that have left any node are in the ledger: it raises a barrier
 * in the database, and every node that may have such tokens acknowledges it after the next rows
 * that it writes. Thread-safe.
 */
final class Barrier {

  private static final Logger LOG = Logger.getLogger(Barrier.class);
  private static final Duration POLL = Duration.ofMillis(3);

  private final LedgerDatabase database;
  private final NodeTable nodes;
  private final NodeName name;

  Barrier(LedgerDatabase database, NodeTable nodes, NodeName name) {
    this.database = database;
    this.nodes = nodes;
    this.name = name;
  }

  /**
   * Waits for the others.
   *
   * @param silent nodes that do not beat: what they have not written is revoked when they are lost
   * @return false if that takes too long
   */
  boolean await(Duration limit, Set<String> silent) throws SQLException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    long barrier = database.callInTransaction(nodes::raise);
    while (true) {
      List<String> awaited =
          database.call(connection -> nodes.awaited(connection, name.get(), barrier));
      if (silent.containsAll(awaited)) {
        return true;
      }
      if (System.nanoTime() - end > 0) {
        LOG.warnf(
            "%s did not confirm within %d ms that all tokens are in the ledger. "
                + "Tokens that these nodes issued just before a logout are revoked later, "
                + "within a minute",
            awaited, limit.toMillis());
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }
}
