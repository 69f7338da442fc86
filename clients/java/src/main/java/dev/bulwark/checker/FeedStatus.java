package dev.bulwark.checker;

/** The state of Redis at the last contact, for the health check of an application. */
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
