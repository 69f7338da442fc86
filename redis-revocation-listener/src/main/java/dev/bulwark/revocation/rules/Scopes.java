package dev.bulwark.revocation.rules;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the scopes of one event: they share its time and cause. */
public final class Scopes {

  /** An exchange that read the key before it died has issued its token by then. */
  private static final long KEY_GRACE_SECONDS = 2;

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
        Set.of(),
        0,
        Set.of(),
        cause,
        now);
  }

  /** A user session: kills the given types, of one client if given, and has the rest verified. */
  public RevocationScope session(
      String realmId, String sessionId, @Nullable String clientId, Set<SessionType> kills) {
    return new RevocationScope(
        id(),
        ScopeKind.SESSION,
        realmId,
        null,
        clientId,
        sessionId,
        null,
        null,
        0,
        kills,
        outright(),
        SessionType.ALL,
        cause,
        now);
  }

  /** A user: kills the given types, of one client if given, and has the rest verified. */
  public RevocationScope user(
      String realmId, String userId, @Nullable String clientId, Set<SessionType> kills) {
    return new RevocationScope(
        id(),
        ScopeKind.USER,
        realmId,
        userId,
        clientId,
        null,
        null,
        null,
        0,
        kills,
        outright(),
        SessionType.ALL,
        cause,
        now);
  }

  /** All tokens of a client. */
  public RevocationScope client(String realmId, String clientId) {
    return new RevocationScope(
        id(),
        ScopeKind.CLIENT,
        realmId,
        null,
        clientId,
        null,
        null,
        null,
        0,
        SessionType.ALL,
        outright(),
        SessionType.ALL,
        cause,
        now);
  }

  /** The tokens of a client issued before a time, seconds since 1970. */
  public RevocationScope clientNotBefore(String realmId, String clientId, long notBefore) {
    return new RevocationScope(
        id(),
        ScopeKind.CLIENT,
        realmId,
        null,
        clientId,
        null,
        null,
        null,
        0,
        SessionType.ALL,
        notBefore,
        Set.of(),
        cause,
        now);
  }

  /** All tokens of a realm. */
  public RevocationScope realm(String realmId) {
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
        SessionType.ALL,
        outright(),
        SessionType.ALL,
        cause,
        now);
  }

  /**
   * Tokens of a realm, each to be verified.
   *
   * @param verifies their session types
   */
  public RevocationScope realmInDoubt(String realmId, Set<SessionType> verifies) {
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
        Set.of(),
        0,
        verifies,
        cause,
        now);
  }

  /** The tokens of a realm issued before a time, seconds since 1970. */
  public RevocationScope realmNotBefore(String realmId, long notBefore) {
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
        SessionType.ALL,
        notBefore,
        Set.of(),
        cause,
        now);
  }

  /**
   * The tokens exchanged from an API key. Keycloak itself goes on honouring them, so there is
   * nothing to verify: all die that were issued up to now, and those that were on their way.
   */
  public RevocationScope apiKey(@Nullable String realmId, String apiKeyId) {
    return new RevocationScope(
        id(),
        ScopeKind.API_KEY,
        realmId,
        null,
        null,
        null,
        apiKeyId,
        null,
        0,
        SessionType.ALL,
        seconds() + KEY_GRACE_SECONDS,
        Set.of(),
        cause,
        now);
  }

  private long seconds() {
    return Math.floorDiv(now, 1000L);
  }

  /**
   * What a scope kills outright is older than this. Keycloak sets not-before moments before it
   * fires the event, so the second before is left to verification as well.
   */
  private long outright() {
    return seconds() - 1;
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }
}
