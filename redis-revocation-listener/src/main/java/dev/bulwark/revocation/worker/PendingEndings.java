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
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Lays the endings of the database over the ledger as often as each needs, and deletes those that
 * are done with. Those of sessions and single tokens are laid in sets. A set that fails is laid one
 * by one, so an ending that fails holds up no other. Those that failed come last, and a round ends
 * when it has spent some seconds on failures: whatever is to be written to Redis waits for its end.
 * What cannot be laid holds up its realm and no other; a token that Keycloak cannot judge holds up
 * nothing but itself. Not thread-safe.
 */
public final class PendingEndings {

  private static final Logger LOG = Logger.getLogger(PendingEndings.class);

  /** Lays one ending over the ledger. */
  @FunctionalInterface
  public interface Pass {

    /** Does it, and says what it came to. */
    Expansion over(Ending ending) throws SQLException;
  }

  /** Lays endings of one kind over the ledger, by a few statements. */
  @FunctionalInterface
  public interface SetPass {

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
  private final BooleanSupplier isSettled;
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

  private final TroubledEndings troubled = new TroubledEndings();

  private final DoubtfulTokens doubts = new DoubtfulTokens();

  private Map<String, RealmTrouble> troubles = Map.of();

  /** How long passes of this round that failed have taken, nanoseconds. */
  private long failingTime;

  /**
   * With its collaborators.
   *
   * @param isSettled whether the tokens that have left any node have their rows in the ledger
   * @param nanos {@link System#nanoTime()}
   */
  public PendingEndings(
      LedgerDatabase database,
      Pass pass,
      SetPass setPass,
      BooleanSupplier isSettled,
      RevocationMetrics metrics,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.database = database;
    this.pass = pass;
    this.setPass = setPass;
    this.isSettled = isSettled;
    this.metrics = metrics;
  }

  /**
   * One round.
   *
   * @param began when the round began
   * @return the time up to which every committed ending has been laid over the ledger, but those of
   *     {@link #troubles}; empty if that cannot be said, since one cannot be read, or since none of
   *     the rounds so far saw them all. An ending counts when a pass of it began with all rows
   *     written
   */
  Optional<Moment> round(Moment began) throws SQLException {
    List<Ending> all =
        read().stream().filter(s -> !s.requiresVerification()).sorted(OLDEST_FIRST).toList();
    failingTime = 0;
    troubled.beginRound();
    for (List<Ending> set :
        EndingSets.of(due(all, began), ending -> !spoilers.contains(ending.id()))) {
      if (set.size() == 1) {
        passAlone(set.get(0));
      } else {
        pass(set);
      }
    }
    List<Ending> finished =
        schedule.finished(all).stream().filter(ending -> !doubts.isOf(ending)).toList();
    database.run(c -> database.endings().delete(c, finished));
    return completeUntil(all);
  }

  private List<Ending> due(List<Ending> all, Moment began) {
    long now = nanos.getAsLong();
    Set<Ending> due = new HashSet<>(schedule.due(all, began, isSettled));
    return all.stream()
        .filter(ending -> due.contains(ending) || doubts.isDue(ending, now))
        .sorted(Comparator.comparingLong(troubled::lastTrouble))
        .toList();
  }

  /** An ending that could not be laid is set aside: its realm is held, and no other. */
  private Optional<Moment> completeUntil(List<Ending> all) {
    boolean complete = unread.isEmpty();
    Map<String, RealmTrouble> found = new HashMap<>(doubts.byRealm());
    Set<String> aside = new HashSet<>();
    for (Ending ending : all) {
      String realm = ending.realmId();
      if (troubled.isStuck(ending) && schedule.isOpen(ending)) {
        complete &= realm != null;
        aside.add(ending.id());
        if (realm != null) {
          RealmTrouble other = found.getOrDefault(realm, RealmTrouble.NONE);
          long held = Math.min(other.completeUntil(), schedule.completeBefore(ending));
          found.put(realm, new RealmTrouble(held, other.inDoubt()));
        }
      }
    }
    troubles = Map.copyOf(found);
    metrics.inDoubt(doubts.count(), found.values().stream().filter(RealmTrouble::holds).count());
    return complete ? schedule.completeUntil(aside) : Optional.empty();
  }

  /** What the last round could not find out, by the id of the realm. */
  Map<String, RealmTrouble> troubles() {
    return troubles;
  }

  /** All endings. Each stays for a minute and more, so most were read by an earlier round. */
  private List<Ending> read() throws SQLException {
    return database.call(
        connection -> {
          Set<String> ids = database.endings().ids(connection);
          known.keySet().retainAll(ids);
          spoilers.retainAll(ids);
          troubled.retain(ids);
          doubts.retain(ids);
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

  private void pass(List<Ending> set) {
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
    for (Ending ending : set) {
      if (!rest.contains(ending)) {
        schedule.passed(ending, began);
        doubts.settled(ending);
        troubled.over(ending);
      } else if (!hasTime()) {
        troubled.postponed(ending);
      } else if (!passes(ending)) {
        failed.add(ending.id());
      }
    }
    if (failed.size() < set.size()) {
      // Else it is the database that fails, and the next round has to be fast.
      spoilers.addAll(failed);
    }
  }

  /** Whether this round may go on with endings that are laid alone. */
  private boolean hasTime() {
    return failingTime < MAX_FAILING_TIME.toNanos();
  }

  private void passAlone(Ending ending) {
    if (!hasTime()) {
      troubled.postponed(ending);
    } else if (passes(ending)) {
      spoilers.remove(ending.id());
    }
  }

  /** Whether a pass was applied and has left no token in doubt. */
  private boolean passes(Ending ending) {
    long began = nanos.getAsLong();
    boolean applied = isApplied(ending);
    if (applied) {
      schedule.passed(ending, began);
    }
    if (applied && !doubts.isOf(ending)) {
      troubled.over(ending);
      return true;
    }
    troubled.met(ending, applied);
    failingTime += nanos.getAsLong() - began;
    return false;
  }

  private boolean isApplied(Ending ending) {
    try {
      Expansion expansion = pass.over(ending);
      metrics.lateFinds(expansion.found());
      doubts.note(ending, expansion.inDoubt(), schedule.completeBefore(ending), nanos.getAsLong());
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
