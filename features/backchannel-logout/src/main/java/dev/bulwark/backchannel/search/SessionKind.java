package dev.bulwark.backchannel.search;

import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.RealmExpiration;

/**
 * Sessions of a realm that expire alike. Those from before Keycloak 26.5 have no mark in the column
 * REMEMBER_ME. Keycloak marks the online ones when it is about to remove them, and the offline ones
 * never.
 */
enum SessionKind {
  ONLINE(false, false, true),
  REMEMBERED(false, true, true),
  OFFLINE(true, false, true),
  REMEMBERED_OFFLINE(true, true, true),
  UNMARKED_ONLINE(false, false, false),
  UNMARKED_REMEMBERED(false, true, false),
  /** Remembered or not: their time is the same. */
  UNMARKED_OFFLINE(true, false, false);

  /** Later than any session, in seconds since 1970. */
  static final long AFTER_ANY = Integer.MAX_VALUE;

  /** Earlier than any session. */
  static final long BEFORE_ANY = -1;

  /** Of a remembered session, in the JSON that Keycloak stores of it. */
  private static final String REMEMBER_ME_PATTERN = "'%\"rememberMe\":true%'";

  private final boolean offline;
  private final boolean remembered;
  private final boolean marked;

  SessionKind(boolean offline, boolean remembered, boolean marked) {
    this.offline = offline;
    this.remembered = remembered;
    this.marked = marked;
  }

  /** As a condition of HQL, along Keycloak's indexes for expiry. */
  String condition() {
    return "us.realmId = :realm and us.offline = '"
        + (offline ? 1 : 0)
        + "' and us.rememberMe "
        + (marked ? "= " + remembered : "is null" + (offline ? "" : rememberMeCondition()));
  }

  private String rememberMeCondition() {
    return " and us.data " + (remembered ? "like " : "not like ") + REMEMBER_ME_PATTERN;
  }

  /**
   * Returns the last refresh of the youngest session that is idle for too long.
   *
   * @param now seconds since 1970
   */
  long idleSince(RealmModel realm, RealmExpiration expiration, long now) {
    if (!offline && remembered && !realm.isRememberMe()) {
      return AFTER_ANY;
    }
    return now - (offline ? expiration.offlineMaxIdle() : expiration.getMaxIdle(remembered));
  }

  /**
   * Returns the start of the youngest session that has lived for too long.
   *
   * @param now seconds since 1970
   */
  long startedBy(RealmExpiration expiration, long now) {
    int lifespan = offline ? expiration.offlineLifespan() : expiration.getLifespan(remembered);
    return lifespan < 0 ? BEFORE_ANY : now - lifespan;
  }
}
