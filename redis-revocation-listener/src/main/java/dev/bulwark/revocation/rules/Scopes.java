package dev.bulwark.revocation.rules;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the scopes of one event: they share its time and cause. */
public final class Scopes {

  /** An exchange that read the key before it died has issued its token by then. */
  private static final long KEY_GRACE_SECONDS = 2;

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

  /** A user session: kills the given types, of one client if given, and has the rest verified. */
  public RevocationScope session(
      String realmId, String sessionId, @Nullable String clientId, Set<SessionType> kills) {
    Keys keys = new Keys(null, clientId, sessionId, null);
    return scope(ScopeKind.SESSION, realmId, keys, kills, outright(), SessionType.ALL);
  }

  /** A user: kills the given types, of one client if given, and has the rest verified. */
  public RevocationScope user(
      String realmId, String userId, @Nullable String clientId, Set<SessionType> kills) {
    Keys keys = new Keys(userId, clientId, null, null);
    return scope(ScopeKind.USER, realmId, keys, kills, outright(), SessionType.ALL);
  }

  /** All tokens of a client. */
  public RevocationScope client(String realmId, String clientId) {
    Keys keys = new Keys(null, clientId, null, null);
    return scope(ScopeKind.CLIENT, realmId, keys, SessionType.ALL, outright(), SessionType.ALL);
  }

  /** The tokens of a client issued before a time, seconds since 1970. */
  public RevocationScope clientNotBefore(String realmId, String clientId, long notBefore) {
    Keys keys = new Keys(null, clientId, null, null);
    return scope(ScopeKind.CLIENT, realmId, keys, SessionType.ALL, notBefore, NONE);
  }

  /** All tokens of a realm. */
  public RevocationScope realm(String realmId) {
    return scope(ScopeKind.REALM, realmId, NO_KEYS, SessionType.ALL, outright(), SessionType.ALL);
  }

  /**
   * Tokens of a realm, each to be verified.
   *
   * @param verifies their session types
   */
  public RevocationScope realmInDoubt(String realmId, Set<SessionType> verifies) {
    return scope(ScopeKind.REALM, realmId, NO_KEYS, NONE, 0, verifies);
  }

  /** The tokens of a realm issued before a time, seconds since 1970. */
  public RevocationScope realmNotBefore(String realmId, long notBefore) {
    return scope(ScopeKind.REALM, realmId, NO_KEYS, SessionType.ALL, notBefore, NONE);
  }

  /**
   * The tokens exchanged from an API key. Keycloak itself goes on honouring them, so there is
   * nothing to verify: all die that were issued up to now, and those that were on their way.
   */
  public RevocationScope apiKey(@Nullable String realmId, String apiKeyId) {
    Keys keys = new Keys(null, null, null, apiKeyId);
    long until = seconds() + KEY_GRACE_SECONDS;
    return scope(ScopeKind.API_KEY, realmId, keys, SessionType.ALL, until, NONE);
  }

  /**
   * The same for a key whose end lies ahead: its tokens live until then.
   *
   * @param end milliseconds since 1970
   */
  public RevocationScope apiKeyEnding(@Nullable String realmId, String apiKeyId, long end) {
    long second = Math.floorDiv(end - 1, 1000L) + 1;
    return new RevocationScope(
        id(),
        ScopeKind.API_KEY,
        realmId,
        null,
        null,
        null,
        apiKeyId,
        null,
        second,
        SessionType.ALL,
        second + KEY_GRACE_SECONDS,
        Set.of(),
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

  /** By which a scope finds its tokens. */
  private record Keys(
      @Nullable String userId,
      @Nullable String clientId,
      @Nullable String sessionId,
      @Nullable String apiKeyId) {}
}
