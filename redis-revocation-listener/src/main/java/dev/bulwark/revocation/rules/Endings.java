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
  public Endings(String cause, long now) {
    this.cause = cause;
    this.now = now;
  }

  /** One token. */
  public Ending token(@Nullable String realmId, String jti, long expiresAt) {
    return new Ending(
        id(),
        EndingKind.TOKEN,
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
  public Ending session(String realmId, String sessionId) {
    Keys keys = new Keys(null, null, sessionId, null);
    return ending(EndingKind.SESSION, realmId, keys, NONE, 0, SessionType.ALL);
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
    Keys keys = new Keys(userId, null, null, null);
    return ending(EndingKind.USER, realmId, keys, SessionType.ALL, notBefore, SessionType.ALL);
  }

  /** A client: every token is verified. */
  public Ending client(String realmId, String clientId) {
    Keys keys = new Keys(null, clientId, null, null);
    return ending(EndingKind.CLIENT, realmId, keys, NONE, 0, SessionType.ALL);
  }

  /** The tokens of a client issued before a time, seconds since 1970. */
  public Ending clientNotBefore(String realmId, String clientId, long notBefore) {
    Keys keys = new Keys(null, clientId, null, null);
    return ending(EndingKind.CLIENT, realmId, keys, SessionType.ALL, notBefore, NONE);
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
    return ending(EndingKind.REALM, realmId, NO_KEYS, SessionType.ALL, notBefore, SessionType.ALL);
  }

  /**
   * Tokens of a realm, each to be verified, in the time that other work leaves.
   *
   * @param verifies their session types
   */
  public Ending verifyRealm(String realmId, Set<SessionType> verifies) {
    return ending(EndingKind.REALM, realmId, NO_KEYS, NONE, 0, verifies);
  }

  /** Tokens of some users of a realm, each to be verified. */
  public Ending verifyMembers(String realmId, Members members) {
    return new Ending(
        id(),
        EndingKind.REALM,
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
  public Ending realmNotBefore(String realmId, long notBefore) {
    return ending(EndingKind.REALM, realmId, NO_KEYS, SessionType.ALL, notBefore, NONE);
  }

  /**
   * The tokens exchanged from an API key: each is verified by what is stored of the key, since a
   * key that was deactivated can be active again, and a token of it can come late.
   */
  public Ending apiKey(@Nullable String realmId, String apiKeyId) {
    return apiKey(realmId, apiKeyId, 0);
  }

  /**
   * The same for a key whose end lies ahead: its tokens live until then.
   *
   * @param end milliseconds since 1970
   */
  public Ending apiKeyEnding(@Nullable String realmId, String apiKeyId, long end) {
    return apiKey(realmId, apiKeyId, Math.floorDiv(end - 1, 1000L) + 1);
  }

  private Ending apiKey(@Nullable String realmId, String apiKeyId, long inForceFrom) {
    return new Ending(
        id(),
        EndingKind.API_KEY,
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

  private Ending ending(
      EndingKind kind,
      @Nullable String realmId,
      Keys keys,
      Set<SessionType> kills,
      long issuedBefore,
      Set<SessionType> verifies) {
    return new Ending(
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

  /** By which an ending finds its tokens. */
  private record Keys(
      @Nullable String userId,
      @Nullable String clientId,
      @Nullable String sessionId,
      @Nullable String apiKeyId) {}
}
