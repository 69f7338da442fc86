package dev.bulwark.revocation.search;

import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.ScopeKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The not-befores of realms and clients whose scope this node has committed. Keycloak does not tell
 * whether a save changed the not-before; without this memory each save of a realm that ever had one
 * would search the whole ledger. A node that has forgotten searches once more than needed.
 * Thread-safe.
 */
public final class LaidCutOffs {

  private static final int MAX = 10_000;

  private final Map<String, Long> laid =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX;
        }
      };

  /** The scopes without those that do no more than a committed one has done. */
  public List<RevocationScope> without(List<RevocationScope> scopes) {
    return scopes.stream().filter(scope -> !isLaid(scope)).toList();
  }

  private boolean isLaid(RevocationScope scope) {
    if (!isCutOff(scope)) {
      return false;
    }
    synchronized (laid) {
      Long before = laid.get(key(scope));
      return before != null && before == scope.issuedBefore();
    }
  }

  /** Notes scopes that are committed. */
  public void committed(List<RevocationScope> scopes) {
    synchronized (laid) {
      for (RevocationScope scope : scopes) {
        if (isCutOff(scope)) {
          laid.put(key(scope), scope.issuedBefore());
        }
      }
    }
  }

  /** Whether a scope kills by a not-before and does nothing else. */
  private static boolean isCutOff(RevocationScope scope) {
    return (scope.kind() == ScopeKind.REALM || scope.kind() == ScopeKind.CLIENT)
        && scope.verifies().isEmpty();
  }

  private static String key(RevocationScope scope) {
    return scope.kind() + " " + scope.realmId() + " " + scope.clientId();
  }
}
