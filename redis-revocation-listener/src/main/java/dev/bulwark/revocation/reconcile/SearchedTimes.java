package dev.bulwark.revocation.reconcile;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Up to when each part of a search by time has been searched, and how far behind that the next
 * search begins.
 *
 * <p>A search goes back a little, since the clocks of nodes differ and transactions commit late. It
 * goes back far only now and then: with many logins a second, the rows of a minute in every search
 * cost more than the logins' rows in the ledger.
 *
 * <p>All times are seconds since 1970. Not thread-safe.
 *
 * @param <K> names a part
 */
final class SearchedTimes<K> {

  /** How far most searches go back: more than clocks that are 5 s apart. */
  static final long CLOSE = 6;

  /** How far a search goes back now and then. */
  static final long WIDE = 60;

  /** How often one goes back far. */
  static final long WIDE_EVERY = 30;

  private final Map<K, Long> searched = new HashMap<>();
  private Map<K, Long> next = new HashMap<>();

  /** When each part was searched far back, of those that have found all there was. */
  private final Map<K, Long> widely = new HashMap<>();

  private long now;

  /** Begins a search. */
  void begin(long time) {
    next = new HashMap<>();
    now = time;
  }

  /**
   * Returns from when on to search a part, exclusive, and notes how far this search goes.
   *
   * @param first what to begin from if it was never searched
   * @param upTo how far this search goes
   */
  long after(K part, long first, long upTo) {
    next.put(part, upTo);
    return Math.min(searched.getOrDefault(part, first), upTo) - (isWide(part) ? WIDE : CLOSE);
  }

  /** Of each part by itself: what is in doubt in one must not make all searches go back far. */
  private boolean isWide(K part) {
    Long last = widely.get(part);
    // A clock that was set back must not put the wide search off.
    return last == null || now >= last + WIDE_EVERY || now < last;
  }

  /** The search has found all there is of a part, and may have to stop before it has the others. */
  void reached(K part) {
    searched.put(part, Objects.requireNonNull(next.get(part)));
    if (isWide(part)) {
      widely.put(part, now);
    }
  }

  /** The search has found all there is; else the next one covers the same times again. */
  void done() {
    next.keySet().forEach(this::reached);
    // Those of realms that are gone.
    searched.keySet().retainAll(next.keySet());
    widely.keySet().retainAll(next.keySet());
  }

  /** Begins anew. */
  void forget() {
    searched.clear();
    widely.clear();
  }
}
