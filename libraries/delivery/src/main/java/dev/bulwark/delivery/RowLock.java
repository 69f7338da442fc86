package dev.bulwark.delivery;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.PessimisticLockException;
import java.util.Optional;
import org.hibernate.Timeouts;

/**
 * Rows that one node at a time has. The database frees one when the transaction of its node ends,
 * however it ends: no clock and no lease is needed.
 */
public final class RowLock {

  private RowLock() {}

  /**
   * Locks a row until the end of the transaction. It has to be the first statement of a
   * transaction: what is read after it then includes what the last holder has committed.
   *
   * @param id attribute of the entity that is its key
   * @return empty if another node has it, and if there is none
   */
  public static <E> Optional<E> take(
      EntityManager entities, Class<E> entity, String id, Object value) {
    try {
      return entities
          .createQuery("select r from " + entity.getName() + " r where r." + id + " = :id", entity)
          .setParameter("id", value)
          .setLockMode(LockModeType.PESSIMISTIC_WRITE)
          .setHint("jakarta.persistence.lock.timeout", Timeouts.SKIP_LOCKED_MILLI)
          .getResultStream()
          .findFirst();
    } catch (LockTimeoutException | PessimisticLockException e) {
      return Optional.empty();
    }
  }
}
