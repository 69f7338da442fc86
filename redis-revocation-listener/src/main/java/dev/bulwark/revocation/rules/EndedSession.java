package dev.bulwark.revocation.rules;

/**
 * A session whose tokens may have ended without an event.
 *
 * @param id of the user session
 * @param offline whether it is the offline session of that id
 * @param cause why, in capitals
 * @param startedAt seconds since 1970: tokens issued before are dead; {@link SessionClock#ALL}
 *     where all are
 */
public record EndedSession(String id, boolean offline, String cause, long startedAt) {

  /**
   * Whether a token of the session may be dead by it. As {@code
   * JsonWebToken.isIssuedBeforeSessionStart}.
   */
  public boolean concerns(LedgerToken token) {
    boolean carried =
        offline ? token.type().mayUseOfflineSession() : token.type().mayUseOnlineSession();
    return carried && id.equals(token.sessionId()) && token.issuedAt() + 1 < startedAt;
  }
}
