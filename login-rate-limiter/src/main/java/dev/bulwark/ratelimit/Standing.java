package dev.bulwark.ratelimit;

/** How an attempt at a user's secret is counted, which decides whether a lockout holds for it. */
public enum Standing {
  /**
   * With a known device or address: apart from strangers, whose failures lock it out of nothing.
   */
  KNOWN,
  /** In the window of the account, with all strangers. */
  STRANGER,
  /** In no window of the account: only Keycloak's own detection counts it. */
  UNCOUNTED
}
