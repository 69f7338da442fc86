package dev.bulwark.backchannel.outbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Finds notices that say what another one says already.
 *
 * <p>One end can be noticed in several ways: an expired session is found by a search, and Keycloak
 * removes it later; a logout asks for the notice in one transaction and removes the session in the
 * next. Two notices of a client for one session say the same, unless the client got tokens of the
 * session after the first one was made: it logged in again then.
 *
 * <p>An online and an offline session can have the same id, and the tokens of their ends look the
 * same. One token tells of both ends if it is sent after both. The end of one alone is another end.
 */
public final class Duplicates {

  private Duplicates() {}

  /**
   * Returns those of some waiting notices that need no delivery.
   *
   * @param waiting notices that are about to be sent
   * @param all all notices of their client and sessions, in any state, the earlier first
   */
  public static List<LogoutNotice> among(Collection<LogoutNotice> waiting, List<LogoutNotice> all) {
    List<LogoutNotice> ranked = new ArrayList<>(all);
    // What was sent stays. Of those that wait, one that Keycloak asked for, else the earliest.
    ranked.sort(Comparator.comparing(Duplicates::rank));
    List<LogoutNotice> kept = new ArrayList<>();
    List<LogoutNotice> duplicates = new ArrayList<>();
    for (LogoutNotice notice : ranked) {
      if (waiting.contains(notice)
          && kept.stream()
              .anyMatch(other -> covers(other, notice) && reportsSameEnd(other, notice, waiting))) {
        duplicates.add(notice);
      } else {
        kept.add(notice);
      }
    }
    return duplicates;
  }

  private static int rank(LogoutNotice notice) {
    if (notice.getState() != NoticeState.WAITING) {
      return 0;
    }
    return notice.getCause() == Cause.LOGOUT ? 1 : 2;
  }

  private static boolean covers(LogoutNotice other, LogoutNotice notice) {
    return other.getSessionId().equals(notice.getSessionId())
        && (notice.getLastUsed() <= other.getLastUsed()
            || notice.getLastUsed() < other.getCreatedAt() / 1000);
  }

  /** Whether the token of one notice tells of the end of another one too, online or offline. */
  private static boolean reportsSameEnd(
      LogoutNotice other, LogoutNotice notice, Collection<LogoutNotice> waiting) {
    return other.isOffline() == notice.isOffline()
        || waiting.contains(other)
        // Keycloak ends the online session of the id with it, and may store that a moment later.
        || (other.isOffline() && other.getCause() == Cause.LOGOUT);
  }
}
