package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.RevocationScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * When a scope is laid over the ledger again. A request that was under way when the scope was
 * committed can add its token later; measured, one more pass after a second found all. The later
 * passes are for stalls. Not thread-safe.
 */
final class ScopeSchedule {

  /** Ages at which a pass is due, milliseconds. After the last the scope is done with. */
  private static final long[] PASSES = {500, 2_000, 5_000, 15_000, 60_000};

  /** The age at which a scope has its first pass, milliseconds. */
  static final long FIRST_PASS = PASSES[0];

  private final Map<String, Integer> passes = new HashMap<>();

  /** Those of the scopes that are due for a pass now; forgets scopes that are gone. */
  List<RevocationScope> due(List<RevocationScope> scopes, long now) {
    Set<String> ids = new HashSet<>();
    List<RevocationScope> due = new ArrayList<>();
    for (RevocationScope scope : scopes) {
      ids.add(scope.id());
      if (passesDue(scope, now) > passes.getOrDefault(scope.id(), 0)) {
        due.add(scope);
      }
    }
    passes.keySet().retainAll(ids);
    return due;
  }

  /**
   * Notes that a pass that began at a time has succeeded.
   *
   * @return whether it was the last
   */
  boolean passed(RevocationScope scope, long now) {
    int done = passesDue(scope, now);
    passes.put(scope.id(), done);
    return done == PASSES.length;
  }

  private static int passesDue(RevocationScope scope, long now) {
    long age = now - scope.createdAt();
    int due = 0;
    while (due < PASSES.length && age >= PASSES[due]) {
      due++;
    }
    return due;
  }
}
