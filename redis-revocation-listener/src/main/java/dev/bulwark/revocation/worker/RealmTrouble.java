package dev.bulwark.revocation.worker;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What is not known about the tokens of one realm.
 *
 * @param completeUntil up to when its revocations are complete, milliseconds since 1970; {@link
 *     Long#MAX_VALUE} if nothing holds it up
 * @param inDoubt ids of tokens about which Keycloak cannot decide
 */
record RealmTrouble(long completeUntil, Set<String> inDoubt) {

  static final RealmTrouble NONE = new RealmTrouble(Long.MAX_VALUE, Set.of());

  boolean holds() {
    return completeUntil != Long.MAX_VALUE;
  }

  /**
   * Returns up to when the revocations of a realm that is held are complete, as applications are
   * told.
   *
   * @param lag by how much that is earlier, milliseconds
   */
  long toldUntil(long lag) {
    return Math.max(0, completeUntil - lag);
  }

  /** Returns that of each realm that is held, by its id. */
  static Map<String, Long> held(Map<String, RealmTrouble> troubles, long lag) {
    Map<String, Long> held = new HashMap<>();
    troubles.forEach(
        (realm, trouble) -> {
          if (trouble.holds()) {
            held.put(realm, trouble.toldUntil(lag));
          }
        });
    return held;
  }
}
