package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.search.Expansion;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Lays the endings of the database over the ledger as often as each needs, and deletes those that
 * are done with. Those of sessions and single tokens are laid in sets. A set that fails is laid one
 * by one, so an ending that fails holds up no other. Those that failed come last, and a round ends
 * when it has spent some seconds on failures: whatever is to be written to Redis waits for its end.
 * Doubts are left to the reconciler. Not thread-safe.
 */
final class PendingEndings {

  private static final Logger LOG = Logger.getLogger(PendingEndings.class);

  /** Lays one ending over the ledger. */
  @FunctionalInterface
  interface Pass {

    /** Does it, and says what it came to. */
    Expansion over(Ending ending) throws SQLException;
  }

  /** Lays endings of one kind over the ledger, by a few statements. */
  @FunctionalInterface
  interface SetPass {

    /**
     * Does it.
     *
     * @param found is told how many tokens have been revoked, as soon as they have
     * @return those that it leaves to {@link Pass}
     */
    List<Ending> over(List<Ending> endings, IntConsumer found) throws SQLException;
  }

  private static final Comparator<Ending> OLDEST_FIRST =
      Comparator.comparingLong(Ending::createdAt).thenComparing(Ending::id);

  /** A user store that is unreachable can take this long for one ending. */
  private static final Duration MAX_FAILING_TIME = Duration.ofSeconds(10);

  private final LedgerDatabase database;
  private final Pass pass;
  private final SetPass setPass;
  private final Supplier<OptionalLong> rowsWritten;
  private final RevocationMetrics metrics;
  private final LongSupplier nanos;
  private final EndingSchedule schedule = new EndingSchedule();

  /** Those that the last round has read, by their id. A row never changes. */
  private final Map<String, Ending> known = new HashMap<>();

  /** Ids of those that the last round could not read: they are of no kind that is known here. */
  private Set<String> unread = Set.of();

  /** Ids of those that two rounds could not read, and that the log has told of. */
  private Set<String> reported = Set.of();

  /** Ids of those that failed where others of their set did not: they would spoil every set. */
  private final Set<String> spoilers = new HashSet<>();

  /** The number of the last failure of each that failed, by its id. */
  private final Map<String, Long> failing = new HashMap<>();

  private long failures;

  /** How long passes of this round that failed have taken, nanoseconds. */
  private long failingTime;

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
      SetPass setPass,
      Supplier<OptionalLong> rowsWritten,
      RevocationMetrics metrics,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.database = database;
    this.pass = pass;
    this.setPass = setPass;
    this.rowsWritten = rowsWritten;
    this.metrics = metrics;
  }

  /**
   * One round.
   *
   * @param began when the round began
   * @return the time up to which every committed ending has been laid over the ledger; empty if
   *     that cannot be said, since one failed or cannot be read, or since none of the rounds so far
   *     saw them all. An ending counts when a pass of it began with all rows written
   */
  Optional<Moment> round(Moment began) throws SQLException {
    List<Ending> all =
        read().stream().filter(s -> !s.requiresVerification()).sorted(OLDEST_FIRST).toList();
    boolean complete = unread.isEmpty();
    List<Ending> due =
        schedule.due(all, began, nanos.getAsLong(), rowsWritten).stream()
            .sorted(Comparator.comparingLong(s -> failing.getOrDefault(s.id(), 0L)))
            .toList();
    failingTime = 0;
    for (List<Ending> set : EndingSets.of(due, ending -> !spoilers.contains(ending.id()))) {
      complete &= set.size() == 1 ? passesAlone(set.get(0)) : passes(set);
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

  /** All endings. Each stays for a minute and more, so most were read by an earlier round. */
  private List<Ending> read() throws SQLException {
    return database.call(
        connection -> {
          Set<String> ids = database.endings().ids(connection);
          known.keySet().retainAll(ids);
          spoilers.retainAll(ids);
          failing.keySet().retainAll(ids);
          ids.removeAll(known.keySet());
          for (Ending ending : database.endings().of(connection, ids)) {
            known.put(ending.id(), ending);
          }
          ids.removeAll(known.keySet());
          reportUnread(ids);
          return List.copyOf(known.values());
        });
  }

  /** Only what two rounds could not read: another node may have deleted a row in between. */
  private void reportUnread(Set<String> ids) {
    Set<String> again = new HashSet<>(ids);
    again.retainAll(unread);
    unread = ids;
    if (!reported.containsAll(again)) {
      LOG.errorf(
          "%d rows of BULWARK_REVOCATION_SCOPE cannot be read (one has the ID %s). A later version"
              + " of the bundle may have written them, and only its nodes can apply them. Until"
              + " these rows are gone, revocation:complete does not advance.",
          again.size(), again.iterator().next());
    }
    reported = again;
  }

  private boolean passes(List<Ending> set) {
    long began = nanos.getAsLong();
    List<Ending> left = set;
    try {
      left = setPass.over(set, metrics::lateFinds);
    } catch (SQLException | RuntimeException e) {
      LOG.warnf(
          e, "%d endings could not be applied together. Each is applied by itself", set.size());
    }
    Set<Ending> rest = new HashSet<>(left);
    List<String> failed = new ArrayList<>();
    boolean postponed = false;
    for (Ending ending : set) {
      if (!rest.contains(ending)) {
        schedule.passed(ending, began);
        failing.remove(ending.id());
      } else if (!hasTime()) {
        postponed = true;
      } else if (!passes(ending)) {
        failed.add(ending.id());
      }
    }
    if (failed.size() < set.size()) {
      // Else it is the database that fails, and the next round has to be fast.
      spoilers.addAll(failed);
    }
    return failed.isEmpty() && !postponed;
  }

  /** Whether this round may go on with endings that are laid alone. */
  private boolean hasTime() {
    return failingTime < MAX_FAILING_TIME.toNanos();
  }

  private boolean passesAlone(Ending ending) {
    boolean passed = hasTime() && passes(ending);
    if (passed) {
      spoilers.remove(ending.id());
    }
    return passed;
  }

  private boolean passes(Ending ending) {
    long began = nanos.getAsLong();
    boolean passed = isApplied(ending);
    if (passed) {
      schedule.passed(ending, began);
      failing.remove(ending.id());
    } else {
      failures++;
      failing.put(ending.id(), failures);
      failingTime += nanos.getAsLong() - began;
    }
    return passed;
  }

  private boolean isApplied(Ending ending) {
    try {
      Expansion expansion = pass.over(ending);
      metrics.lateFinds(expansion.found());
      return expansion.undecided() == 0;
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
