package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.EndedSession;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first sessions of a range, by time.
 *
 * @param sessions can be empty although there is a rest: of old rows, a page has both kinds
 * @param rest the range that has the others; null if there are none
 */
public record FoundSessions(
    SessionRange range, List<EndedSession> sessions, @Nullable SessionRange rest) {

  /** Copies the list. */
  public FoundSessions {
    sessions = List.copyOf(sessions);
  }
}
