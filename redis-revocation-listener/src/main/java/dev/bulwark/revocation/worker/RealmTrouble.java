package dev.bulwark.revocation.worker;

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
}
