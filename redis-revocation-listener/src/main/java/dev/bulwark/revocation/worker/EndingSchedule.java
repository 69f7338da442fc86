package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.Ending;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When an ending is laid over the ledger again. A request that was under way when the ending was
 * committed can add its token later; measured, one more pass after a second found all. The later
 * passes are for stalls.
 *
 * <p>Ages count from when this node first saw the ending in force, by its own clock: the time in
 * the ending is that of the event, which may have been committed much later, and of another node's
 * clock. Not thread-safe.
 */
final class EndingSchedule {

  /** Ages at which a pass is due, milliseconds. After the last the ending is done with. */
  private static final long[] PASSES = {500, 2_000, 5_000, 15_000, 60_000};

  private final Map<String, Entry> entries = new HashMap<>();
  private Optional<Moment> lastRound = Optional.empty();

  /**
   * Those of the endings that are due for a pass now; forgets endings that are gone. One that is
   * not in force yet is as if it were not there.
   *
   * @param endings all that were in the database
   * @param moment before they were read
   */
  List<Ending> due(List<Ending> endings, Moment moment) {
    long now = moment.millis();
    Set<String> ids = new HashSet<>();
    List<Ending> due = new ArrayList<>();
    for (Ending ending : endings) {
      if (!ending.isInForce(now)) {
        continue;
      }
      ids.add(ending.id());
      Entry entry = entries.computeIfAbsent(ending.id(), id -> new Entry(now, lastRound));
      if (entry.passesDue(now) > entry.passes) {
        due.add(ending);
      }
    }
    entries.keySet().retainAll(ids);
    lastRound = Optional.of(moment);
    return due;
  }

  /** Notes that a pass that began at a time has succeeded. */
  void passed(Ending ending, long now) {
    Entry entry = entries.get(ending.id());
    if (entry != null) {
      entry.passes = entry.passesDue(now);
    }
  }

  /** Those of the endings that have had their last pass. */
  List<Ending> finished(List<Ending> endings) {
    List<Ending> finished = new ArrayList<>();
    for (Ending ending : endings) {
      Entry entry = entries.get(ending.id());
      if (entry != null && entry.passes == PASSES.length) {
        finished.add(ending);
      }
    }
    return finished;
  }

  /**
   * The begin of the last round of which every ending has had a pass; empty if there is none yet.
   */
  Optional<Moment> completeUntil() {
    Optional<Moment> until = lastRound;
    for (Entry entry : entries.values()) {
      if (entry.passes == 0) {
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
    private final long firstSeen;

    /** The last round in which it was not there yet. */
    private final Optional<Moment> notBefore;

    private int passes;

    Entry(long firstSeen, Optional<Moment> notBefore) {
      this.firstSeen = firstSeen;
      this.notBefore = notBefore;
    }

    int passesDue(long now) {
      long age = now - firstSeen;
      int due = 0;
      while (due < PASSES.length && age >= PASSES[due]) {
        due++;
      }
      return due;
    }
  }
}
