package dev.bulwark.backchannel.search;

import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.RealmExpiration;

/** Sessions of a realm that expire alike. */
enum SessionKind {
  ONLINE(false, false),
  REMEMBERED(false, true),
  OFFLINE(true, false),
  REMEMBERED_OFFLINE(true, true);

  /** Later than any session, in seconds since 1970. */
  static final long ALL = Integer.MAX_VALUE;

  /** Earlier than any session. */
  static final long NONE = -1;

  private final boolean offline;
  private final boolean remembered;

  SessionKind(boolean offline, boolean remembered) {
    this.offline = offline;
    this.remembered = remembered;
  }

  /** As a condition of HQL, along Keycloak's indexes for expiry. */
  String condition() {
    return "us.realmId = :realm and us.offline = '"
        + (offline ? 1 : 0)
        + "' and us.rememberMe = "
        + remembered;
  }

  /**
   * Returns the last refresh of the youngest session that is idle for too long.
   *
   * @param now seconds since 1970
   */
  long idleSince(RealmModel realm, RealmExpiration expiration, long now) {
    if (!offline && remembered && !realm.isRememberMe()) {
      return ALL;
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
    return lifespan < 0 ? NONE : now - lifespan;
  }
}
