package dev.bulwark.revocation;

import dev.bulwark.revocation.issuance.ReservedIds;
import dev.bulwark.revocation.writer.LedgerWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * Waits for the rows of issued tokens: an ending finds only tokens that have their rows.
 * Thread-safe.
 */
final class WrittenRows {

  private static final Logger LOG = Logger.getLogger(WrittenRows.class);

  /** The background work asks again in its next round. */
  private static final Duration ROUND = Duration.ofMillis(500);

  private final ReservedIds ids;
  private final LedgerWriter ledger;
  private final Duration timeout;

  WrittenRows(ReservedIds ids, LedgerWriter ledger, Duration timeout) {
    this.ids = ids;
    this.ledger = ledger;
    this.timeout = timeout;
  }

  /** Waits until tokens that have left this node have their rows. Never throws. */
  void awaitOwn() {
    try {
      ids.awaitOwn(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until tokens that have left any node have their rows. Never throws. */
  void awaitEach() {
    ledger.retrySoon();
    awaitAll();
  }

  private void awaitAll() {
    try {
      ids.awaitAll(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("The rows of other nodes were not waited for", e);
    }
  }

  /** Until when tokens that have left any node have their rows. Never throws. */
  OptionalLong writtenUntil() {
    try {
      return ids.writtenUntil(ROUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("Nodes could not be asked for the rows of their tokens", e);
    }
    return OptionalLong.empty();
  }

  /** Whether each token of a user that has left any node has its row in the ledger. */
  boolean hasAll(String realmId, String userId, Duration limit) throws InterruptedException {
    Duration each = limit.compareTo(timeout) < 0 ? limit : timeout;
    // Then all rows of this node are in or set aside, and those that are set aside are tried again.
    ids.awaitOwn(each);
    return ledger.hasAll(realmId, userId, each) && ids.awaitEvery(realmId, userId, each);
  }
}
