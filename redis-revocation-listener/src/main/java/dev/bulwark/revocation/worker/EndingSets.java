package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.search.EndingApplier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Cuts a list of endings into sets that can be laid over the ledger together. Their order stays: it
 * decides by which cause a token is revoked that several endings kill. So a set is a run of endings
 * of one kind. Endings of the other kinds cost more than the sets that they divide.
 */
final class EndingSets {

  /** So many sessions take some milliseconds. */
  static final int SIZE = 500;

  private EndingSets() {}

  /**
   * Sets of at most {@link #SIZE}. An ending of another kind, or that must not be in a set, is
   * alone.
   *
   * @param together which endings may be in a set
   */
  static List<List<Ending>> of(List<Ending> endings, Predicate<Ending> together) {
    List<List<Ending>> sets = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= endings.size(); to++) {
      if (to == endings.size()
          || to - from == SIZE
          || !fit(endings.get(from), endings.get(to), together)) {
        sets.add(endings.subList(from, to));
        from = to;
      }
    }
    return sets;
  }

  private static boolean fit(Ending first, Ending next, Predicate<Ending> together) {
    return first.kind() == next.kind()
        && EndingApplier.IN_SETS.contains(first.kind())
        && together.test(first)
        && together.test(next);
  }
}
