package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.SessionClock;

/**
 * Sessions of a realm within a time.
 *
 * @param realmId internal id of the realm
 * @param from begin, inclusive; seconds since 1970
 * @param afterId of the sessions at the begin, only those with a greater id; empty for all
 * @param upTo end, inclusive; seconds since 1970
 * @param cause of what is found
 * @param restarted whether only tokens from before the start of the session are dead
 */
public record SessionRange(
    String realmId,
    SessionClock.Kind kind,
    Moment moment,
    long from,
    String afterId,
    long upTo,
    String cause,
    boolean restarted) {

  /** What a range is about. */
  public enum Moment {
    /** The last refresh of a session. */
    REFRESH("LAST_SESSION_REFRESH"),
    /** The start of a session. */
    START("CREATED_ON");

    private final String column;

    Moment(String column) {
      this.column = column;
    }

    String column() {
      return column;
    }
  }

  /** Returns what is searched for, without the realm. */
  public SessionRange anywhere() {
    return new SessionRange("", kind, moment, from, afterId, upTo, cause, restarted);
  }

  /** Returns what of it follows a session. */
  public SessionRange following(long time, String id) {
    return new SessionRange(realmId, kind, moment, time, id, upTo, cause, restarted);
  }
}
