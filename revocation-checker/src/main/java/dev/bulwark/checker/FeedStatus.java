package dev.bulwark.checker;

/** What the last contact with Redis said; for an app's health check. */
public enum FeedStatus {

  /** No check has been made yet. */
  NOT_ASKED,

  /** Redis answers, and Keycloak feeds it. */
  KNOWING,

  /** Redis answers, but has been emptied or is not fed; see {@link CheckerOptions#feedMaxAge()}. */
  UNFED,

  /** Redis does not answer. */
  AWAY
}
