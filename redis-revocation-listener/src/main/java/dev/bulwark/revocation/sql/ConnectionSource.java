package dev.bulwark.revocation.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.function.Supplier;

/**
 * Gives connections of Keycloak's pool, in auto-commit mode. Must not be called on a thread with a
 * JTA transaction: the pool would enlist the connection in it.
 */
@FunctionalInterface
public interface ConnectionSource {

  /**
   * A connection that the caller closes.
   *
   * @throws java.sql.SQLTimeoutException if the pool had none in time
   */
  Connection open() throws SQLException;

  /** As Keycloak gives them: it wraps the pool's exceptions in unchecked ones. */
  static ConnectionSource ofKeycloak(Supplier<Connection> pool) {
    return () -> {
      try {
        return pool.get();
      } catch (RuntimeException e) {
        if (!(e.getCause() instanceof SQLException cause)) {
          throw e;
        }
        if (DatabaseFailure.isConnectionLoss(cause) || cause.getSQLState() != null) {
          throw cause;
        }
        // The pool's own exceptions have no SQLState; all say that it had no connection in time.
        throw new SQLTimeoutException(cause.getMessage(), cause);
      }
    };
  }
}
