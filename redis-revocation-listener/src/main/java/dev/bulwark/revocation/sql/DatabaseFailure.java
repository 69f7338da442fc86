package dev.bulwark.revocation.sql;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Classifies the exceptions of database drivers. */
public final class DatabaseFailure {

  /** SQLState class of connection exceptions, in every dialect. */
  private static final String CONNECTION = "08";

  /** PostgreSQL: the server shuts down, has crashed, or is starting. */
  private static final String SHUTDOWN = "57P0";

  /** PostgreSQL: the server has become a standby, which refuses to write. */
  private static final String READ_ONLY = "25006";

  /**
   * A statement or a wait for a lock took too long: PostgreSQL (canceled, no lock), MariaDB and
   * MySQL (canceled), H2 (no lock, canceled).
   */
  private static final Set<String> TIMEOUTS = Set.of("57014", "55P03", "70100", "HYT00");

  /** MariaDB and MySQL: a wait for a lock took too long; the SQLState says nothing. */
  private static final int LOCK_WAIT_TIMEOUT = 1205;

  /** Exceptions can be chained in a circle. */
  private static final int MAX_DEPTH = 20;

  private DatabaseFailure() {}

  /** Whether a connection broke, or could not be made: another server may answer the next time. */
  public static boolean isConnectionLoss(@Nullable Throwable failure) {
    int depth = 0;
    for (Throwable at = failure; at != null && depth < MAX_DEPTH; at = at.getCause(), depth++) {
      if (at instanceof SQLRecoverableException
          || at instanceof SQLNonTransientConnectionException
          || at instanceof SQLTransientConnectionException) {
        return true;
      }
      if (at instanceof SQLException sql) {
        String state = sql.getSQLState();
        if (state != null
            && (state.startsWith(CONNECTION)
                || state.startsWith(SHUTDOWN)
                || state.equals(READ_ONLY))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a statement was given up since it took too long. */
  public static boolean isTimeout(@Nullable Throwable failure) {
    int depth = 0;
    for (Throwable at = failure; at != null && depth < MAX_DEPTH; at = at.getCause(), depth++) {
      if (at instanceof SQLTimeoutException) {
        return true;
      }
      if (at instanceof SQLException sql
          && ((sql.getSQLState() != null && TIMEOUTS.contains(sql.getSQLState()))
              || sql.getErrorCode() == LOCK_WAIT_TIMEOUT)) {
        return true;
      }
    }
    return false;
  }
}
