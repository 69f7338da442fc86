package dev.bulwark.revocation.rules;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An issued access token, as the ledger knows it; or several of a service that differ by their ids
 * alone.
 *
 * @param jti its id, at most 255 characters; of several tokens the base of a {@link JtiRange}
 * @param type what it leans on
 * @param realmId internal id of the realm
 * @param userId internal id of the user
 * @param clientId internal id of the client that it was issued for
 * @param sessionId id of the user session, null if it has none
 * @param apiKeyId id of the API key it was exchanged from, null if it was not
 * @param issuedAt {@code iat}, seconds since 1970
 * @param expiresAt {@code exp}, seconds since 1970
 * @param issuedFor {@code azp} as {@link IssuedFor#mark}; null if unknown
 * @param issuer {@code iss} as {@link IssuerRule#mark}; null if unknown
 * @param signingKey the key that signs it as {@link SigningKey#mark}; null if unknown
 */
public record LedgerToken(
    String jti,
    SessionType type,
    String realmId,
    String userId,
    String clientId,
    @Nullable String sessionId,
    @Nullable String apiKeyId,
    long issuedAt,
    long expiresAt,
    @Nullable Long issuedFor,
    @Nullable Long issuer,
    @Nullable Long signingKey) {

  /** A token of which neither {@code azp} nor {@code iss} nor the signing key is known. */
  public LedgerToken(
      String jti,
      SessionType type,
      String realmId,
      String userId,
      String clientId,
      @Nullable String sessionId,
      @Nullable String apiKeyId,
      long issuedAt,
      long expiresAt) {
    this(
        jti, type, realmId, userId, clientId, sessionId, apiKeyId, issuedAt, expiresAt, null, null,
        null);
  }

  /** The same with another id. */
  public LedgerToken withJti(String other) {
    return new LedgerToken(
        other,
        type,
        realmId,
        userId,
        clientId,
        sessionId,
        apiKeyId,
        issuedAt,
        expiresAt,
        issuedFor,
        issuer,
        signingKey);
  }

  /** What has to be in Redis when it has ended: every id for which it stands. */
  public Stream<RevokedToken> revoked() {
    return JtiRange.ids(jti).map(id -> new RevokedToken(id, expiresAt));
  }
}
