package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.push.Watermark;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The states of the realms as applications read them, and which of them Redis has. A state is
 * written when it changes. Not thread-safe, but for {@link #ofNewRealm()}.
 */
final class RealmStates {

  private final long since;

  /** By the name of the realm; null if it is not known what Redis has. */
  private @Nullable Map<String, String> written;

  /**
   * None yet.
   *
   * @param since from when on all tokens are in the ledger, milliseconds since 1970
   */
  RealmStates(long since) {
    this.since = since;
  }

  /**
   * Returns the states by the names of the realms.
   *
   * @param names by the id of the realm
   * @param troubles by the id of the realm
   * @param lag by how much a realm is held earlier, milliseconds
   */
  Map<String, String> of(Map<String, String> names, Map<String, RealmTrouble> troubles, long lag) {
    Map<String, String> states = new TreeMap<>();
    names.forEach(
        (id, name) -> {
          RealmTrouble trouble = troubles.getOrDefault(id, RealmTrouble.NONE);
          states.put(name, state(trouble, lag));
        });
    return states;
  }

  /** Returns the state of a realm that has just been made. */
  String ofNewRealm() {
    return state(RealmTrouble.NONE, 0);
  }

  private String state(RealmTrouble trouble, long lag) {
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
