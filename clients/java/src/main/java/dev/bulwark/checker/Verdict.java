package dev.bulwark.checker;

/** The result of the check of a token. */
public enum Verdict {

  /** Redis knows, and the token is not revoked. */
  LIVE(true),

  /**
   * Redis cannot tell just now, but no revocation older than {@link CheckerOptions#staleness()} can
   * be missed.
   */
  LIVE_STALE(true),

  /** The token is revoked. Answer 401. */
  REVOKED(false),

  /**
   * The token has no {@code jti} that may become part of a key. Redis was not asked. Answer 401.
   */
  MALFORMED(false),

  /**
   * Nobody can tell: Redis is unreachable, has been emptied, or is not fed by Keycloak, or the
   * token's realm has no revocation, or Keycloak cannot decide about the token now, or it was
   * issued before Keycloak recorded the realm's tokens. The token may be good: answer 503, so that
   * the client keeps it.
   */
  UNKNOWN(false);

  private final boolean accepted;

  Verdict(boolean accepted) {
    this.accepted = accepted;
  }

  /** Whether the request may go on. */
  public boolean accepted() {
    return accepted;
  }
}
