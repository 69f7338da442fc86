package dev.bulwark.revocation.issuance;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Waits until the rows of all tokens that have left any node are in the ledger: it raises a barrier
 * in the database, and every node that may have such tokens acknowledges it after the next rows
 * that it writes. Thread-safe.
 *
 * <p>A node that cannot write its rows does not acknowledge, perhaps for minutes. Logouts wait for
 * it once and no more until it has acknowledged: what has its row must not wait for what has not.
 */
final class Barrier {

  private static final Logger LOG = Logger.getLogger(Barrier.class);
  private static final Duration POLL = Duration.ofMillis(3);

  /** No node has to acknowledge it. */
  private static final long NONE = 0;

  private static final Stalled NOBODY = new Stalled(Set.of(), NONE);

  private final LedgerDatabase database;
  private final NodeTable nodes;
  private final NodeName name;
  private final AtomicReference<Stalled> stalled = new AtomicReference<>(NOBODY);

  Barrier(LedgerDatabase database, NodeTable nodes, NodeName name) {
    this.database = database;
    this.nodes = nodes;
    this.name = name;
  }

  /**
   * Waits for the others.
   *
   * @param silent nodes that do not beat: what they have not written is revoked when they are lost
   * @return false if that takes too long; at once if only such nodes are missing that were waited
   *     for in vain before
   */
  boolean await(Duration limit, Set<String> silent) throws SQLException, InterruptedException {
    Set<String> busy = busy();
    busy.removeAll(silent);
    if (busy.isEmpty()) {
      // Nobody has to acknowledge: to raise one would make all logouts wait for one row.
      return true;
    }
    Set<String> known = stalled();
    if (known.containsAll(busy)) {
      return false;
    }
    long barrier = database.callInTransaction(nodes::raise);
    Set<String> ignored = new HashSet<>(silent);
    ignored.addAll(known);
    Set<String> missing = missing(barrier, limit, ignored);
    missing.removeAll(silent);
    if (missing.isEmpty()) {
      return true;
    }
    if (!known.containsAll(missing)) {
      stalled.set(new Stalled(Set.copyOf(missing), barrier));
      LOG.warnf(
          "%s did not confirm within %d ms that all tokens are in the ledger. The tokens that these"
              + " nodes issued just before a logout are revoked when they have their rows. Until"
              + " then logouts do not wait for these nodes, and revocation:complete does not"
              + " advance. Check their logs and the database.",
          missing, limit.toMillis());
    }
    return false;
  }

  /**
   * Whether the others have all their rows, silent nodes too. For one who asks again: it does not
   * say who is missing.
   *
   * @param limit how long to wait for that
   */
  boolean confirm(Duration limit) throws SQLException, InterruptedException {
    return isAcknowledged(raise(), limit);
  }

  /** Raises a barrier for {@link #isAcknowledged}, unless nobody has to acknowledge it. */
  long raise() throws SQLException {
    return busy().isEmpty() ? NONE : database.callInTransaction(nodes::raise);
  }

  /** Whether the database knows of a barrier: after a failover it may have fewer. */
  boolean isRaised(long barrier) throws SQLException {
    return barrier == NONE || database.call(nodes::barrier) >= barrier;
  }

  /**
   * Whether the others, silent nodes too, have the rows of all tokens that had left them when a
   * barrier was raised.
   *
   * @param limit how long to wait for that
   */
  boolean isAcknowledged(long barrier, Duration limit) throws SQLException, InterruptedException {
    return barrier == NONE || missing(barrier, limit, stalled()).isEmpty();
  }

  private Set<String> busy() throws SQLException {
    Set<String> busy = new HashSet<>(database.call(nodes::busy));
    busy.remove(name.get());
    return busy;
  }

  /** Those that have not acknowledged when only ignored ones are left, or the time is over. */
  private Set<String> missing(long barrier, Duration limit, Set<String> ignored)
      throws SQLException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    Set<String> missing = awaited(barrier);
    while (!ignored.containsAll(missing) && System.nanoTime() - end < 0) {
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      missing = awaited(barrier);
    }
    return missing;
  }

  private Set<String> awaited(long barrier) throws SQLException {
    return new HashSet<>(
        database.call(connection -> nodes.awaited(connection, name.get(), barrier)));
  }

  /** Those that have still not acknowledged the barrier at which they were waited for in vain. */
  private Set<String> stalled() throws SQLException {
    Stalled before = Objects.requireNonNull(stalled.get());
    if (before.names.isEmpty()) {
      return before.names;
    }
    Set<String> names = new HashSet<>();
    // If it is lost, nobody acknowledges it any more: they are waited for once more.
    if (isRaised(before.barrier)) {
      names.addAll(awaited(before.barrier));
      names.retainAll(before.names);
    }
    if (names.isEmpty()) {
      // Unless another logout has waited in vain meanwhile.
      stalled.compareAndSet(before, NOBODY);
    }
    return names;
  }

  private record Stalled(Set<String> names, long barrier) {}
}
