package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.Ending;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Endings of which a pass failed, left a token in doubt or had to wait. Not thread-safe. */
final class TroubledEndings {

  /** Ids of those whose last pass failed. */
  private final Set<String> failing = new HashSet<>();

  /** Ids of those that this round had no time for. */
  private final Set<String> postponed = new HashSet<>();

  /** The number of the last pass of each that failed or left a doubt, by its id. */
  private final Map<String, Long> troubles = new HashMap<>();

  private long passes;

  void beginRound() {
    postponed.clear();
  }

  /** Forgets endings that are gone. */
  void retain(Set<String> ids) {
    failing.retainAll(ids);
    troubles.keySet().retainAll(ids);
  }

  void postponed(Ending ending) {
    postponed.add(ending.id());
  }

  /** A pass was applied and has left no doubt. */
  void over(Ending ending) {
    failing.remove(ending.id());
    troubles.remove(ending.id());
  }

  /**
   * A pass failed or has left a doubt.
   *
   * @param applied whether it has left a doubt
   */
  void met(Ending ending, boolean applied) {
    passes++;
    troubles.put(ending.id(), passes);
    if (applied) {
      failing.remove(ending.id());
    } else {
      failing.add(ending.id());
    }
  }

  /** Whether an ending waits for a pass that is applied. */
  boolean isStuck(Ending ending) {
    return failing.contains(ending.id()) || postponed.contains(ending.id());
  }

  /** Returns a number that is greater the later an ending was last in trouble; 0 for never. */
  long lastTrouble(Ending ending) {
    return troubles.getOrDefault(ending.id(), 0L);
  }
}
