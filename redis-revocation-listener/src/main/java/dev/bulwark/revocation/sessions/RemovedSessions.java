package dev.bulwark.revocation.sessions;

import dev.bulwark.revocation.ledger.SessionTable;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.sessions.EndedSessionEviction.Ended;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sessions that one transaction removes, each written down once. Of a user who loses many at a
 * time, the user is written down instead: it costs one search of the ledger, not thousands.
 *
 * <p>For one transaction, so for one thread.
 */
public final class RemovedSessions {

  /** So many sessions of a user are written down one by one. */
  static final int USER_THRESHOLD = 20;

  private static final String CAUSE = "SESSION_REMOVED";

  private final Set<Ended> seen = new LinkedHashSet<>();
  private final Map<SessionTable.Owner, Integer> ofUser = new HashMap<>();

  /** Notes a session; false if it has been noted before. */
  public boolean add(String sessionId, boolean offline) {
    return seen.add(new Ended(sessionId, offline));
  }

  /** All that have been noted. */
  public List<Ended> all() {
    return List.copyOf(seen);
  }

  /**
   * What is to be written down for a session that was new; empty if its user is written down.
   *
   * @param owner whose it is
   * @param now milliseconds since 1970
   */
  public Optional<Ending> ending(SessionTable.Owner owner, String sessionId, long now) {
    String realmId = owner.realmId();
    int number = ofUser.merge(owner, 1, Integer::sum);
    Endings endings = new Endings(CAUSE, now);
    if (number < USER_THRESHOLD) {
      return Optional.of(endings.session(realmId, sessionId));
    }
    return number == USER_THRESHOLD
        ? Optional.of(endings.user(realmId, owner.userId()))
        : Optional.empty();
  }
}
