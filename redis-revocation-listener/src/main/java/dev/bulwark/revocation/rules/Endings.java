package dev.bulwark.revocation.rules;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the endings of one event: they share its time and cause.
 *
 * <p>The time of an event decides about no token. Keycloak can need seconds between the change and
 * the event (an administrator's logout calls applications in between), and a user who logs in
 * meanwhile keeps that session. An ending kills outright what Keycloak's own cut-off (not-before)
 * kills, and has Keycloak judge the rest.
 */
public final class Endings {

  private final String cause;
  private final long now;

  /**
   * For one event.
   *
   * @param cause its name
   * @param now its time, milliseconds since 1970
   */
  public Endings(String cause, long now) {
    this.cause = cause;
    this.now = now;
  }

  /** One token. */
  public Ending token(@Nullable String realmId, String jti, long expiresAt) {
    return ending(new Target.Token(realmId, jti, expiresAt));
  }

  /** A user session: every token of it is verified. */
  public Ending session(String realmId, String sessionId) {
    return ending(new Target.UserSession(realmId, sessionId, Effect.VERIFY));
  }

  /** A user: every token is verified. */
  public Ending user(String realmId, String userId) {
    return user(realmId, userId, 0);
  }

  /**
   * A user: tokens issued before the not-before are dead, the others are verified.
   *
   * @param notBefore Keycloak's own cut-off, seconds since 1970; 0 if there is none
   */
  public Ending user(String realmId, String userId, long notBefore) {
    return ending(new Target.User(realmId, userId, Effect.killAndVerify(notBefore)));
  }

  /** A client: every token is verified. */
  public Ending client(String realmId, String clientId) {
    return ending(new Target.Client(realmId, clientId, Effect.VERIFY));
  }

  /** The tokens of a client issued before a time, seconds since 1970. */
  public Ending clientNotBefore(String realmId, String clientId, long notBefore) {
    return ending(new Target.Client(realmId, clientId, Effect.kill(notBefore)));
  }

  /** A realm that is gone or disabled: every token is verified, at once. */
  public Ending realm(String realmId) {
    return realm(realmId, 0);
  }

  /**
   * A realm: tokens issued before the not-before are dead, the others are verified, at once.
   *
   * @param notBefore Keycloak's own cut-off, seconds since 1970; 0 if there is none
   */
  public Ending realm(String realmId, long notBefore) {
    return ending(new Target.Realm(realmId, Effect.killAndVerify(notBefore)));
  }

  /**
   * Tokens of a realm, each to be verified, in the time that other work leaves.
   *
   * @param verifies their session types
   */
  public Ending verifyRealm(String realmId, Set<SessionType> verifies) {
    return ending(new Target.RealmInDoubt(realmId, null, verifies));
  }

  /** Tokens of some users of a realm, each to be verified. */
  public Ending verifyMembers(String realmId, Members members) {
    return ending(new Target.RealmInDoubt(realmId, members, SessionType.ALL));
  }

  /** The tokens of a realm issued before a time, seconds since 1970. */
  public Ending realmNotBefore(String realmId, long notBefore) {
    return ending(new Target.Realm(realmId, Effect.kill(notBefore)));
  }

  /**
   * The tokens exchanged from an API key: each is verified by what is stored of the key, since a
   * key that was deactivated can be active again, and a token of it can come late.
   */
  public Ending apiKey(@Nullable String realmId, String apiKeyId) {
    return ending(new Target.ApiKey(realmId, apiKeyId, 0, Effect.VERIFY));
  }

  /**
   * The same for a key whose end lies ahead: its tokens live until then.
   *
   * @param end milliseconds since 1970
   */
  public Ending apiKeyEnding(@Nullable String realmId, String apiKeyId, long end) {
    long inForceFrom = Math.floorDiv(end - 1, 1000L) + 1;
    return ending(new Target.ApiKey(realmId, apiKeyId, inForceFrom, Effect.VERIFY));
  }

  private Ending ending(Target target) {
    return new Ending(UUID.randomUUID().toString(), target, cause, now);
  }
}
