package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.search.Expansion;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Lays the scopes of the database over the ledger as often as each needs, and deletes those that
 * are done with. A scope that fails holds up no other. Doubts are left to the reconciler. Not
 * thread-safe.
 */
final class ScopePasses {

  private static final Logger LOG = Logger.getLogger(ScopePasses.class);

  /** Lays one scope over the ledger. */
  @FunctionalInterface
  interface Pass {

    /** Does it, and says what it came to. */
    Expansion over(RevocationScope scope) throws SQLException;
  }

  private final LedgerDatabase database;
  private final Pass pass;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final ScopeSchedule schedule = new ScopeSchedule();

  /** With its collaborators. */
  ScopePasses(LedgerDatabase database, Pass pass, RevocationMetrics metrics, Clock clock) {
    this.database = database;
    this.pass = pass;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * One round.
   *
   * @param began when the round began
   * @return the time up to which every committed scope has been laid over the ledger; empty if that
   *     cannot be said, since one failed or since none of the rounds so far saw them all
   */
  Optional<Moment> round(Moment began) throws SQLException {
    List<RevocationScope> all =
        database.call(c -> database.scopes().all(c)).stream().filter(s -> !s.isDoubt()).toList();
    boolean complete = true;
    for (RevocationScope scope : schedule.due(all, began)) {
      complete &= passes(scope);
    }
    List<RevocationScope> finished = schedule.finished(all);
    database.run(c -> database.scopes().delete(c, finished));
    return complete ? schedule.completeUntil() : Optional.empty();
  }

  private boolean passes(RevocationScope scope) {
    long began = clock.millis();
    try {
      Expansion expansion = pass.over(scope);
      metrics.lateFinds(expansion.found());
      if (expansion.undecided() > 0) {
        return false;
      }
      schedule.passed(scope, began);
      return true;
    } catch (SQLException | RuntimeException e) {
      LOG.warnf(
          e,
          "Revocation by %s of %s is delayed: its scope could not be laid over the ledger; it is"
              + " tried again",
          scope.cause(),
          scope.kind());
      return false;
    }
  }
}
