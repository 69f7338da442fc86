package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.EndedSessions;
import dev.bulwark.revocation.ledger.SessionRange;
import dev.bulwark.revocation.sql.Chunks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Ranges of one statement.
 *
 * @param alike whether only their realms differ
 */
record SessionQuestion(List<SessionRange> ranges, boolean alike) {

  /** So many realms at least are asked about together, and so many at most. */
  private static final int FEW = 10;

  private static final int MANY = 1_000;

  static SessionQuestion alone(SessionRange range) {
    return new SessionQuestion(List.of(range), false);
  }

  /**
   * The questions about some ranges.
   *
   * @param isFailing those that are asked about alone
   * @param together whether realms with equal times share a statement; else all keep their order
   */
  static List<SessionQuestion> of(
      List<SessionRange> ranges, Predicate<SessionRange> isFailing, boolean together) {
    Map<SessionRange, List<SessionRange>> alike = new LinkedHashMap<>();
    List<SessionQuestion> alone = new ArrayList<>();
    for (SessionRange range : ranges) {
      if (isFailing.test(range)) {
        alone.add(alone(range));
      } else {
        alike.computeIfAbsent(range.anywhere(), key -> new ArrayList<>()).add(range);
      }
    }
    List<SessionQuestion> questions = new ArrayList<>();
    List<SessionRange> some = new ArrayList<>();
    for (List<SessionRange> group : alike.values()) {
      if (together && group.size() >= FEW) {
        Chunks.of(group, MANY).forEach(chunk -> questions.add(new SessionQuestion(chunk, true)));
      } else {
        some.addAll(group);
      }
    }
    Chunks.of(some, EndedSessions.RANGES)
        .forEach(chunk -> questions.add(new SessionQuestion(chunk, false)));
    questions.addAll(alone);
    return questions;
  }
}
