package dev.bulwark.backchannel.outbox;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;

/**
 * The database's clock, and this node's where that is behind it. All nodes read the times that one
 * of them has written: a node whose clock is ahead would take new notices for old ones, and one
 * whose clock is behind would keep no pause of the others. The database's time goes on with the
 * JVM's timer between two comparisons. So a jump of the node's clock has no effect. Thread-safe.
 */
public final class NoticeClock {

  private final LongSupplier nodeClock;
  private final LongSupplier timer;
  private volatile @Nullable Comparison compared;

  private record Comparison(long database, long nanos) {}

  /** Whoever has the clock of a server. */
  public interface Owner {

    /** The clock of the times in notices. */
    NoticeClock clock();
  }

  /** Creates one that is the node's clock until it is compared. */
  public NoticeClock() {
    this(System::currentTimeMillis, System::nanoTime);
  }

  /**
   * With clocks.
   *
   * @param nodeClock epoch milliseconds
   * @param timer nanoseconds since any time
   */
  NoticeClock(LongSupplier nodeClock, LongSupplier timer) {
    this.nodeClock = nodeClock;
    this.timer = timer;
  }

  /** Returns the clock of a server: all that make notices use the same one. */
  public static NoticeClock of(KeycloakSessionFactory factory) {
    return factory
        .getProviderFactoriesStream(AdminRealmResourceProvider.class)
        .filter(Owner.class::isInstance)
        .map(Owner.class::cast)
        .findFirst()
        .map(Owner::clock)
        .orElseGet(NoticeClock::new);
  }

  /** Returns the JVM's timer, for {@link #setDatabaseTime}. */
  public long nanos() {
    return timer.getAsLong();
  }

  /**
   * Notes the database's time.
   *
   * @param database epoch milliseconds
   * @param asked the timer before the database was asked
   */
  public void setDatabaseTime(long database, long asked) {
    compared = new Comparison(database, asked);
  }

  /**
   * When a notice is made, and what its age is measured by: the earlier of the node's time and the
   * database's, epoch milliseconds. Keycloak notes the last use of a session by the node's clock. A
   * use after a notice must not seem to be before it.
   */
  public long millis() {
    return Math.min(nodeClock.getAsLong(), databaseMillis());
  }

  /**
   * What notices and receivers wait by: the database's time, the same for all nodes, epoch
   * milliseconds. It is the node's own until they are compared.
   */
  public long databaseMillis() {
    Comparison known = compared;
    return known == null
        ? nodeClock.getAsLong()
        : known.database + TimeUnit.NANOSECONDS.toMillis(timer.getAsLong() - known.nanos);
  }
}
