package dev.bulwark.revocation.search;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The not-befores of realms and clients whose ending this node has committed. Keycloak does not
 * tell whether a save changed the not-before; without this memory each save of a realm that ever
 * had one would search the whole ledger. A node that has forgotten searches once more than needed.
 * A not-before that lies ahead is not remembered: if it is taken back and set again, it ends the
 * tokens issued in between. Thread-safe.
 */
public final class LaidCutOffs {

  private static final int MAX_TARGETS = 10_000;

  private final Map<String, Long> laid =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_TARGETS;
        }
      };

  /** The endings without those that do no more than a committed one has done. */
  public List<Ending> without(List<Ending> endings) {
    return endings.stream().filter(ending -> !isLaid(ending)).toList();
  }

  private boolean isLaid(Ending ending) {
    if (!isCutOff(ending)) {
      return false;
    }
    synchronized (laid) {
      Long before = laid.get(key(ending));
      return before != null && before == ending.effect().issuedBefore();
    }
  }

  /** Notes endings that are committed. */
  public void committed(List<Ending> endings) {
    synchronized (laid) {
      for (Ending ending : endings) {
        if (isCutOff(ending) && !ending.isAhead()) {
          laid.put(key(ending), ending.effect().issuedBefore());
        }
      }
    }
  }

  /** Whether an ending kills by a not-before and does nothing else. */
  private static boolean isCutOff(Ending ending) {
    return (ending.target() instanceof Target.Realm || ending.target() instanceof Target.Client)
        && ending.effect().isCutOff();
  }

  private static String key(Ending ending) {
    String clientId = ending.target() instanceof Target.Client client ? client.clientId() : null;
    return ending.kind() + " " + ending.realmId() + " " + clientId;
  }
}
