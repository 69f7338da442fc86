package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.SwitchTable.Realm;
import dev.bulwark.revocation.push.Watermark;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The states of the realms as applications read them, and which of them Redis has. A state is
 * written when it changes. Not thread-safe.
 */
final class RealmStates {

  /** Begin of the year 9999 in milliseconds since 1970: no token has been issued since. */
  private static final long NEVER = 253_370_764_800_000L;

  /** By the name of the realm; null if it is not known what Redis has. */
  private @Nullable Map<String, String> written;

  /**
   * Returns the states by the names of the realms. One that is being switched off says that none of
   * its tokens is known. One that is off has none.
   *
   * @param realms all of them
   * @param troubles by the id of the realm
   * @param lag by how much a realm is held earlier, milliseconds
   */
  Map<String, String> of(Collection<Realm> realms, Map<String, RealmTrouble> troubles, long lag) {
    Map<String, String> states = new TreeMap<>();
    for (Realm realm : realms) {
      Long since = realm.since();
      if (since != null) {
        RealmTrouble trouble = troubles.getOrDefault(realm.id(), RealmTrouble.NONE);
        states.put(realm.name(), state(realm.isWanted() ? since : NEVER, trouble, lag));
      }
    }
    return states;
  }

  /** Returns the state of a realm that has just been made. */
  static String ofNewRealm(long since) {
    return state(since, RealmTrouble.NONE, 0);
  }

  private static String state(long since, RealmTrouble trouble, long lag) {
    StringBuilder state = new StringBuilder().append(since).append(' ');
    if (trouble.holds()) {
      state.append(trouble.toldUntil(lag));
    } else {
      state.append('-');
    }
    new TreeSet<>(trouble.inDoubt()).forEach(jti -> state.append(' ').append(jti));
    return state.toString();
  }

  /** Returns what Redis lacks of them. */
  Watermark.States changes(Map<String, String> states) {
    Map<String, String> before = written;
    if (before == null || !before.keySet().equals(states.keySet())) {
      return new Watermark.States(states, true);
    }
    Map<String, String> changed = new HashMap<>(states);
    changed.entrySet().removeAll(before.entrySet());
    return new Watermark.States(changed, false);
  }

  /** Redis has them. */
  void written(Map<String, String> states) {
    written = states;
  }

  /** It is no longer known what Redis has. */
  void forget() {
    written = null;
  }
}
