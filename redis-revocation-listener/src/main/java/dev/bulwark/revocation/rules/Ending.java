package dev.bulwark.revocation.rules;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A committed fact that ends tokens: "session S ended at t". It is stored in the transaction of the
 * event. Afterwards it is applied to the ledger, more than once, since a token can be on its way
 * into the ledger when the event commits.
 *
 * <p>An ending kills outright only by a cut-off that Keycloak itself keeps (a not-before), or where
 * Keycloak has no say (a revoked jti, an API key). The rest Keycloak verifies: a session id can be
 * born again, a user can log in while an administrator logs that user out.
 *
 * @param id unique
 * @param kind by which key it finds tokens
 * @param realmId internal id of the realm; null only for {@link EndingKind#API_KEY}
 * @param userId for {@link EndingKind#USER}
 * @param clientId internal id, for {@link EndingKind#CLIENT}, and to narrow SESSION and USER
 * @param sessionId for {@link EndingKind#SESSION}
 * @param apiKeyId for {@link EndingKind#API_KEY}
 * @param jti for {@link EndingKind#TOKEN}
 * @param expiresAt for {@link EndingKind#TOKEN}: its {@code exp}, seconds since 1970; for {@link
 *     EndingKind#API_KEY} of a key that goes on for a while: its end; else 0
 * @param kills session types it kills outright
 * @param issuedBefore kills outright only tokens with a smaller {@code iat}, seconds since 1970
 * @param verifies session types it has verified where it does not kill outright
 * @param cause why, for logs and metrics
 * @param createdAt milliseconds since 1970
 * @param members narrows a doubt about a {@link EndingKind#REALM}; null for the whole realm
 */
public record Ending(
    String id,
    EndingKind kind,
    @Nullable String realmId,
    @Nullable String userId,
    @Nullable String clientId,
    @Nullable String sessionId,
    @Nullable String apiKeyId,
    @Nullable String jti,
    long expiresAt,
    Set<SessionType> kills,
    long issuedBefore,
    Set<SessionType> verifies,
    String cause,
    long createdAt,
    @Nullable Members members) {

  /** An ending that is not narrowed to members. */
  public Ending(
      String id,
      EndingKind kind,
      @Nullable String realmId,
      @Nullable String userId,
      @Nullable String clientId,
      @Nullable String sessionId,
      @Nullable String apiKeyId,
      @Nullable String jti,
      long expiresAt,
      Set<SessionType> kills,
      long issuedBefore,
      Set<SessionType> verifies,
      String cause,
      long createdAt) {
    this(
        id,
        kind,
        realmId,
        userId,
        clientId,
        sessionId,
        apiKeyId,
        jti,
        expiresAt,
        kills,
        issuedBefore,
        verifies,
        cause,
        createdAt,
        null);
  }

  /** Checks that the keys fit the kind. */
  public Ending {
    kills = Set.copyOf(kills);
    verifies = Set.copyOf(verifies);
    boolean complete =
        switch (kind) {
          case TOKEN -> jti != null && expiresAt > 0;
          case SESSION -> realmId != null && sessionId != null;
          case USER -> realmId != null && userId != null;
          case CLIENT -> realmId != null && clientId != null;
          case REALM -> realmId != null;
          case API_KEY -> apiKeyId != null;
        };
    if (!complete) {
      throw new IllegalArgumentException("An ending of kind " + kind + " lacks its key.");
    }
  }

  /**
   * Whether only some tokens of a whole realm may have ended. Verifying them all can take long, so
   * it takes its time: see {@code RealmVerifier}.
   */
  public boolean requiresVerification() {
    return kind == EndingKind.REALM && kills.isEmpty();
  }

  /**
   * Whether the ending holds yet: that of a key whose end is known beforehand does not until then.
   *
   * @param now milliseconds since 1970
   */
  public boolean isInForce(long now) {
    return kind != EndingKind.API_KEY || now >= expiresAt * 1000;
  }

  /** Whether every token of a session is judged by this ending. */
  public boolean coversSession(String ofRealm, String ofUser, String session) {
    return verifies.containsAll(SessionType.ALL)
        && Objects.equals(realmId, ofRealm)
        && clientId == null
        && (kind == EndingKind.SESSION && Objects.equals(sessionId, session)
            || kind == EndingKind.USER && Objects.equals(userId, ofUser)
            || kind == EndingKind.REALM && !requiresVerification());
  }

  /** Whether this ending ends whatever another one ends. */
  public boolean doesAllOf(Ending other) {
    return kind == other.kind
        && Objects.equals(realmId, other.realmId)
        && Objects.equals(userId, other.userId)
        && Objects.equals(clientId, other.clientId)
        && Objects.equals(sessionId, other.sessionId)
        && Objects.equals(apiKeyId, other.apiKeyId)
        && Objects.equals(jti, other.jti)
        && Objects.equals(members, other.members)
        && verifies.containsAll(other.verifies)
        && kills.containsAll(other.kills)
        && issuedBefore >= other.issuedBefore;
  }

  /** What this ending says about a token. */
  public Verdict judge(LedgerToken token) {
    if (!concerns(token)) {
      return Verdict.KEEP;
    }
    if (kind == EndingKind.TOKEN) {
      return Verdict.REVOKE;
    }
    if (kills.contains(token.type()) && token.issuedAt() < issuedBefore && narrowed(token)) {
      return Verdict.REVOKE;
    }
    return verifies.contains(token.type()) ? Verdict.VERIFY : Verdict.KEEP;
  }

  private boolean concerns(LedgerToken token) {
    return switch (kind) {
      case TOKEN -> Objects.equals(jti, token.jti());
      case SESSION -> sameRealm(token) && Objects.equals(sessionId, token.sessionId());
      case USER -> sameRealm(token) && Objects.equals(userId, token.userId());
      case CLIENT -> sameRealm(token) && Objects.equals(clientId, token.clientId());
      case REALM -> sameRealm(token);
      case API_KEY -> Objects.equals(apiKeyId, token.apiKeyId());
    };
  }

  private boolean sameRealm(LedgerToken token) {
    return Objects.equals(realmId, token.realmId());
  }

  /** Nodes of version 0.1.0 before November 2026 wrote sessions with a client. */
  private boolean narrowed(LedgerToken token) {
    return clientId == null || clientId.equals(token.clientId());
  }
}
