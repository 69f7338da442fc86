package dev.bulwark.delivery;

import dev.bulwark.factory.TimeLimit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.connections.jpa.JpaConnectionProviderFactory;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * The database's clock, and this node's where that is behind it. All nodes read the times that one
 * of them has written: a node whose clock is ahead would take new messages for old ones, and one
 * whose clock is behind would keep no pause of the others. The database's time goes on with the
 * JVM's timer between two comparisons. So a jump of the node's clock has no effect. Thread-safe.
 */
public final class DeliveryClock {

  private static final Logger LOG = Logger.getLogger(DeliveryClock.class);

  /** For the database to tell its time. */
  private static final Duration ANSWER_TIME = Duration.ofSeconds(5);

  private final LongSupplier nodeClock;
  private final LongSupplier timer;
  private volatile @Nullable Comparison compared;

  private record Comparison(long database, long nanos) {}

  /** Creates one that is the node's clock until it is compared. */
  public DeliveryClock() {
    this(System::currentTimeMillis, System::nanoTime);
  }

  /**
   * With clocks.
   *
   * @param nodeClock epoch milliseconds
   * @param timer nanoseconds since any time
   */
  DeliveryClock(LongSupplier nodeClock, LongSupplier timer) {
    this.nodeClock = nodeClock;
    this.timer = timer;
  }

  /**
   * Compares it with the database's, by a connection of its own, outside of any transaction of
   * Keycloak's.
   */
  public void compare(KeycloakSessionFactory factory) {
    JpaConnectionProviderFactory database =
        (JpaConnectionProviderFactory) factory.getProviderFactory(JpaConnectionProvider.class);
    try (Connection connection = database.getConnection()) {
      TimeLimit.answered(
          connection,
          ANSWER_TIME,
          answering -> {
            DatabaseTime.compare(this, answering);
            return true;
          });
    } catch (SQLException e) {
      // The last comparison holds. If the database is away, the reads that follow tell of it.
      LOG.debug("The database's clock could not be read", e);
    }
  }

  /** Returns the JVM's timer, for {@link #setDatabaseTime}. */
  long nanos() {
    return timer.getAsLong();
  }

  /**
   * Notes the database's time.
   *
   * @param database epoch milliseconds
   * @param asked the timer before the database was asked
   */
  void setDatabaseTime(long database, long asked) {
    compared = new Comparison(database, asked);
  }

  /**
   * When a message is made, and what its age is measured by: the earlier of the node's time and the
   * database's, epoch milliseconds. Keycloak notes the last use of a session by the node's clock. A
   * use after a logout notice must not seem to be before it.
   */
  public long millis() {
    return Math.min(nodeClock.getAsLong(), databaseMillis());
  }

  /**
   * What messages and receivers wait by: the database's time, the same for all nodes, epoch
   * milliseconds. It is the node's own until they are compared.
   */
  public long databaseMillis() {
    Comparison known = compared;
    return known == null
        ? nodeClock.getAsLong()
        : known.database + TimeUnit.NANOSECONDS.toMillis(timer.getAsLong() - known.nanos);
  }
}
