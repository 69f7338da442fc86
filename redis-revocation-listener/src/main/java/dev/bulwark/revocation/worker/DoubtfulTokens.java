package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tokens about which Keycloak cannot decide now, because the store of their users is down, say. An
 * ending that left some counts as laid for all others, stays, and is laid again from time to time.
 * Not thread-safe.
 */
final class DoubtfulTokens {

  /** Each check of a token of the realm reads their ids. With more, the whole realm is held. */
  static final int MOST = 100;

  /** Between two questions; the pause doubles up to {@link #LONGEST_PAUSE}. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** By the id of the ending. */
  private final Map<String, Doubt> doubts = new HashMap<>();

  /**
   * Notes what a pass of an ending has left.
   *
   * @param tokens empty if it has left nothing
   * @param completeBefore up to when the realm is complete without the ending, milliseconds since
   *     1970
   * @param nanos {@link System#nanoTime()}
   */
  void note(Ending ending, List<LedgerToken> tokens, long completeBefore, long nanos) {
    if (tokens.isEmpty()) {
      settled(ending);
      return;
    }
    Doubt before = doubts.get(ending.id());
    long pause =
        before == null
            ? FIRST_PAUSE.toNanos()
            : Math.min(2 * before.pause, LONGEST_PAUSE.toNanos());
    long complete = before == null ? completeBefore : before.completeBefore;
    doubts.put(ending.id(), new Doubt(List.copyOf(tokens), complete, nanos + pause, pause));
  }

  /** Keycloak has decided about all tokens of an ending. */
  void settled(Ending ending) {
    doubts.remove(ending.id());
  }

  /** Forgets endings that are gone. */
  void retain(Set<String> endings) {
    doubts.keySet().retainAll(endings);
  }

  boolean isOf(Ending ending) {
    return doubts.containsKey(ending.id());
  }

  /** Whether an ending is to be laid again for the tokens that it left. */
  boolean isDue(Ending ending, long nanos) {
    Doubt doubt = doubts.get(ending.id());
    return doubt != null && nanos - doubt.due >= 0;
  }

  /** Returns the number of tokens, by the last question about each ending. */
  long count() {
    return doubts.values().stream()
        .flatMap(doubt -> doubt.tokens.stream())
        .map(LedgerToken::jti)
        .distinct()
        .count();
  }

  /** Returns what is in doubt, by the id of the realm. */
  Map<String, RealmTrouble> byRealm() {
    Map<String, Set<String>> ids = new HashMap<>();
    Map<String, Long> complete = new HashMap<>();
    for (Doubt doubt : doubts.values()) {
      for (LedgerToken token : doubt.tokens) {
        Set<String> ofRealm = ids.computeIfAbsent(token.realmId(), realm -> new HashSet<>());
        token.revoked().map(RevokedToken::jti).forEach(ofRealm::add);
        complete.merge(token.realmId(), doubt.completeBefore, Math::min);
      }
    }
    Map<String, RealmTrouble> troubles = new HashMap<>();
    ids.forEach(
        (realm, tokens) ->
            troubles.put(
                realm,
                tokens.size() > MOST
                    ? new RealmTrouble(complete.getOrDefault(realm, 0L), Set.of())
                    : new RealmTrouble(Long.MAX_VALUE, tokens)));
    return troubles;
  }

  /**
   * What an ending has left.
   *
   * @param due when it is to be laid again, by {@link System#nanoTime()}
   * @param pause before that, nanoseconds
   */
  private record Doubt(List<LedgerToken> tokens, long completeBefore, long due, long pause) {}
}
