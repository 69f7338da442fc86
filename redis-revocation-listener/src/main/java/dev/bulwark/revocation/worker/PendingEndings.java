package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.search.Expansion;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Lays the endings of the database over the ledger as often as each needs, and deletes those that
 * are done with. An ending that fails holds up no other. Doubts are left to the reconciler. Not
 * thread-safe.
 */
final class PendingEndings {

  private static final Logger LOG = Logger.getLogger(PendingEndings.class);

  /** Lays one ending over the ledger. */
  @FunctionalInterface
  interface Pass {

    /** Does it, and says what it came to. */
    Expansion over(Ending ending) throws SQLException;
  }

  private final LedgerDatabase database;
  private final Pass pass;
  private final Supplier<OptionalLong> rowsWritten;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final LongSupplier nanos;
  private final EndingSchedule schedule = new EndingSchedule();

  /**
   * With its collaborators.
   *
   * @param rowsWritten until when the tokens that have left any node have their rows in the ledger,
   *     by {@link System#nanoTime()}; may wait a little for that
   * @param nanos {@link System#nanoTime()}
   */
  PendingEndings(
      LedgerDatabase database,
      Pass pass,
      Supplier<OptionalLong> rowsWritten,
      RevocationMetrics metrics,
      Clock clock,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.database = database;
    this.pass = pass;
    this.rowsWritten = rowsWritten;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * One round.
   *
   * @param began when the round began
   * @return the time up to which every committed ending has been laid over the ledger; empty if
   *     that cannot be said, since one failed or since none of the rounds so far saw them all. An
   *     ending counts when a pass of it began with all rows written
   */
  Optional<Moment> round(Moment began) throws SQLException {
    List<Ending> all =
        database.call(c -> database.endings().all(c)).stream()
            .filter(s -> !s.requiresVerification())
            .toList();
    boolean complete = true;
    for (Ending ending : schedule.due(all, began, nanos.getAsLong(), rowsWritten)) {
      complete &= passes(ending);
    }
    List<Ending> finished = schedule.finished(all);
    database.run(c -> database.endings().delete(c, finished));
    return complete ? schedule.completeUntil() : Optional.empty();
  }

  /**
   * Since when tokens of an ending may be missing in Redis because no pass of it had all rows,
   * milliseconds since 1970; 0 if there is no such ending.
   */
  long lackingRowsSince() {
    return schedule.lackingRowsSince();
  }

  private boolean passes(Ending ending) {
    long began = clock.millis();
    try {
      Expansion expansion = pass.over(ending);
      metrics.lateFinds(expansion.found());
      if (expansion.undecided() > 0) {
        return false;
      }
      schedule.passed(ending, began);
      return true;
    } catch (SQLException | RuntimeException e) {
      LOG.warnf(
          e,
          "Revocation by %s of %s is delayed: its ending could not be applied to "
              + "the ledger. The attempt is repeated",
          ending.cause(),
          ending.kind());
      return false;
    }
  }
}
