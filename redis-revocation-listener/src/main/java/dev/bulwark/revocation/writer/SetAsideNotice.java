package dev.bulwark.revocation.writer;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Tells the other nodes that rows are set aside on this one: it holds a lease in the database as
 * long as that is so. A logout at another node finds such a token only when its row is written, so
 * nobody may call the revocations complete before. A node that is killed loses its rows, and its
 * lease expires. Thread-safe.
 */
public final class SetAsideNotice {

  private static final Logger LOG = Logger.getLogger(SetAsideNotice.class);

  /** What the names of such leases begin with. */
  private static final String PREFIX = "set-aside:";

  private static final Duration LEASE_TIME = Duration.ofSeconds(15);

  private final LedgerDatabase database;
  private final LedgerWriter writer;
  private final String node = UUID.randomUUID().toString();
  private boolean held;

  /** The notice of the node with this writer. */
  public SetAsideNotice(LedgerDatabase database, LedgerWriter writer) {
    this.database = database;
    this.writer = writer;
  }

  /**
   * Takes, renews or gives back the lease. To be called every second or so, and at once when the
   * first row is set aside or the last one is written.
   */
  public synchronized void round() {
    boolean complete = writer.isComplete();
    try {
      if (!complete) {
        // Before it is taken: the answer may be lost.
        held = true;
        database.call(c -> database.leases().acquire(c, PREFIX + node, node, LEASE_TIME));
      } else if (held) {
        database.run(connection -> database.leases().remove(connection, PREFIX, node));
        held = false;
      }
    } catch (SQLException e) {
      LOG.debug("Other nodes could not be told whether rows are set aside; it is tried again", e);
    }
  }

  /**
   * Until when the tokens that have left any node have their rows in the ledger.
   *
   * @return a {@link System#nanoTime()}; empty if a node has set rows aside, if the database may
   *     lack some after a failover, or if that is unknown
   */
  public OptionalLong writtenUntil() {
    // Read first: a row that is set aside later belongs to a token that leaves later.
    long now = System.nanoTime();
    return writer.isComplete() && areOthersComplete() ? OptionalLong.of(now) : OptionalLong.empty();
  }

  /**
   * Whether each token of a user that has left any node has its row in the ledger; tries first to
   * write what is set aside here.
   *
   * @param limit how long to wait while another thread tries it
   * @return false as well if that cannot be known
   */
  public boolean hasAll(String realmId, String userId, Duration limit) throws InterruptedException {
    return writer.hasAll(realmId, userId, limit) && areOthersComplete();
  }

  private boolean areOthersComplete() {
    try {
      return writer.isSettled()
          && !database.call(c -> database.leases().isHeldElsewhere(c, PREFIX, node));
    } catch (SQLException e) {
      LOG.debug("It is not known whether other nodes have set rows aside", e);
      return false;
    }
  }
}
