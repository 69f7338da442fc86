package dev.bulwark.revocation.rules;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scopes of one event: they share its time and cause.
 *
 * <p>The time of an event decides about no token. Keycloak can need seconds between the change and
 * the event (an administrator's logout calls applications in between), and a user who logs in
 * meanwhile keeps that session. A scope kills outright what Keycloak's own cut-off (not-before)
 * kills, and has Keycloak judge the rest.
 */
public final class Scopes {

  private static final Keys NO_KEYS = new Keys(null, null, null, null);
  private static final Set<SessionType> NONE = Set.of();

  private final String cause;
  private final long now;

  /**
   * For one event.
   *
   * @param cause its name
   * @param now its time, milliseconds since 1970
   */
  public Scopes(String cause, long now) {
    this.cause = cause;
    this.now = now;
  }

  /** One token. */
  public RevocationScope token(@Nullable String realmId, String jti, long expiresAt) {
    return new RevocationScope(
        id(),
        ScopeKind.TOKEN,
        realmId,
        null,
        null,
        null,
        null,
        jti,
        expiresAt,
        NONE,
        0,
        NONE,
        cause,
        now);
  }

  /** A user session: every token of it is verified. */
  public RevocationScope session(String realmId, String sessionId) {
    Keys keys = new Keys(null, null, sessionId, null);
    return scope(ScopeKind.SESSION, realmId, keys, NONE, 0, SessionType.ALL);
  }

  /** A user: every token is verified. */
  public RevocationScope user(String realmId, String userId) {
    return user(realmId, userId, 0);
  }

  /**
   * A user: tokens issued before the not-before are dead, the others are verified.
   *
   * @param notBefore Keycloak's own cut-off, seconds since 1970; 0 if there is none
   */
  public RevocationScope user(String realmId, String userId, long notBefore) {
    Keys keys = new Keys(userId, null, null, null);
    return scope(ScopeKind.USER, realmId, keys, SessionType.ALL, notBefore, SessionType.ALL);
  }

  /** A client: every token is verified. */
  public RevocationScope client(String realmId, String clientId) {
    Keys keys = new Keys(null, clientId, null, null);
    return scope(ScopeKind.CLIENT, realmId, keys, NONE, 0, SessionType.ALL);
  }

  /** The tokens of a client issued before a time, seconds since 1970. */
  public RevocationScope clientNotBefore(String realmId, String clientId, long notBefore) {
    Keys keys = new Keys(null, clientId, null, null);
    return scope(ScopeKind.CLIENT, realmId, keys, SessionType.ALL, notBefore, NONE);
  }

  /** A realm that is gone or disabled: every token is verified, at once. */
  public RevocationScope realm(String realmId) {
    return realm(realmId, 0);
  }

  /**
   * A realm: tokens issued before the not-before are dead, the others are verified, at once.
   *
   * @param notBefore Keycloak's own cut-off, seconds since 1970; 0 if there is none
   */
  public RevocationScope realm(String realmId, long notBefore) {
    return scope(ScopeKind.REALM, realmId, NO_KEYS, SessionType.ALL, notBefore, SessionType.ALL);
  }

  /**
   * Tokens of a realm, each to be verified, in the time that other work leaves.
   *
   * @param verifies their session types
   */
  public RevocationScope realmInDoubt(String realmId, Set<SessionType> verifies) {
    return scope(ScopeKind.REALM, realmId, NO_KEYS, NONE, 0, verifies);
  }

  /** Tokens of some users of a realm, each to be verified. */
  public RevocationScope membersInDoubt(String realmId, Members members) {
    return new RevocationScope(
        id(),
        ScopeKind.REALM,
        realmId,
        null,
        null,
        null,
        null,
        null,
        0,
        NONE,
        0,
        SessionType.ALL,
        cause,
        now,
        members);
  }

  /** The tokens of a realm issued before a time, seconds since 1970. */
  public RevocationScope realmNotBefore(String realmId, long notBefore) {
    return scope(ScopeKind.REALM, realmId, NO_KEYS, SessionType.ALL, notBefore, NONE);
  }

  /**
   * The tokens exchanged from an API key: each is verified by what is stored of the key, since a
   * key that was deactivated can be active again, and a token of it can come late.
   */
  public RevocationScope apiKey(@Nullable String realmId, String apiKeyId) {
    return apiKey(realmId, apiKeyId, 0);
  }

  /**
   * The same for a key whose end lies ahead: its tokens live until then.
   *
   * @param end milliseconds since 1970
   */
  public RevocationScope apiKeyEnding(@Nullable String realmId, String apiKeyId, long end) {
    return apiKey(realmId, apiKeyId, Math.floorDiv(end - 1, 1000L) + 1);
  }

  private RevocationScope apiKey(@Nullable String realmId, String apiKeyId, long inForceFrom) {
    return new RevocationScope(
        id(),
        ScopeKind.API_KEY,
        realmId,
        null,
        null,
        null,
        apiKeyId,
        null,
        inForceFrom,
        NONE,
        0,
        SessionType.ALL,
        cause,
        now);
  }

  private RevocationScope scope(
      ScopeKind kind,
      @Nullable String realmId,
      Keys keys,
      Set<SessionType> kills,
      long issuedBefore,
      Set<SessionType> verifies) {
    return new RevocationScope(
        id(),
        kind,
        realmId,
        keys.userId,
        keys.clientId,
        keys.sessionId,
        keys.apiKeyId,
        null,
        0,
        kills,
        issuedBefore,
        verifies,
        cause,
        now);
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }

  /** By which a scope finds its tokens. */
  private record Keys(
      @Nullable String userId,
      @Nullable String clientId,
      @Nullable String sessionId,
      @Nullable String apiKeyId) {}
}
