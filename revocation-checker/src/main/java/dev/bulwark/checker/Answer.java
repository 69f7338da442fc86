package dev.bulwark.checker;

/** What a check says about a token. */
public enum Answer {

  /** Redis knows, and the token is not among the revoked. */
  VALID(true),

  /**
   * Redis does not know just now, but what is known is young enough for the configured bound: see
   * {@link CheckerOptions#staleness()}.
   */
  VALID_STALE(true),

  /** The token has been revoked. */
  REVOKED(false),

  /** The id is missing, or no id that this library would put into a key. Nothing was asked. */
  MALFORMED(false),

  /**
   * Nobody knows: Redis is away, has been emptied, or is not fed by Keycloak, or the token was
   * issued before Keycloak recorded its tokens. An app refuses the request as one that it cannot
   * serve now (503), since the token may be good.
   */
  UNKNOWN(false);

  private final boolean accepted;

  Answer(boolean accepted) {
    this.accepted = accepted;
  }

  /** Whether the request may go on. */
  public boolean accepted() {
    return accepted;
  }
}
