package dev.bulwark.revocation.rules;

import org.jspecify.annotations.Nullable;

/**
 * A committed fact that ends tokens: "session S ended at t". It is stored in the transaction of the
 * event. Afterwards it is applied to the ledger, more than once, since a token can be on its way
 * into the ledger when the event commits.
 *
 * <p>An ending kills outright only by a cut-off that Keycloak itself keeps (a not-before), or where
 * Keycloak has no say (a revoked jti). The rest Keycloak verifies: a session id can be born again,
 * a user can log in while an administrator logs that user out.
 *
 * @param id unique
 * @param target which tokens, and what becomes of them
 * @param cause why, for logs and metrics
 * @param createdAt milliseconds since 1970
 */
public record Ending(String id, Target target, String cause, long createdAt) {

  /** By which key it finds tokens. */
  public EndingKind kind() {
    return target.kind();
  }

  /** Internal id of the realm; see {@link Target#realmId}. */
  public @Nullable String realmId() {
    return target.realmId();
  }

  /** What becomes of the tokens. */
  public Effect effect() {
    return target.effect();
  }

  /** Id of the session whose tokens it ends; null if it is not about one session. */
  public @Nullable String sessionId() {
    return target instanceof Target.UserSession session ? session.sessionId() : null;
  }

  /**
   * Whether only some tokens of a whole realm may have ended. Verifying them all can take long, so
   * it takes its time: see {@code RealmVerifier}.
   */
  public boolean requiresVerification() {
    return target instanceof Target.RealmInDoubt;
  }

  /**
   * Whether the ending holds yet: that of a key whose end is known beforehand does not until then.
   *
   * @param now milliseconds since 1970
   */
  public boolean isInForce(long now) {
    return !(target instanceof Target.ApiKey key) || now >= key.inForceFrom() * 1000;
  }

  /** Whether every token of a session is judged by this ending. */
  public boolean coversSession(String ofRealm, String ofUser, String session) {
    return effect().verifiesAll()
        && ofRealm.equals(realmId())
        && (target instanceof Target.UserSession one && session.equals(one.sessionId())
            || target instanceof Target.User user && ofUser.equals(user.userId())
            || target instanceof Target.Realm);
  }

  /** Whether this ending ends whatever another one ends. */
  public boolean doesAllOf(Ending other) {
    return target.hasTokensOf(other.target) && effect().doesAllOf(other.effect());
  }

  /**
   * What this ending says about a token. A not-before can lie ahead of the ending, and be taken
   * back. So it kills nothing outright that can have been issued after the ending.
   */
  public Verdict judge(LedgerToken token) {
    Verdict verdict = target.concerns(token) ? target.judge(token) : Verdict.KEEP;
    boolean mayBeYounger = (token.issuedAt() + 1) * 1000 > createdAt;
    return verdict == Verdict.REVOKE && mayBeYounger && !(target instanceof Target.Token)
        ? Verdict.VERIFY
        : verdict;
  }

  /** Whether its not-before lies ahead of it: then it ends tokens that are not issued yet. */
  public boolean isAhead() {
    return effect().issuedBefore() * 1000 > createdAt;
  }
}
