package dev.bulwark.revocation.rules;

import java.util.Set;

/**
 * What an ending does to the tokens that it concerns.
 *
 * @param kills session types that it kills outright
 * @param issuedBefore kills outright only tokens with a smaller {@code iat}, seconds since 1970
 * @param verifies session types that it has verified where it does not kill outright
 */
public record Effect(Set<SessionType> kills, long issuedBefore, Set<SessionType> verifies) {

  private static final Set<SessionType> NO_TYPE = Set.of();

  /** Nothing. */
  static final Effect NONE = new Effect(NO_TYPE, 0, NO_TYPE);

  /** Every token is verified. */
  static final Effect VERIFY = verify(SessionType.ALL);

  /** Copies the sets. */
  public Effect {
    kills = Set.copyOf(kills);
    verifies = Set.copyOf(verifies);
  }

  /** Tokens of some session types are verified. */
  static Effect verify(Set<SessionType> verifies) {
    return new Effect(NO_TYPE, 0, verifies);
  }

  /**
   * Tokens issued before a not-before are dead, the others are verified.
   *
   * @param notBefore Keycloak's own cut-off, seconds since 1970; 0 if there is none
   */
  static Effect killAndVerify(long notBefore) {
    return new Effect(SessionType.ALL, notBefore, SessionType.ALL);
  }

  /** Tokens issued before a not-before are dead, seconds since 1970. */
  static Effect kill(long notBefore) {
    return new Effect(SessionType.ALL, notBefore, NO_TYPE);
  }

  /** Whether it kills by a not-before and does nothing else. */
  public boolean isCutOff() {
    return verifies.isEmpty();
  }

  boolean verifiesAll() {
    return verifies.containsAll(SessionType.ALL);
  }

  boolean doesAllOf(Effect other) {
    return verifies.containsAll(other.verifies)
        && kills.containsAll(other.kills)
        && issuedBefore >= other.issuedBefore;
  }

  /** What it does to a token. */
  Verdict on(LedgerToken token) {
    if (kills.contains(token.type()) && token.issuedAt() < issuedBefore) {
      return Verdict.REVOKE;
    }
    return verifies.contains(token.type()) ? Verdict.VERIFY : Verdict.KEEP;
  }
}
