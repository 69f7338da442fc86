package dev.bulwark.statuslist.store;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.bulwark.statuslist.store.StatusTables.Lease;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives tokens their places in the lists. A place comes from a lease, so that a token costs no
 * statement. Thread-safe.
 */
public final class IndexSupply {

  private static final Logger LOG = Logger.getLogger(IndexSupply.class);

  /** Places of a lease. A node that stops loses the rest of it. */
  private static final int LEASE_SIZE = 2_048;

  /** The next lease is fetched when so few are left. */
  private static final int REFILL_THRESHOLD = LEASE_SIZE / 2;

  /** How long a token waits for the first lease of its list. */
  private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(2);

  /** After a failure no token waits for so long. */
  private static final Duration FAILURE_PAUSE = Duration.ofSeconds(1);

  private static final Duration MAX_IDLE = Duration.ofMinutes(10);

  /** Lists stay so much longer than their tokens, for clocks that differ. */
  private static final long RETENTION_SECONDS = 60;

  private final StatusDatabase database;
  private final long window;
  private final Clock clock;

  /** Long tokens have many lists: a node keeps places of those that it has used lately. */
  private final LoadingCache<Key, Places> places =
      Caffeine.newBuilder().maximumSize(500).expireAfterAccess(MAX_IDLE).build(Places::new);

  /**
   * With its collaborators.
   *
   * @param window seconds in which the tokens of a list expire
   */
  public IndexSupply(StatusDatabase database, long window, Clock clock) {
    this.database = database;
    this.window = window;
    this.clock = clock;
  }

  /**
   * Returns the end of the last lists that nobody needs any more, seconds since 1970. It does not
   * depend on this node's clock alone: one that is ahead would take lists of live tokens from all
   * nodes.
   *
   * @param now milliseconds since 1970
   * @param completeUntil of all realms that are not held
   */
  static long retiredBy(long now, long completeUntil) {
    return Math.floorDiv(Math.min(now, completeUntil), 1000L) - RETENTION_SECONDS;
  }

  private record Key(String realmId, long end) {}

  /**
   * Takes a place for a token; waits if it is the first of its list.
   *
   * @param expiresAt {@code exp} of the token, seconds since 1970
   * @return empty if the database does not answer
   */
  public Optional<StatusReference> take(String realmId, long expiresAt) {
    return Optional.ofNullable(places.get(new Key(realmId, windowEnd(expiresAt))).take());
  }

  private long windowEnd(long expiresAt) {
    return Math.floorDiv(expiresAt + window - 1, window) * window;
  }

  /** The places of this node in one list. Guarded by itself. */
  private final class Places {

    private final Key key;
    private @Nullable Range current;
    private @Nullable CompletableFuture<Range> next;
    private @Nullable Long pausedUntil;

    Places(Key key) {
      this.key = key;
    }

    synchronized @Nullable StatusReference take() {
      Range range = current;
      if (range == null || range.left() == 0) {
        range = awaitNext();
        if (range == null) {
          return null;
        }
        current = range;
      }
      StatusReference place = range.take();
      if (range.left() < REFILL_THRESHOLD) {
        fetchAhead();
      }
      return place;
    }

    /** A failure is of no consequence yet, and is tried again after the pause. */
    private void fetchAhead() {
      if (next != null && next.isCompletedExceptionally()) {
        next = null;
        pause();
      }
      if (next == null && !isPaused()) {
        next = lease();
      }
    }

    private @Nullable Range awaitNext() {
      if (isPaused()) {
        return null;
      }
      try {
        CompletableFuture<Range> coming =
            next == null || next.isCompletedExceptionally() ? lease() : next;
        next = coming;
        Range range = coming.get(LEASE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        next = null;
        return range;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } catch (ExecutionException | TimeoutException e) {
        LOG.warnf(
            e,
            "No place in a token status list could be leased. Tokens are issued without the claim"
                + " status, and applications that need it reject them. The lease is tried again."
                + " Check the database.");
        next = null;
        pause();
        return null;
      }
    }

    private void pause() {
      pausedUntil = System.nanoTime() + FAILURE_PAUSE.toNanos();
    }

    private boolean isPaused() {
      return pausedUntil != null && System.nanoTime() - pausedUntil < 0;
    }

    private CompletableFuture<Range> lease() {
      return database.start(
          (tables, connection) -> {
            Lease lease = tables.lease(connection, key.realmId, key.end, LEASE_SIZE);
            if (lease.from() == 0) {
              tables.deleteRetired(
                  connection, retiredBy(clock.millis(), tables.completeUntil(connection).all()));
            }
            return new Range(lease);
          });
    }
  }

  /** The places of one lease. Guarded by its {@link Places}. */
  private static final class Range {

    private final String list;
    private final IndexOrder order;
    private final int to;
    private int position;

    Range(Lease lease) {
      this.list = lease.list().id();
      this.order = new IndexOrder(lease.list().secret());
      this.position = lease.from();
      this.to = lease.to();
    }

    int left() {
      return to - position;
    }

    StatusReference take() {
      return new StatusReference(list, order.index(position++));
    }
  }
}
