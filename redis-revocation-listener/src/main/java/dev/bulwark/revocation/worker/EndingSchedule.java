package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.Ending;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * When an ending is laid over the ledger again. A request that was under way when the ending was
 * committed can add its token later; measured, one more pass after a second found all. The later
 * passes are for stalls.
 *
 * <p>A pass counts for {@link #completeUntil} when the rows of all tokens that had left before it
 * were in the ledger. If no pass was like that, as after a failover of the database, there is one
 * more as soon as they are in, and the ending stays until then.
 *
 * <p>Ages count from when this node first saw the ending in force, by {@link System#nanoTime()}.
 * The time in the ending is that of the event, which may have been committed much later, and of
 * another node's clock. And a clock that is set must neither skip passes nor put them off. Not
 * thread-safe.
 */
final class EndingSchedule {

  /** Ages at which a pass is due, milliseconds. After the last the ending is done with. */
  private static final long[] PASS_AGES = {500, 2_000, 5_000, 15_000, 60_000};

  private final Map<String, Entry> entries = new HashMap<>();
  private Optional<Moment> lastRound = Optional.empty();

  /**
   * Those of the endings that are due for a pass now; forgets endings that are gone. One that is
   * not in force yet is as if it were not there.
   *
   * @param endings all that were in the database
   * @param moment before they were read
   * @param isSettled whether the tokens that have left have their rows; asked only where that
   *     matters
   */
  List<Ending> due(List<Ending> endings, Moment moment, BooleanSupplier isSettled) {
    long now = moment.order();
    Map<String, Ending> inForce = new LinkedHashMap<>();
    for (Ending ending : endings) {
      if (ending.isInForce(moment.millis())) {
        inForce.put(ending.id(), ending);
        entries.computeIfAbsent(ending.id(), id -> new Entry(moment, lastRound));
      }
    }
    entries.keySet().retainAll(inForce.keySet());
    lastRound = Optional.of(moment);
    List<Entry> lacking =
        entries.values().stream().filter(entry -> entry.isOpen(now) && !entry.hasRows).toList();
    if (!lacking.isEmpty() && isSettled.getAsBoolean()) {
      lacking.forEach(entry -> entry.hasRows = true);
    }
    inForce.keySet().removeIf(id -> !entry(id).isDue(now));
    return List.copyOf(inForce.values());
  }

  private Entry entry(String id) {
    return Objects.requireNonNull(entries.get(id));
  }

  /**
   * Notes that a pass has succeeded.
   *
   * @param now when it began, by {@link System#nanoTime()}
   */
  void passed(Ending ending, long now) {
    Entry entry = entries.get(ending.id());
    if (entry != null) {
      entry.passes = entry.passesDue(now);
      entry.sure |= entry.hasRows;
    }
  }

  /** Those of the endings that have had their last pass, and one with all rows written. */
  List<Ending> finished(List<Ending> endings) {
    List<Ending> finished = new ArrayList<>();
    for (Ending ending : endings) {
      Entry entry = entries.get(ending.id());
      if (entry != null && entry.sure && entry.passes == PASS_AGES.length) {
        finished.add(ending);
      }
    }
    return finished;
  }

  /** Whether an ending has had no pass with all rows written yet. */
  boolean isOpen(Ending ending) {
    Entry entry = entries.get(ending.id());
    return entry != null && !entry.sure;
  }

  /**
   * Returns up to when everything is complete without an ending: the begin of the last round in
   * which it was not there yet, milliseconds since 1970; 0 if there was none.
   */
  long completeBefore(Ending ending) {
    Entry entry = entries.get(ending.id());
    return entry == null ? 0 : entry.notBefore.map(Moment::millis).orElse(0L);
  }

  /**
   * The begin of the last round of which every ending has had a pass with all rows written; empty
   * if there is none yet.
   *
   * @param aside ids of endings that do not count
   */
  Optional<Moment> completeUntil(Set<String> aside) {
    Optional<Moment> until = lastRound;
    for (Map.Entry<String, Entry> known : entries.entrySet()) {
      Entry entry = known.getValue();
      if (!entry.sure && !aside.contains(known.getKey())) {
        if (entry.notBefore.isEmpty()) {
          return Optional.empty();
        }
        Moment notBefore = entry.notBefore.get();
        until = Optional.of(until.map(notBefore::orEarlier).orElse(notBefore));
      }
    }
    return until;
  }

  private static final class Entry {
    private final Moment firstSeen;

    /** The last round in which it was not there yet. */
    private final Optional<Moment> notBefore;

    private int passes;

    /**
     * Whether all rows were in at a time when a pass was due: what it ends has left by then. A
     * request that was under way at its commit leaves somewhat later.
     */
    private boolean hasRows;

    /** Whether all rows were in when one of the passes began. */
    private boolean sure;

    Entry(Moment firstSeen, Optional<Moment> notBefore) {
      this.firstSeen = firstSeen;
      this.notBefore = notBefore;
    }

    boolean isOpen(long now) {
      return !sure && passesDue(now) > 0;
    }

    boolean isDue(long now) {
      return passesDue(now) > passes || isOpen(now) && hasRows;
    }

    int passesDue(long now) {
      long age = TimeUnit.NANOSECONDS.toMillis(now - firstSeen.order());
      int due = 0;
      while (due < PASS_AGES.length && age >= PASS_AGES[due]) {
        due++;
      }
      return due;
    }
  }
}
