package dev.bulwark.limit;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Slots that were given back on this node, and that Redis may still hold. The next attempt at the
 * same address or account tells Redis of them, so that it is not refused for a login that has just
 * succeeded. Thread-safe.
 */
final class PendingReturns {

  private final ConcurrentMap<String, Set<String>> idsByKey = new ConcurrentHashMap<>();

  void add(Attempt attempt) {
    for (String key : attempt.keys()) {
      idsByKey.merge(key, Set.of(attempt.id()), PendingReturns::union);
    }
  }

  /** Redis has taken the slots back, or never will. */
  void remove(Attempt attempt) {
    for (String key : attempt.keys()) {
      idsByKey.computeIfPresent(
          key,
          (same, ids) -> {
            Set<String> left = new TreeSet<>(ids);
            left.remove(attempt.id());
            return left.isEmpty() ? null : left;
          });
    }
  }

  /** Ids of attempts that hold no slot any more, of all windows of this attempt. */
  Set<String> of(Attempt attempt) {
    Set<String> ids = new TreeSet<>();
    for (String key : attempt.keys()) {
      ids.addAll(idsByKey.getOrDefault(key, Set.of()));
    }
    return ids;
  }

  private static Set<String> union(Set<String> known, Set<String> more) {
    Set<String> both = new TreeSet<>(known);
    both.addAll(more);
    return both;
  }
}
