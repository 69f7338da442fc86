package dev.bulwark.password.stored;

import jakarta.persistence.QueryTimeoutException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Lets one count at a time through: each reads a whole table, and many at once would take the
 * database from those who log in. Thread-safe.
 */
final class CountGate {

  private static final Logger LOG = Logger.getLogger(CountGate.class);

  private final Semaphore free = new Semaphore(1);

  /**
   * Counts, unless another count is under way; does not wait for it.
   *
   * @return empty while another counts, and when the database gave up
   */
  Optional<StoredHashCount> count(Supplier<StoredHashCount> query) {
    if (!free.tryAcquire()) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.get());
    } catch (QueryTimeoutException e) {
      LOG.warnf("Stored passwords could not be counted in time: %s", e.getMessage());
      return Optional.empty();
    } finally {
      free.release();
    }
  }
}
